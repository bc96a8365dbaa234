/**
 * Values with parameters, as in Content-Type and Content-Disposition (RFC 2045 section 5.1, RFC 2183), with the
 * continuations of RFC 2231 joined. Total and linear: what is broken is read as far as it makes sense.
 * Input and output are octets, one character each.
 */
import { decodeCharset } from "./charset.ts";
import { octetsOf } from "./octets.ts";

/**
 * Parameters of one value that are read, names without a value too; what follows is as if absent. Mail has five, and a name of 4,000 octets comes in
 * a hundred pieces; each costs BODYSTRUCTURE more than the octets that a sender spends on it.
 */
const MAX_PARAMETERS = 500;

/** `name` in lower case; it ends in `*` when `value` is `charset'language'percent-encoded` (RFC 2231 section 4). */
export type Parameter = { readonly name: string; readonly value: string };

export type Parameterized = {
  /** Lower case, without comments and white space. */
  readonly value: string;
  readonly parameters: readonly Parameter[];
};

/** Reads `value *(";" name "=" value)`. */
export function readParameterized(text: string): Parameterized {
  const end = text.indexOf(";");
  const head = end < 0 ? text : text.slice(0, end);
  // A comment may hold the semicolon; then the slow way.
  const [value, from] = head.includes("(") ? withoutComments(text) : headOf(head, end);
  const parameters = from < 0 ? [] : readParameters(text, from + 1);
  return { value: lowerName(value), parameters };
}

/** Finds a parameter and decodes its value (RFC 2231 section 4) if need be. */
export function parameterValue(parameters: readonly Parameter[], name: string): string | undefined {
  for (const parameter of parameters) {
    if (parameter.name === name) return parameter.value;
    if (parameter.name === `${name}*`) return decodeExtended(parameter.value);
  }
  return undefined;
}

/** The value, and where its parameters begin before (-1: nowhere), also where no semicolon stands between. */
function headOf(head: string, end: number): [string, number] {
  if (!head.includes("=")) return [head, end];
  const valueEnd = afterBareValue(head, head.search(/[^\t ]|$/));
  return valueEnd < head.length ? [head.slice(0, valueEnd), valueEnd] : [head, end];
}

/** The text outside comments up to the first semicolon, and where that is (-1: nowhere). */
function withoutComments(text: string): [string, number] {
  let out = "";
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (sign === ";") return [out, at];
    if (sign === "(") at = afterComment(text, at) - 1;
    else out += sign;
  }
  return [out, -1];
}

/** The position after the comment that begins at `at` (RFC 5322 section 3.2.2); they nest. */
export function afterComment(text: string, at: number): number {
  let depth = 0;
  for (let i = at; i < text.length; i++) {
    const sign = text[i];
    if (sign === "\\") i++;
    else if (sign === "(") depth++;
    else if (sign === ")" && --depth === 0) return i + 1;
  }
  return text.length;
}

/** Reads a quoted string that begins at `at`: what it says, and the position after it. One that does not end goes to the end. */
export function readQuoted(text: string, at: number): [string, number] {
  const end = text.indexOf('"', at + 1);
  const plain = text.slice(at + 1, end < 0 ? text.length : end);
  if (!plain.includes("\\")) return [plain, end < 0 ? text.length : end + 1];
  let out = "";
  for (let i = at + 1; i < text.length; i++) {
    const sign = text[i] as string;
    if (sign === '"') return [out, i + 1];
    if (sign !== "\\") out += sign;
    else if (++i < text.length) out += text[i];
  }
  return [out, text.length];
}

function readParameters(text: string, from: number): readonly Parameter[] {
  const found: Parameter[] = [];
  let isExtended = false;
  let at = from;
  for (let read = 0; at < text.length && read < MAX_PARAMETERS; read++) {
    at = skip(text, at, true);
    const start = at;
    while (at < text.length && text[at] !== "=" && text[at] !== ";" && text[at] !== "(") at++;
    const name = lowerName(text.slice(start, at));
    at = skip(text, at, false);
    if (text[at] !== "=") {
      // A name without value says nothing; step over what stopped it.
      at = Math.max(at, start + 1);
      continue;
    }
    at = skip(text, at + 1, false);
    const [value, end] = readValue(text, at);
    if (name !== "") found.push({ name, value });
    isExtended ||= name.includes("*");
    at = afterJunk(text, end);
  }
  return isExtended ? joinContinuations(found) : found;
}

