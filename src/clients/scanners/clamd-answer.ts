/**
 * What clamd answers (clamd(8), section COMMANDS, in the form with NUL): octets to verdicts. Total and bounded: a cut answer
 * is no verdict, and a name holds only what a name may hold.
 */
import type { ScanFailure, VirusVerdict } from "../../rules/scan-verdict.ts";
import { octetString } from "../../syntax/message/octets.ts";

const MAX_NAME = 100;

/** Reads the answer to INSTREAM. */
export function parseScanAnswer(octets: Uint8Array): VirusVerdict | ScanFailure {
  const text = octetString(octets);
  // Said with a line end, in place of NUL, to who is slow.
  if (text.startsWith("COMMAND READ TIMED OUT")) return "timeout";
  const line = whole(text);
  if (line === undefined) return cut(text, ["stream: ", "INSTREAM "]);
  if (line === "stream: OK") return { kind: "clean" };
  if (/size limit exceeded/i.test(line)) return { kind: "unscanned", why: "too-large" };
  const found = /^stream: ([^ ]+)(?: .*)? FOUND$/.exec(line)?.[1];
  if (found !== undefined) return foundVerdict(found);
  return line.endsWith(" ERROR") ? "failed" : "garbled";
}

/** Two families of names are no viruses: clamd gives them to what it could not look into. */
function foundVerdict(name: string): VirusVerdict {
  if (name.startsWith("Heuristics.Limits.Exceeded")) return { kind: "unscanned", why: "limits" };
  if (name.startsWith("Heuristics.Encrypted")) return { kind: "unscanned", why: "encrypted" };
  return { kind: "virus", name: name.slice(0, MAX_NAME).replaceAll(/[^A-Za-z0-9_.-]/g, "_") };
}

/** `signatures`: when they were made, epoch milliseconds; undefined when clamd has none that bear a date. */
export type ClamdVersion = { readonly version: string; readonly signatures: number | undefined };

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Reads the answer to VERSION: `ClamAV 1.4.6/27400/Wed Sep 18 08:30:00 2024`. */
export function parseVersionAnswer(octets: Uint8Array): ClamdVersion | ScanFailure {
  const text = octetString(octets);
  const line = whole(text);
  if (line === undefined) return cut(text, ["ClamAV "]);
  const found = /^ClamAV ([A-Za-z0-9.+~-]{1,40})(?:\/[0-9]{1,10}\/([A-Za-z0-9: ]{1,40}))?$/.exec(line);
  if (found?.[1] === undefined) return "garbled";
  return { version: found[1], signatures: dateOf(found[2] ?? "") };
}

/** As the C library's ctime writes it. The zone is not said; a day more or less does not matter here. */
function dateOf(text: string): number | undefined {
  const found = /^[A-Za-z]{3} ([A-Za-z]{3}) {1,2}([0-9]{1,2}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) ([0-9]{4})$/.exec(text);
  const month = MONTHS.indexOf(found?.[1] ?? "");
  if (found === null || month < 0) return undefined;
  const [day, hour, minute, second, year] = found.slice(2).map(Number);
  return Date.UTC(year ?? 0, month, day, hour, minute, second);
}

/** The text before the NUL that ends an answer, when nothing stands behind it. */
function whole(text: string): string | undefined {
  return text.indexOf("\0") === text.length - 1 && text !== "" ? text.slice(0, -1) : undefined;
}

/** What to call an answer without its end, or with more behind it. */
function cut(text: string, starts: readonly string[]): ScanFailure {
  const isStart = starts.some((start) => start.startsWith(text.slice(0, start.length)));
  return isStart && !text.includes("\0") ? "closed" : "garbled";
}
