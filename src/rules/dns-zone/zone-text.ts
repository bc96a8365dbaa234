/** The page of records that `altmail dns print` shows: lines of a zone file, each with a comment that says why. */
import { type ZoneRecord, zoneLine } from "./zone-record.ts";

export type ZoneEntry = {
  /** What is lost without it; a sentence or two. */
  readonly why: string;
  readonly records: readonly ZoneRecord[];
  /** More to know, a line each; or what would stand here and cannot be said. */
  readonly remarks?: readonly string[];
};

export type ZoneSection = { readonly title: string; readonly entries: readonly ZoneEntry[] };

const RULE = "; ----";

/** Ends with a line end. All that is no record is a comment. */
export function zoneText(sections: readonly ZoneSection[]): string {
  return `${sections.map(sectionText).join("\n\n")}\n`;
}

function sectionText({ title, entries }: ZoneSection): string {
  return [`${RULE} ${title}`, ...entries.map(entryText)].join("\n\n");
}

function entryText({ why, records, remarks = [] }: ZoneEntry): string {
  return [...[why, ...remarks].map(comment), ...records.map(zoneLine)].join("\n");
}

/** No text of a remark can end its line and become a record. */
const comment = (text: string): string => `; ${text.replace(/[\r\n]+/g, " ")}`;
