/**
 * Mail addresses as RFC 5321 section 4.1.2 writes them, with the letters beyond ASCII of RFC 6531 section 3.3:
 * dot-strings, quoted local parts, domains and address literals.
 *
 * The canonical form is what the directory knows an address by: no needless quotes, ASCII letters in lower case. A
 * domain beyond ASCII stays as it came: turning it into A-labels is the caller's (it needs a table that is not here).
 * We deviate in two points, because mail from outside does: labels may hold `_`, and a local part may exceed 64 octets.
 */

export type Address = {
  /** Without the quotes and backslashes of a quoted-string. */
  readonly local: string;
  /** Or an address literal with its brackets. */
  readonly domain: string;
};

/** RFC 5321 section 4.5.3.1.2. */
const MAX_DOMAIN = 255;
/** RFC 5321 section 4.5.3.1.1 asks for 64 at least; bounce addresses that carry a whole address exceed it. */
const MAX_LOCAL = 256;

const DOT_STRING =
  /^[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~\u0080-\u{10ffff}]+(?:\.[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~\u0080-\u{10ffff}]+)*$/u;
const LABEL = /^[A-Za-z0-9_\u0080-\u{10ffff}](?:[A-Za-z0-9_\-\u0080-\u{10ffff}]*[A-Za-z0-9_\u0080-\u{10ffff}])?$/u;
const OUTSIDE_DOT_STRING = /[^A-Za-z0-9!#$%&'*+\-/=?^_`{|}~.\u0080-\u{10ffff}]/gu;
const CONTROL = /[\p{Cc}\p{Cs}]/u;

/** Reads the address that is all of `text`; `undefined` when it is none. */
export function parseAddress(text: string): Address | undefined {
  const found = readAddress(text, 0);
  return found !== undefined && found.end === text.length ? found.address : undefined;
}

/** Reads an address that begins at `start`; `end` is where the first sign stands that does not belong to it. */
export function readAddress(
  text: string,
  start: number,
): { readonly address: Address; readonly end: number } | undefined {
  const local = text[start] === '"' ? readQuoted(text, start) : readDotString(text, start);
  if (local === undefined || local.value.length > MAX_LOCAL || text[local.end] !== "@") return undefined;
  const domainStart = local.end + 1;
  const end = domainEnd(text, domainStart);
  const domain = text.slice(domainStart, end);
  if (!isDomain(domain) && !isAddressLiteral(domain)) return undefined;
  return { address: { local: local.value, domain }, end };
}

type Read = { readonly value: string; readonly end: number };

function readDotString(text: string, start: number): Read | undefined {
  OUTSIDE_DOT_STRING.lastIndex = start;
  const end = OUTSIDE_DOT_STRING.exec(text)?.index ?? text.length;
  const value = text.slice(start, end);
  return DOT_STRING.test(value) && !CONTROL.test(value) ? { value, end } : undefined;
}

function readQuoted(text: string, start: number): Read | undefined {
  let value = "";
  for (let at = start + 1; at < text.length; at++) {
    let sign = text[at] as string;
    if (sign === '"') return value === "" || CONTROL.test(value) ? undefined : { value, end: at + 1 };
    if (sign === "\\") {
      at++;
      if (at >= text.length) return undefined;
      sign = text[at] as string;
    }
    value += sign;
  }
  return undefined;
}

function domainEnd(text: string, start: number): number {
  if (text[start] === "[") {
    const close = text.indexOf("]", start);
    return close < 0 ? text.length : close + 1;
  }
  let end = start;
  while (end < text.length && !' \t<>,:;@"\\()[]'.includes(text[end] as string)) end++;
  return end;
}

/** True for a domain name in ASCII or Unicode letters; says nothing about whether it exists. */
export function isDomain(text: string): boolean {
  if (text.length === 0 || text.length > MAX_DOMAIN || CONTROL.test(text)) return false;
  return text.split(".").every((label) => label.length <= 63 && LABEL.test(label));
}

/** True for `[192.0.2.1]`, `[IPv6:2001:db8::1]` and the general form of RFC 5321 section 4.1.3. */
export function isAddressLiteral(text: string): boolean {
  if (!text.startsWith("[") || !text.endsWith("]") || text.length > MAX_DOMAIN) return false;
  const inner = text.slice(1, -1);
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(inner)) return isIPv4(inner);
  if (/^ipv6:/i.test(inner)) return isIPv6(inner.slice(5));
  return /^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?:[\x21-\x5a\x5e-\x7e]+$/.test(inner);
}

const isIPv4 = (text: string): boolean => text.split(".").every((octet) => Number(octet) <= 255);

function isIPv6(text: string): boolean {
  const halves = text.split("::");
  if (halves.length > 2) return false;
  let groups = 0;
  for (const [index, half] of halves.entries()) {
    if (half === "") continue;
    const parts = half.split(":");
    for (const [n, part] of parts.entries()) {
      const isLast = index === halves.length - 1 && n === parts.length - 1;
      if (isLast && /^\d{1,3}(?:\.\d{1,3}){3}$/.test(part) && isIPv4(part)) groups += 2;
      else if (/^[0-9A-Fa-f]{1,4}$/.test(part)) groups += 1;
      else return false;
    }
  }
  return halves.length === 2 ? groups <= 7 : groups === 8;
}

/** Writes the address as it stands between `<` and `>`, quoting the local part only where it must be. */
export function formatAddress(address: Address): string {
  const { local, domain } = address;
  return `${DOT_STRING.test(local) ? local : `"${local.replace(/["\\]/g, "\\$&")}"`}@${domain}`;
}

/** Writes the canonical form, by which one address is one string: to be looked up and compared. */
export function canonicalAddress(address: Address): string {
  return lowerAscii(formatAddress(address));
}

/** Turns A-Z into a-z and leaves every other letter alone, so that no rule of a language can change an address. */
export function lowerAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** Splits `name+tag` at its first `+`; no tag when nothing stands before it. */
export function splitSubaddress(local: string): { readonly name: string; readonly tag: string | undefined } {
  const plus = local.indexOf("+");
  return plus > 0 ? { name: local.slice(0, plus), tag: local.slice(plus + 1) } : { name: local, tag: undefined };
}

/** True when a letter beyond ASCII makes the address one of RFC 6531. */
export function needsUtf8(text: string): boolean {
  return /[\u0080-\uffff]/.test(text);
}
