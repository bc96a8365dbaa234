/**
 * What rspamd answers (JSON; its protocol page): octets to values. Total and bounded: whatever the octets are, a value comes
 * out, and of the many things that rspamd tells about a message only score, action and names of rules are kept.
 */
import type { ScanFailure, ScanSymbol, Scored } from "../../rules/scan-verdict.ts";
import { boundedScore, heaviest, symbolName } from "./symbols.ts";

/** `isForced`: a rule of the operator says reject although the score does not. */
export type RspamdScore = Scored & { readonly isForced: boolean };

const decoder = new TextDecoder();

/** Reads the answer to /checkv2. */
export function parseCheckAnswer(octets: Uint8Array, maxSymbols: number): RspamdScore | ScanFailure {
  const answer = objectOf(octets);
  if (answer === undefined) return "garbled";
  const { score, required_score: required, action, symbols, is_skipped: isSkipped } = answer;
  if (typeof score !== "number") return typeof answer["error"] === "string" ? "failed" : "garbled";
  if (typeof action !== "string") return "garbled";
  const isBelow = isSkipped === true || (typeof required === "number" && score < required);
  return {
    score: boundedScore(score),
    isForced: action === "reject" && isBelow,
    symbols: heaviest(symbolsOf(symbols), maxSymbols),
  };
}

function symbolsOf(symbols: unknown): readonly ScanSymbol[] {
  return Object.entries(recordOf(symbols) ?? {}).flatMap(([text, about]) => {
    const name = symbolName(text);
    const score = recordOf(about)?.["score"];
    return name === undefined ? [] : [{ name, score: typeof score === "number" ? boundedScore(score) : undefined }];
  });
}

/** Reads the controller's answer to /stat. */
export function parseStat(octets: Uint8Array): { readonly version: string | undefined } | ScanFailure {
  const answer = objectOf(octets);
  if (answer === undefined) return "garbled";
  const { version } = answer;
  return { version: typeof version === "string" ? /^[0-9A-Za-z.-]{1,40}/.exec(version)?.[0] : undefined };
}

/** Counts the messages in the controller's answer to /history: a list, or of newer interfaces an object with one. */
export function parseHistory(octets: Uint8Array): { readonly rows: number } | ScanFailure {
  const answer = parsed(octets);
  const rows = Array.isArray(answer) ? answer : recordOf(answer)?.["rows"];
  return Array.isArray(rows) ? { rows: rows.length } : "garbled";
}

function objectOf(octets: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  return recordOf(parsed(octets));
}

function parsed(octets: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(octets)) as unknown;
  } catch {
    return undefined;
  }
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}
