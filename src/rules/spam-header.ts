/**
 * The fields that tell a holder, and the holder's Sieve script, what scanners said of a message; and the removal of such
 * fields from mail that arrives, where anybody can have written them.
 *
 * `X-Spam-Status` and `X-Spam-Level` have SpamAssassin's form, which mail programs and scripts know: `Yes` or `No` first,
 * a star for each whole point. `Unscanned` stands where nobody looked. `X-Virus-Status` is the name that ClamAV's milter
 * uses. No standard names them. The fields are ASCII, folded below 78 characters, and nothing of the message is in them:
 * whatever a scanner says, no line of a header can be made with it.
 */
import { type EditedField, newField } from "../syntax/message/header-edit.ts";
import type { ScanSymbol, SpamMarks, SpamVerdict, VirusVerdict } from "./scan-verdict.ts";

/** Names that begin so claim to come from a scanner: ours, SpamAssassin's, rspamd's and ClamAV's, also those of old versions. */
const CLAIMS = ["x-spam", "x-virus", "x-rspamd"];
const MAX_STARS = 50;
const MAX_SYMBOLS = 50;
/** RFC 5322 section 2.1.1. */
const LINE = 78;
/** So that any name and its points fit into a line. */
const MAX_NAME = 56;
const MOST_POINTS = 99_999;

/** Takes out the fields that claim to come from a scanner; all others keep their octets and their order. */
export function withoutClaims(fields: readonly EditedField[]): EditedField[] {
  return fields.filter(({ name }) => !isClaim(name));
}

/** Tells whether a field of this name (any case) claims to come from a scanner. */
export function isClaim(name: string): boolean {
  const lower = name.toLowerCase();
  return CLAIMS.some((start) => lower.startsWith(start));
}

/** Writes the fields about spam. @param scanner its name, as settings call it */
export function spamFields(verdict: SpamVerdict, marks: SpamMarks, scanner: string): EditedField[] {
  if (verdict.kind === "unscanned" || verdict.kind === "unavailable")
    return [newField("X-Spam-Status", `Unscanned, why=${word(verdict.why)} scanner=${word(scanner)}`)];
  const refuse = marks.refuse === undefined ? [] : [`refuse=${points(marks.refuse)}`];
  const words = [
    verdict.kind === "spam" ? "Yes," : "No,",
    `score=${points(verdict.score)}`,
    `required=${points(marks.junk)}`,
    ...refuse,
    `scanner=${word(scanner)}`,
  ];
  const status = newField("X-Spam-Status", folded("X-Spam-Status: ", [...words, ...tests(verdict.symbols)]));
  const stars = Math.min(MAX_STARS, Math.floor(verdict.score));
  return stars >= 1 ? [status, newField("X-Spam-Level", "*".repeat(stars))] : [status];
}

/** Writes the field about viruses. A message with a virus is not delivered, but the field can say so. */
export function virusFields(verdict: VirusVerdict, scanner: string): EditedField[] {
  const by = `scanner=${word(scanner)}`;
  switch (verdict.kind) {
    case "clean":
      return [newField("X-Virus-Status", `Clean, ${by}`)];
    case "virus":
      return [newField("X-Virus-Status", folded("X-Virus-Status: ", ["Infected,", `name=${word(verdict.name)}`, by]))];
    case "unscanned":
    case "unavailable":
      return [newField("X-Virus-Status", `Unscanned, why=${word(verdict.why)} ${by}`)];
  }
}

function tests(symbols: readonly ScanSymbol[]): readonly string[] {
  const shown = symbols.slice(0, MAX_SYMBOLS).map(({ name, score }) => {
    const cleaned = word(name);
    return score === undefined ? cleaned : `${cleaned}(${points(score)})`;
  });
  // Readers that know the form look for one list of names parted by commas.
  return shown.length === 0 ? ["tests=none"] : shown.map((one, n) => `${n === 0 ? "tests=" : ""}${one},`);
}

/** Words on lines; the comma of the last test goes, and between tests stands no space, only a fold. */
function folded(start: string, words: readonly string[]): string {
  let text = "";
  let width = start.length;
  let isList = false;
  for (const part of words) {
    const gap = text === "" || isList ? "" : " ";
    if (text !== "" && width + gap.length + part.length > LINE) {
      text += "\r\n ";
      width = 1;
    } else {
      text += gap;
      width += gap.length;
    }
    text += part;
    width += part.length;
    isList = isList || part.startsWith("tests=");
  }
  return text.replace(/,$/, "");
}

/** One word that cannot end a field, a line or a list. */
function word(text: string): string {
  const cleaned = text.slice(0, MAX_NAME).replaceAll(/[^A-Za-z0-9_.-]/g, "_");
  return cleaned === "" ? "_" : cleaned;
}

function points(score: number): string {
  return Math.max(-MOST_POINTS, Math.min(MOST_POINTS, Number.isNaN(score) ? 0 : score)).toFixed(1);
}
