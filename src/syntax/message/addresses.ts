/**
 * Address lists (RFC 5322 section 3.4) with the obsolete syntax of RFC 5322 section 4.4 and what else is found in
 * mail: bare names, semicolons between addresses, commas inside encoded words, names in comments. Total and linear.
 * Input and output are octets, one character each; encoded words stay encoded.
 */
import { afterComment, readQuoted } from "./parameters.ts";

export type Address =
  | {
      readonly kind: "mailbox";
      /** The display name, or the comment after a bare address; undefined when there is none. */
      readonly name: string | undefined;
      /** The source route of RFC 5322 section 4.4, such as `@a,@b`. */
      readonly route: string | undefined;
      readonly local: string;
      /** Empty when the address has none. */
      readonly host: string;
    }
  | { readonly kind: "group"; readonly name: string }
  | { readonly kind: "group-end" };

type Word = {
  readonly text: string;
  readonly isQuoted: boolean;
  /** White space or a comment stands before it. */
  readonly isApart: boolean;
  /** The position after it. */
  readonly end: number;
};

/** RFC 2047 section 2; taken whole, since some senders leave commas in it. */
const ENCODED_WORD = /=\?[^?\s]*\?[bBqQ]\?[^?]*\?=/y;
/** By octet: what ends an atom. A field of one sign after the other has as many words as octets, so they are found by code. */
const ENDS_ATOM: Uint8Array = Uint8Array.from({ length: 256 }, (_, octet) =>
  '\t ()<>[]:;,"'.includes(String.fromCharCode(octet)) ? 1 : 0,
);

/** Reads the first `max` addresses (and groups) of a From, To or like field, unfolded. */
export function readAddresses(text: string, max: number): Address[] {
  const out: Address[] = [];
  let words: Word[] = [];
  let comment: string | undefined;
  /** An address in angle brackets was read: what follows up to the comma is no address. */
  let isDone = false;
  let isGroup = false;
  let isApart = false;
  let at = 0;
  const finish = (): void => {
    if (!isDone && words.length > 0) out.push(bareAddress(words, comment));
    words = [];
    comment = undefined;
    isDone = false;
  };
  while (at < text.length && out.length < max) {
    const sign = text[at] as string;
    if (sign === " " || sign === "\t") {
      isApart = true;
      at++;
    } else if (sign === "(") {
      const end = afterComment(text, at);
      comment = commentText(text.slice(at, end));
      isApart = true;
      at = end;
    } else if (sign === ",") {
      finish();
      at++;
    } else if (sign === ";") {
      finish();
      if (isGroup) out.push({ kind: "group-end" });
      isGroup = false;
      at++;
    } else if (sign === "<" && !isDone) {
      const [address, end] = angleAddress(text, at + 1, words.length > 0 ? phrase(words) : undefined);
      out.push(address);
      isDone = true;
      at = end;
    } else if (sign === ":" && !isGroup && !isDone && words.length > 0) {
      out.push({ kind: "group", name: phrase(words) });
      words = [];
      comment = undefined;
      isGroup = true;
      at++;
    } else {
      const word = readWord(text, at, isApart);
      words.push(word);
      at = word.end;
      isApart = false;
    }
  }
  finish();
  if (isGroup) out.push({ kind: "group-end" });
  return out;
}

/** Reads a quoted string, an encoded word, a domain literal, an atom (with its dots and at signs), or one sign. */
function readWord(text: string, at: number, isApart: boolean): Word {
  const sign = text[at];
  if (sign === '"') {
    const [said, end] = readQuoted(text, at);
    return { text: said, isQuoted: true, isApart, end };
  }
  const end = wordEnd(text, at, sign);
  return { text: text.slice(at, end), isQuoted: false, isApart, end };
}

function wordEnd(text: string, at: number, sign: string | undefined): number {
  if (sign === "[") {
    const close = text.indexOf("]", at);
    return close < 0 ? text.length : close + 1;
  }
  if (sign === "=" && text[at + 1] === "?") {
    ENCODED_WORD.lastIndex = at;
    if (ENCODED_WORD.test(text)) return ENCODED_WORD.lastIndex;
  }
  let end = at;
  while (end < text.length && ENDS_ATOM[text.charCodeAt(end)] !== 1) end++;
  return Math.max(end, at + 1);
}

function phrase(words: readonly Word[]): string {
  let out = "";
  for (const { text, isApart } of words) out += isApart && out !== "" ? ` ${text}` : text;
  return out;
}

function commentText(comment: string): string {
  const inner = comment.endsWith(")") ? comment.slice(1, -1) : comment.slice(1);
  return inner.replace(/\\(.)/g, "$1");
}

/** The address that begins after `<`, and the position after its `>`. */
function angleAddress(text: string, from: number, name: string | undefined): [Address, number] {
  const words: Word[] = [];
  let route: string | undefined;
  let at = from;
  while (at < text.length && text[at] !== ">") {
    const sign = text[at];
    if (sign === " " || sign === "\t") at++;
    else if (sign === "(") at = afterComment(text, at);
    else if (sign === ":" && route === undefined && words[0]?.text.startsWith("@") === true) {
      route = words.map((word) => word.text).join("");
      words.length = 0;
      at++;
    } else if (sign === "," && words[0]?.text.startsWith("@") !== true) {
      // The bracket was forgotten: the next address begins here.
      return [mailbox(name, route, words), at];
    } else {
      const word = readWord(text, at, false);
      words.push(word);
      at = word.end;
    }
  }
  return [mailbox(name, route, words), at + 1];
}

/** Joins the words of an addr-spec; the last at sign outside quotes parts local part and host. */
function mailbox(name: string | undefined, route: string | undefined, words: readonly Word[]): Address {
  let local = "";
  let host: string | undefined;
  for (const { text, isQuoted } of words) {
    const sign = isQuoted ? -1 : text.lastIndexOf("@");
    if (sign < 0) {
      if (host === undefined) local += text;
      else host += text;
    } else {
      local += host === undefined ? "" : `@${host}`;
      local += text.slice(0, sign);
      host = text.slice(sign + 1);
    }
  }
  return { kind: "mailbox", name, route, local, host: host ?? "" };
}

/** An address without brackets; words that do not belong to it are its name. */
function bareAddress(words: readonly Word[], comment: string | undefined): Address {
  let sign = words.length - 1;
  while (sign >= 0 && (words[sign]?.isQuoted === true || words[sign]?.text.includes("@") !== true)) sign--;
  if (sign < 0) return { kind: "mailbox", name: comment, route: undefined, local: phrase(words), host: "" };
  let first = sign;
  let last = sign;
  while (first > 0 && isJoined(words[first - 1] as Word, words[first] as Word)) first--;
  while (last < words.length - 1 && isJoined(words[last] as Word, words[last + 1] as Word)) last++;
  const others = first === 0 && last === words.length - 1 ? [] : words.toSpliced(first, last + 1 - first);
  return mailbox(others.length > 0 ? phrase(others) : comment, undefined, words.slice(first, last + 1));
}

/** RFC 5322 section 4.4: white space may stand around dots and the at sign. */
function isJoined(left: Word, right: Word): boolean {
  if (!right.isApart) return true;
  return (!left.isQuoted && /[.@]$/.test(left.text)) || (!right.isQuoted && /^[.@]/.test(right.text));
}
