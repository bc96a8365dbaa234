/**
 * What must not be found in a header that leaves: the client's address and name, and of whoever writes under an alias the
 * primary address (promise A6). Looks for them in any form in which programs write them into fields of their own.
 */
import { decodeWords } from "../../syntax/message/encoded-words.ts";
import { withFewMarks } from "../../syntax/message/fold.ts";
import { isAscii } from "../../syntax/message/octets.ts";
import { isAddressLiteral } from "../../syntax/smtp/address.ts";

/** True when the text of a field, one character an octet, holds what is looked for. */
export type Trace = (text: string) => boolean;

/** Turns a label of a domain, an A-label (RFC 5890) or another, into letters as people read it. Never fails. */
export type UnicodeLabel = (label: string) => string;

/** A sign in hexadecimal, as `%40` in a link or `=40` in quoted-printable. */
const HEX = /[%=]([0-9A-F]{2})/gi;
/** What an encoded address has at least: any sign in a link, an at sign, dot or plus in quoted-printable. */
const QUOTED_SIGNS = ["%", "=40", "=2"];
/** What RFC 5322 section 4.4 lets stand within an address and what readers overlook: quotes, comments, space at signs. */
const OVERLOOKED = /["\\]|\([^()]{0,256}\)| (?=[@.(])|(?<=[@.)]) /g;
const IS_OVERLOOKED = /["\\(]|[ \t][@.]|[@.][ \t]/;

/** Octets before the at sign in which a name with its tag is looked for. */
const REACH = 512;

/**
 * Finds an address, with any tag: as itself, with its domain in A-labels or U-labels, written with quotes and comments,
 * with its signs encoded, within a bounce address (`bounce+ann=example.org@...`), and in encoded words.
 */
export function traceOfAddress(address: string, unicodeLabel: UnicodeLabel): Trace {
  const at = address.lastIndexOf("@");
  const local = address.slice(0, at).toLowerCase();
  const name = new RegExp(RegExp.escape(local), "i");
  let find: Trace | undefined;
  const isIn = (text: string): boolean => {
    // Cheaper than all that follows, which most texts never come to.
    if (!name.test(text)) return false;
    const lower = text.toLowerCase();
    find ??= finder(local, address.slice(at + 1).toLowerCase(), unicodeLabel);
    if (find(lower)) return true;
    return IS_OVERLOOKED.test(lower) && find(lower.replace(/[ \t]+/g, " ").replace(OVERLOOKED, ""));
  };
  return (text) => {
    if (isIn(text)) return true;
    for (let octets = text, depth = 0; ; depth++) {
      const isEncoded = octets.includes("=?") || !isAscii(octets);
      if (isEncoded && isIn(withFewMarks(decodeWords(octets)).normalize("NFKC"))) return true;
      // Links in links are encoded twice.
      if (depth === 2 || !QUOTED_SIGNS.some((sign) => octets.includes(sign))) return false;
      octets = octets.replace(HEX, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
      if (isIn(octets)) return true;
    }
  };
}

/** Finds the address in text in lower case. */
function finder(local: string, domain: string, unicodeLabel: UnicodeLabel): Trace {
  const labels = domain.split(".").map((label) => {
    const unicode = unicodeLabel(label).normalize("NFKC").toLowerCase();
    return unicode === label ? RegExp.escape(label) : `(?:${RegExp.escape(label)}|${RegExp.escape(unicode)})`;
  });
  // U+3002 is a full stop, which IDNA reads as a dot.
  const host = new RegExp(`[@=]${labels.join("[.\\u3002]")}(?!\\.?[a-z0-9-])`, "g");
  const name = RegExp.escape(local);
  const person = new RegExp(`(?<![a-z0-9._+-])${name}(?:\\+|$)`);
  // In a bounce address a plus or a dash parts its own name from the one within, else they are part of a name.
  const within = new RegExp(`(?<![a-z0-9._])${name}(?:\\+|$)`);
  // Who forwards writes the two halves the other way round: `SRS0=...=example.org=ann@...`.
  const behind = new RegExp(`^=${name}(?![a-z0-9._-])`);
  return (text) => {
    for (const { 0: found, index } of text.matchAll(host)) {
      const word = text.slice(Math.max(0, index - REACH), index).replace(/^.*[@\s]/s, "");
      if (found.startsWith("@") ? person.test(word) : within.test(word)) return true;
      const end = index + found.length;
      if (found.startsWith("=") && behind.test(text.slice(end, end + local.length + 2))) return true;
    }
    return false;
  };
}

/** Names that say nothing of anybody. */
export const COMMON: ReadonlySet<string> = new Set([
  "localhost",
  "localhost.localdomain",
  "mail",
  "smtp",
  "client",
  "user",
]);

/** Behind the name of a machine these are no other host's. */
const LOCAL_LABEL = "(?:local|localdomain|lan|home|internal)(?![a-z0-9-])";

/**
 * Finds the client: its address in any spelling, and the name that it gave with EHLO, unless that is a word for everybody
 * or one of `ours`. A name of one label may be a word that people write, as `debian` or `anna`: within another host's name,
 * or before an at sign, it is not the machine's.
 */
export function traceOfClient(client: string, helo: string, ours: readonly string[]): Trace {
  const addresses = new Set([spelled(client)]);
  const name = helo.toLowerCase();
  const literal = name.replace(/^\[(?:ipv6:)?|\]$/g, "");
  const isLiteral = isAddressLiteral(literal.includes(":") ? `[IPv6:${literal}]` : `[${literal}]`);
  if (isLiteral && !isNobodys(spelled(literal))) addresses.add(spelled(literal));
  const isTold = !isLiteral && !name.startsWith("[") && name.length >= 4 && !COMMON.has(name) && !ours.includes(name);
  const words = [...addresses].filter((address) => !address.includes(":"));
  // An address in dots is one of the words, also where IPv6 is written around it.
  const hasIPv6 = words.length < addresses.size;
  if (isTold && name.includes(".")) words.push(name);
  const forms = words.map((word) => `(?<![a-z0-9-])${RegExp.escape(word)}(?![a-z0-9-])`);
  if (isTold && !name.includes("."))
    forms.push(`(?<![a-z0-9.-])${RegExp.escape(name)}(?![a-z0-9@-]|\\.(?!${LOCAL_LABEL})[a-z0-9])`);
  const form = new RegExp(forms.join("|"), "i");
  return (text) => (forms.length > 0 && form.test(text)) || (hasIPv6 && hasAddress(text, addresses));
}

/** Looks at IPv6 alone: it has many spellings, and `IPv6:` or a port may be written around it. */
function hasAddress(text: string, addresses: ReadonlySet<string>): boolean {
  for (const [word] of text.matchAll(/[0-9A-Fa-f:.]{2,64}/g)) {
    if (!word.includes(":")) continue;
    const bare = word.replace(/^6:/, "").replace(/\.$/, "");
    if (addresses.has(spelled(bare)) || addresses.has(spelled(bare.replace(/:\d*$/, "")))) return true;
  }
  return false;
}

/** Loopback, and what stands for no address. */
const isNobodys = (address: string): boolean =>
  address === spelled("::1") || address === spelled("::") || address === "0.0.0.0" || address.startsWith("127.");

/** One spelling for each address: IPv6 with all its groups, IPv4 in dots, also when it is mapped. Other text stays. */
function spelled(text: string): string {
  const address = text.toLowerCase();
  if (!address.includes(":")) return address;
  const mapped = /^(?:0*:)*:?ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address);
  if (mapped !== null) return mapped[1] as string;
  const [head = "", tail] = address.split("::", 2);
  const groups = head === "" ? [] : head.split(":");
  const last = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - groups.length - last.length)).fill("0");
  return [...groups, ...zeros, ...last].map((group) => group.replace(/^0+(?=.)/, "")).join(":");
}
