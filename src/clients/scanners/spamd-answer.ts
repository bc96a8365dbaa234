/**
 * What SpamAssassin's spamd answers (its PROTOCOL file, version 1.5): octets to values. Total and bounded: an answer that is
 * cut anywhere is no verdict.
 */
import type { ScanFailure, Scored } from "../../rules/scan-verdict.ts";
import { octetString } from "../../syntax/message/octets.ts";
import { boundedScore, heaviest, symbolName } from "./symbols.ts";

/** `fields` by lower-case name. */
type SpamdAnswer = { readonly fields: ReadonlyMap<string, string>; readonly body: string };

/** Reads the answer to SYMBOLS: a score and the names of the rules that matched. */
export function parseSymbolsAnswer(octets: Uint8Array, maxSymbols: number): Scored | ScanFailure {
  const answer = parseAnswer(octets);
  if (typeof answer === "string") return answer;
  const number = "-?[0-9]{1,9}(?:\\.[0-9]{1,9})?";
  const spam = new RegExp(`^(?:True|False|Yes|No) ; (${number}) / ${number}$`).exec(answer.fields.get("spam") ?? "");
  // Without a length nobody knows whether the list of rules is whole.
  if (spam?.[1] === undefined || !answer.fields.has("content-length")) return "garbled";
  const names = answer.body.split(",").flatMap((name) => symbolName(name.trim()) ?? []);
  const symbols = names.map((name) => ({ name, score: undefined }));
  return { score: boundedScore(Number(spam[1])), symbols: heaviest(symbols, maxSymbols) };
}

/** Reads the answer to TELL: whether anything was learnt. */
export function parseTellAnswer(octets: Uint8Array): { readonly isLearned: boolean } | ScanFailure {
  const answer = parseAnswer(octets);
  if (typeof answer === "string") return answer;
  return { isLearned: /\blocal\b/.test(answer.fields.get("didset") ?? "") };
}

/** Reads the answer to HEADERS: the version stands in a field of the message that comes back. */
export function parseVersion(octets: Uint8Array): { readonly version: string | undefined } | ScanFailure {
  const answer = parseAnswer(octets);
  if (typeof answer === "string") return answer;
  const found = /^X-Spam-Checker-Version: SpamAssassin ([0-9A-Za-z.-]{1,40})/m.exec(answer.body);
  return { version: found?.[1] };
}

function parseAnswer(octets: Uint8Array): SpamdAnswer | ScanFailure {
  const text = octetString(octets);
  const firstEnd = text.indexOf("\r\n");
  if (firstEnd < 0) return "SPAMD/".startsWith(text.slice(0, 6)) ? "closed" : "garbled";
  const code = /^SPAMD\/[0-9.]{1,8} ([0-9]{1,3}) /.exec(text.slice(0, firstEnd + 1))?.[1];
  if (code === undefined) return "garbled";
  if (Number(code) !== 0) return "failed";
  const end = text.indexOf("\r\n\r\n", firstEnd);
  if (end < 0) return "closed";
  const fields = new Map<string, string>();
  for (const line of text.slice(firstEnd + 2, Math.max(end, firstEnd + 2)).split("\r\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) fields.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  const body = text.slice(end + 4);
  const length = fields.get("content-length");
  if (length === undefined) return { fields, body };
  if (!/^[0-9]{1,9}$/.test(length) || body.length > Number(length)) return "garbled";
  return body.length < Number(length) ? "closed" : { fields, body };
}
