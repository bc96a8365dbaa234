/**
 * The field Authentication-Results (RFC 8601 section 2.2) as a value: read tolerantly, for it comes from anywhere, and
 * written so that no value can end its place, whatever it holds. Pure, total, linear; one character an octet.
 */
import { afterComment, readQuoted } from "./parameters.ts";

export type MethodResult = {
  /** Lower case, without its version. */
  readonly method: string;
  /** Lower case. */
  readonly result: string;
  readonly reason: string | undefined;
  /** Names such as `header.from`, in lower case. */
  readonly properties: readonly (readonly [name: string, value: string])[];
};

export type AuthenticationResults = {
  /** Who says it: the authserv-id. */
  readonly server: string;
  readonly results: readonly MethodResult[];
};

/** What a line is folded at (RFC 5322 section 2.1.1). */
const MAX_LINE = 78;
/** Octets of one value that is written; names of domains fit. */
const MAX_VALUE = 255;
/** Results of a field that are read. */
const MAX_RESULTS = 100;
/** Words and equals signs of a field that are read; a result has ten or twenty. */
const MAX_TOKENS = 4000;
const ENDS_VALUE = ' \t\r\n();"';
const ENDS_NAME = `${ENDS_VALUE}=`;

/** Reads an unfolded field; `undefined` when it does not even say whose it is. */
export function readAuthenticationResults(value: string): AuthenticationResults | undefined {
  const [head = [], ...statements] = statementsOf(value);
  const [first] = head;
  if (first?.kind !== "word") return undefined;
  const results = statements.flatMap((tokens) => resultOf(tokens) ?? []);
  return { server: first.text, results };
}

type Token = { readonly kind: "word"; readonly text: string } | { readonly kind: "equals" };

/** The tokens between semicolons, without comments. */
function statementsOf(text: string): readonly (readonly Token[])[] {
  const statements: Token[][] = [[]];
  let at = 0;
  let most = MAX_TOKENS;
  while (at < text.length && statements.length <= MAX_RESULTS + 1 && most > 0) {
    const sign = text[at] ?? "";
    const tokens = statements.at(-1) ?? [];
    if (sign === ";") {
      statements.push([]);
      at++;
    } else if (sign === " " || sign === "\t" || sign === "\r" || sign === "\n") at++;
    else if (sign === "(") at = afterComment(text, at);
    else if (sign === "=") {
      tokens.push({ kind: "equals" });
      most--;
      at++;
    } else if (sign === '"') {
      const [word, end] = readQuoted(text, at);
      tokens.push({ kind: "word", text: word });
      most--;
      at = end;
    } else {
      // Values may hold an equals sign (base64); what is before one never does.
      const end = wordEnd(text, at, tokens.at(-1)?.kind === "equals" ? ENDS_VALUE : ENDS_NAME);
      tokens.push({ kind: "word", text: text.slice(at, end) });
      most--;
      at = end;
    }
  }
  return statements;
}

function wordEnd(text: string, from: number, ends: string): number {
  let at = from + 1;
  while (at < text.length && !ends.includes(text[at] ?? "")) at++;
  return at;
}

function resultOf(tokens: readonly Token[]): MethodResult | undefined {
  const pairs: (readonly [string, string])[] = [];
  for (let at = 0; at + 2 < tokens.length; at++) {
    const [name, equals, value] = tokens.slice(at, at + 3);
    if (name?.kind !== "word" || equals?.kind !== "equals" || value?.kind !== "word") continue;
    pairs.push([name.text.toLowerCase(), value.text]);
    at += 2;
  }
  const [main, ...others] = pairs;
  if (main === undefined) return undefined;
  const [method, result] = main;
  return {
    method: method.replace(/\/.*$/s, ""),
    result: result.toLowerCase(),
    reason: others.find(([name]) => name === "reason")?.[1],
    properties: others.filter(([name]) => name !== "reason"),
  };
}

/** Writes the whole field, folded, with its line end. `method`, `result` and names of properties are words of ours. */
export function writeAuthenticationResults({ server, results }: AuthenticationResults): string {
  const statements: (readonly string[])[] = [[`Authentication-Results: ${encoded(server)}`]];
  for (const { method, result, reason, properties } of results) {
    const said = properties.map(([name, value]) => `${name}=${encoded(value)}`);
    const because = reason === undefined ? [] : [`reason=${quoted(reason)}`];
    statements.push([`${method}=${result}`, ...because, ...said]);
  }
  // RFC 8601 section 2.2: that nothing was looked at is said too.
  if (results.length === 0) statements.push(["none"]);
  return `${statements.map(folded).join(";\r\n ")}\r\n`;
}

/** A statement on as many lines as it needs, broken between its words alone. */
function folded(words: readonly string[]): string {
  let text = "";
  let line = 1;
  for (const word of words) {
    if (text !== "" && line + 1 + word.length > MAX_LINE) {
      text += `\r\n  ${word}`;
      line = 2 + word.length;
    } else {
      text += text === "" ? word : ` ${word}`;
      line += 1 + word.length;
    }
  }
  return text;
}

/** RFC 2045 section 5.1: a token as it is, all else in quotes. */
function encoded(value: string): string {
  return value.length <= MAX_VALUE && /^[!#$%&'*+\-.0-9A-Z^_`a-z{|}~]+$/.test(value) ? value : quoted(value);
}

/** What is not printable ASCII shows as a question mark, so that no line end and no octet of a charset gets out. */
function quoted(value: string): string {
  const plain = value.slice(0, MAX_VALUE).replace(/[^ -~]/g, "?");
  return `"${plain.replace(/["\\]/g, String.raw`\$&`)}"`;
}
