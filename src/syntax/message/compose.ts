/**
 * Writes a plain-text message of our own: RFC 5322 with MIME (RFC 2045, RFC 2047), marked as written by a program
 * (RFC 3834). Lines end with CRLF and have at most 76 signs, the header's too. What is ASCII goes as it is; else the body
 * is UTF-8 in quoted-printable and the words of the header are encoded. Parsed, it gives the same text again.
 */

export type Mailbox = {
  /** Shown before the address; may be empty. */
  readonly name: string;
  /** ASCII, `local@domain`. */
  readonly address: string;
};

export type PlainMessage = {
  readonly from: Mailbox;
  readonly to: Mailbox;
  /** Control signs and runs of white space become one space. */
  readonly subject: string;
  /** Lines parted by `\n`. */
  readonly text: string;
  /** Epoch milliseconds. */
  readonly date: number;
  /** Without its angle brackets. */
  readonly messageId: string;
};

/** RFC 5322 section 2.1.1 asks for 78 and RFC 2045 section 6.7 for 76. */
const MAX_LINE = 76;
/** RFC 2047 section 2 allows 75 signs a word, of which `=?utf-8?Q?` and `?=` take 12; the first line has the field's name. */
const MAX_WORD_TEXT = 48;
const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] as const;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;
const encoder = new TextEncoder();

/** @throws RangeError when an address or the message id is not printable ASCII: they are ours, so that is a fault of ours. */
export function composeMessage(message: PlainMessage): Uint8Array {
  const text = message.text.toWellFormed().replace(/\r\n?|\n/g, "\r\n");
  const isPlain = /^[\t\r\n\x20-\x7e]*$/.test(text) && text.split("\r\n").every((line) => line.length <= MAX_LINE);
  const header = [
    `From: ${mailboxText(message.from)}`,
    `To: ${mailboxText(message.to)}`,
    `Subject: ${phrase(message.subject, false)}`,
    `Date: ${dateText(message.date)}`,
    withinLine("Message-ID:", `<${printable(message.messageId)}>`),
    "Auto-Submitted: auto-generated",
    "MIME-Version: 1.0",
    `Content-Type: text/plain; charset=${isPlain ? "us-ascii" : "utf-8"}`,
    `Content-Transfer-Encoding: ${isPlain ? "7bit" : "quoted-printable"}`,
  ];
  const body = isPlain ? text : text.split("\r\n").map(quotedLine).join("\r\n");
  return encoder.encode(`${header.join("\r\n")}\r\n\r\n${body}`);
}

function mailboxText({ name, address }: Mailbox): string {
  const shown = phrase(name, true);
  return shown === "" ? printable(address) : withinLine(shown, `<${printable(address)}>`);
}

/** Both on one line where that is short enough for the field's name too, else folded between them. */
function withinLine(first: string, second: string): string {
  const isShort = !first.includes("\n") && first.length + second.length + 1 <= MAX_LINE - 12;
  return isShort ? `${first} ${second}` : `${first}\r\n ${second}`;
}

/** Header text of any length. `isPhrase`: a display name, in which specials must be quoted (RFC 5322 section 3.2.5). */
function phrase(text: string, isPhrase: boolean): string {
  const clean = text
    .toWellFormed()
    .replace(/[\p{Cc}\s]+/gu, " ")
    .trim();
  const words = clean.split(" ");
  // What looks like an encoded word would be read as one.
  const isPlain = /^[\x20-\x7e]*$/.test(clean) && !clean.includes("=?") && words.every((word) => word.length <= 60);
  if (!isPlain) return encodedWords(clean);
  if (!isPhrase || /^[\w !#$%&'*+\-/=?^`{|}~]*$/.test(clean)) return folded(words);
  return clean.length > 60 ? encodedWords(clean) : `"${clean.replace(/["\\]/g, "\\$&")}"`;
}

/** RFC 5322 section 2.2.3; the first line leaves room for the field's name. */
function folded(words: readonly string[]): string {
  const lines: string[] = [];
  let line = "";
  for (const word of words) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (longer.length > MAX_LINE - 12 && line !== "") {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line].join("\r\n ");
}

/** RFC 2047 section 4.2, in pieces that end with a whole character. */
function encodedWords(text: string): string {
  const pieces: string[] = [];
  let piece = "";
  for (const sign of text) {
    const octets = sign === " " ? "_" : quotedSign(sign, /[A-Za-z0-9!*+\-/]/);
    if (piece.length + octets.length > MAX_WORD_TEXT) {
      pieces.push(piece);
      piece = "";
    }
    piece += octets;
  }
  return [...pieces, piece].map((octets) => `=?utf-8?Q?${octets}?=`).join("\r\n ");
}

/** One line of a body (RFC 2045 section 6.7), broken softly where it is long. */
function quotedLine(line: string): string {
  const lines: string[] = [];
  let out = "";
  const signs = Array.from(line);
  for (const [at, sign] of signs.entries()) {
    const isLast = at === signs.length - 1;
    const octets = quotedSign(sign, isLast ? /[!-<>-~]/ : /[\t -<>-~]/);
    if (out.length + octets.length > MAX_LINE - (isLast ? 0 : 1)) {
      lines.push(`${out}=`);
      out = "";
    }
    out += octets;
  }
  return [...lines, out].join("\r\n");
}

function quotedSign(sign: string, plain: RegExp): string {
  if (plain.test(sign)) return sign;
  const octets = Array.from(encoder.encode(sign), (octet) => octet.toString(16).toUpperCase().padStart(2, "0"));
  return `=${octets.join("=")}`;
}

/** RFC 5322 section 3.3, in UTC. */
function dateText(epochMs: number): string {
  const date = new Date(epochMs);
  const two = (n: number): string => String(n).padStart(2, "0");
  const day = `${WEEKDAYS[date.getUTCDay()]}, ${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`;
  const time = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
  return `${day} ${date.getUTCFullYear()} ${time} +0000`;
}

function printable(text: string): string {
  if (!/^[!-;=?-~]+$/.test(text)) throw new RangeError("an address in a message of ours must be printable ASCII");
  return text;
}