function readValue(text: string, at: number): [string, number] {
  if (text[at] === '"') return readQuoted(text, at);
  const end = afterBareValue(text, at);
  return [trimEnd(text.slice(at, end)), end];
}

/** Steps over what stands between a value and the semicolon, or the next name where that was forgotten. */
function afterJunk(text: string, from: number): number {
  let at = from;
  for (;;) {
    at = skip(text, at, false);
    if (at >= text.length || text[at] === ";") return at;
    const name = at;
    while (at < text.length && !endsValue(text[at]) && text[at] !== "=") at++;
    if (text[at] === "=" && at > name) return name;
    if (at === name) at++;
  }
}

/**
 * The position after an unquoted value: at the semicolon, at a comment, or at white space before a name with `=`,
 * where the semicolon was forgotten. Other white space is part of the value, since senders forget quotes, too.
 */
function afterBareValue(text: string, from: number): number {
  let at = from;
  for (;;) {
    while (at < text.length && !endsValue(text[at])) at++;
    if (!isWhite(text[at])) return at;
    const end = at;
    while (isWhite(text[at])) at++;
    const name = at;
    while (at < text.length && !endsValue(text[at]) && text[at] !== "=") at++;
    if (at > name && text[at] === "=") return end;
  }
}

function endsValue(sign: string | undefined): boolean {
  return sign === ";" || sign === "(" || isWhite(sign);
}

function isWhite(sign: string | undefined): boolean {
  return sign === " " || sign === "\t";
}

function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && isWhite(text[end - 1])) end--;
  return text.slice(0, end);
}

/** Takes white space out and makes ASCII letters small; other octets may be halves of characters. */
function lowerName(text: string): string {
  const name = /[\t ]/.test(text) ? text.replace(/[\t ]+/g, "") : text;
  return name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** Steps over white space, comments and, if asked, semicolons. */
function skip(text: string, from: number, semicolons: boolean): number {
  let at = from;
  for (;;) {
    const sign = text[at];
    if (sign === " " || sign === "\t" || (semicolons && sign === ";")) at++;
    else if (sign === "(") at = afterComment(text, at);
    else return at;
  }
}

type Section = { readonly value: string; readonly isEncoded: boolean };

/** RFC 2231 section 3: `name*0`, `name*1*`, ... in any order. RFC 2231 section 6 wants them joined in BODYSTRUCTURE. */
function joinContinuations(found: readonly Parameter[]): readonly Parameter[] {
  const out: (Parameter | string)[] = [];
  const sections = new Map<string, Map<number, Section>>();
  for (const parameter of found) {
    const match = /^([^*]+)\*(\d{1,4})(\*?)$/.exec(parameter.name);
    if (match === null) {
      out.push(parameter);
      continue;
    }
    const name = match[1] as string;
    let known = sections.get(name);
    if (known === undefined) {
      known = new Map();
      sections.set(name, known);
      out.push(name);
    }
    const number = Number(match[2]);
    if (!known.has(number)) known.set(number, { value: parameter.value, isEncoded: match[3] === "*" });
  }
  return out.map((entry) =>
    typeof entry === "string" ? joinSections(entry, sections.get(entry) as Map<number, Section>) : entry,
  );
}

function joinSections(name: string, sections: ReadonlyMap<number, Section>): Parameter {
  const parts: Section[] = [];
  for (let number = 0; ; number++) {
    const section = sections.get(number);
    if (section === undefined) break;
    parts.push(section);
  }
  if (!parts.some(({ isEncoded }) => isEncoded)) return { name, value: parts.map(({ value }) => value).join("") };
  const values = parts.map(({ value, isEncoded }) => (isEncoded ? value : percentEncode(value)));
  // RFC 2231 section 4.1: only the first section names the charset; when it does not, none is named.
  const prefix = parts[0]?.isEncoded === true ? "" : "''";
  return { name: `${name}*`, value: prefix + values.join("") };
}

function percentEncode(value: string): string {
  return value.replace(
    /[^A-Za-z0-9!#$&+.^_`{|}~-]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
}

/** Decodes `charset'language'percent-encoded`. */
function decodeExtended(value: string): string {
  const first = value.indexOf("'");
  const second = first < 0 ? -1 : value.indexOf("'", first + 1);
  const encoded = second < 0 ? value : value.slice(second + 1);
  const octets = encoded.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return decodeCharset(octetsOf(octets), second < 0 ? "" : value.slice(0, first));
}
