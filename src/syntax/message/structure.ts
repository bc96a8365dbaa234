/**
 * BODYSTRUCTURE of a MIME tree, and BODY from it (RFC 3501 section 7.4.2; grammar in RFC 3501 section 9).
 * message/global is written as a basic body, since IMAP4rev1 knows only message/rfc822 as a message.
 */
import type { Entity } from "./entity.ts";
import { imapNString, imapString } from "./imap-string.ts";
import type { Parameter } from "./parameters.ts";

/** A part with all that BODYSTRUCTURE says about it. */
export type BodyNode = {
  readonly entity: Entity;
  readonly bodyStart: number;
  readonly bodyEnd: number;
  /** Line ends in the body; asked for of text and message/rfc822 only. */
  readonly lines: number;
  readonly children: readonly BodyNode[];
  readonly message: BodyNode | undefined;
  /** Of the message inside; only there beside `message`. */
  readonly envelope: string | undefined;
};

/** Writes BODYSTRUCTURE with extension data. Recurses as deep as the tree, which the parser bounds. */
export function structureOf(node: BodyNode): string {
  const { entity } = node;
  if (node.children.length > 0) {
    const children = node.children.map(structureOf).join("");
    return `(${children} ${imapString(entity.subtype)} ${parameterList(entity.parameters)}${extension(entity)})`;
  }
  return `(${basicFields(node)}${typeFields(node)} ${imapNString(entity.md5)}${extension(entity)})`;
}

function basicFields({ entity, bodyStart, bodyEnd }: BodyNode): string {
  const type = `${imapString(entity.type)} ${imapString(entity.subtype)} ${parameterList(entity.parameters)}`;
  const names = `${imapNString(entity.id)} ${imapNString(entity.description)}`;
  return `${type} ${names} ${imapString(entity.encoding)} ${bodyEnd - bodyStart}`;
}

function typeFields(node: BodyNode): string {
  if (node.entity.type === "text") return ` ${node.lines}`;
  if (node.message === undefined || node.entity.subtype !== "rfc822") return "";
  return ` ${node.envelope ?? "NIL"} ${structureOf(node.message)} ${node.lines}`;
}

/** Disposition, language and location. */
function extension({ disposition, languages, location }: Entity): string {
  const how =
    disposition === undefined ? "NIL" : `(${imapString(disposition.value)} ${parameterList(disposition.parameters)})`;
  const first = languages?.[0];
  const language = languages === undefined || first === undefined ? "NIL" : languageList(first, languages);
  return ` ${how} ${language} ${imapNString(location)}`;
}

function languageList(first: string, languages: readonly string[]): string {
  return languages.length === 1 ? imapString(first) : `(${languages.map(imapString).join(" ")})`;
}

function parameterList(parameters: readonly Parameter[]): string {
  if (parameters.length === 0) return "NIL";
  return `(${parameters.map(({ name, value }) => `${imapString(name)} ${imapString(value)}`).join(" ")})`;
}

/**
 * Makes BODY, the form without extension data, from a BODYSTRUCTURE that `structureOf` wrote. One pass over the
 * string; recurses as deep as the structure.
 */
export function bodyWithoutExtensions(structure: string): string {
  return cutBody(structure, 0)[0];
}

/** The body that begins at `start` without its extension data, and the position after it. */
function cutBody(text: string, start: number): [string, number] {
  return text[start + 1] === "(" ? cutMultipart(text, start) : cutSingle(text, start);
}

function cutMultipart(text: string, start: number): [string, number] {
  let out = "(";
  let at = start + 1;
  while (text[at] === "(") {
    const [child, end] = cutBody(text, at);
    out += child;
    at = end;
  }
  const end = afterItem(text, at + 1);
  return [`${out}${text.slice(at, end)})`, afterList(text, end)];
}

function cutSingle(text: string, start: number): [string, number] {
  const typeEnd = afterItem(text, start + 1);
  const type = text.slice(start + 1, typeEnd);
  const subtypeEnd = afterItem(text, typeEnd + 1);
  const isMessage = type === '"message"' && text.slice(typeEnd + 1, subtypeEnd) === '"rfc822"';
  let at = subtypeEnd;
  // Parameters, id, description, encoding, size; then lines, or the envelope.
  const items = type === '"text"' || isMessage ? 6 : 5;
  for (let item = 0; item < items; item++) at = afterItem(text, at + 1);
  if (!isMessage) return [`${text.slice(start, at)})`, afterList(text, at)];
  const [body, bodyEnd] = cutBody(text, at + 1);
  const end = afterItem(text, bodyEnd + 1);
  return [`${text.slice(start, at)} ${body}${text.slice(bodyEnd, end)})`, afterList(text, end)];
}

/** The position after the string, number, NIL or list that begins at `at`. */
function afterItem(text: string, at: number): number {
  if (text[at] === '"') return afterQuoted(text, at);
  if (text[at] === "{") return afterLiteral(text, at);
  if (text[at] === "(") return afterList(text, at + 1);
  let end = at;
  while (end < text.length && text[end] !== " " && text[end] !== ")") end++;
  return end;
}

/** The position after the parenthesis that closes the list which `at` is in. */
function afterList(text: string, from: number): number {
  let depth = 1;
  let at = from;
  while (at < text.length) {
    const sign = text[at];
    if (sign === '"') at = afterQuoted(text, at);
    else if (sign === "{") at = afterLiteral(text, at);
    else {
      at++;
      if (sign === "(") depth++;
      else if (sign === ")" && --depth === 0) return at;
    }
  }
  return at;
}

function afterQuoted(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at + 1;
}

function afterLiteral(text: string, from: number): number {
  const close = text.indexOf("}", from);
  return close < 0 ? text.length : close + 3 + Number(text.slice(from + 1, close));
}
