/**
 * What a holder does with mail that says whether it was wanted (promise F6): moves or copies into \Junk and out of it, an
 * answer, and the registered keywords $Junk and $NotJunk (RFC 9051 section 2.3.2). Out of \Junk into \Trash says nothing,
 * nor does what is done to the holder's own drafts and sent mail.
 */
import { ANSWERED, type FlagNames } from "../../store/flags.ts";
import type { MailboxId } from "../../store/ids.ts";
import type { SpecialUse } from "../../store/mail-store.ts";
import type { LessonCounts } from "../../store/defence-memory.ts";
import { fromRanges, type NumberSet, ranges } from "../../syntax/bytes/number-set.ts";

/** One command, told after its commit. `uids` are those in `mailbox`, where the mail is now. */
export type HolderAct =
  | { readonly kind: "moved"; readonly from: MailboxId; readonly mailbox: MailboxId; readonly uids: NumberSet }
  /** `flags`: those that were added. */
  | { readonly kind: "marked"; readonly flags: FlagNames; readonly mailbox: MailboxId; readonly uids: NumberSet };

export type LessonKind = keyof LessonCounts;

/** What mail says that was moved from one mailbox into another. */
export function lessonOfMove(from: SpecialUse | undefined, to: SpecialUse | undefined): LessonKind | undefined {
  if (from === to) return undefined;
  if (to === "\\Junk") return "unwanted";
  return from === "\\Junk" && to !== "\\Trash" ? "wanted" : undefined;
}

/** What flags say that were added, wherever the mail is. Who says both says nothing. */
export function lessonOfFlags({ system, keywords }: FlagNames): LessonKind | undefined {
  const names = keywords.map((name) => name.toLowerCase());
  const [isJunk, isNotJunk] = ["$junk", "$notjunk"].map((name) => names.includes(name));
  if (isJunk === true) return isNotJunk === true ? undefined : "unwanted";
  return isNotJunk === true || (system & ANSWERED) !== 0 ? "wanted" : undefined;
}

/** Mail that arrived may lie there: no drafts, and nothing that the holder sent. */
export const holdsArrivedMail = (use: SpecialUse | undefined): boolean => use !== "\\Drafts" && use !== "\\Sent";

/** The highest `most` of them. */
export function newestOf(uids: NumberSet, most: number): NumberSet {
  if (uids.size <= most) return uids;
  const kept: [number, number][] = [];
  let missing = most;
  for (const [low, high] of [...ranges(uids)].toReversed()) {
    if (missing === 0) break;
    const from = Math.max(low, high - missing + 1);
    kept.push([from, high]);
    missing -= high - from + 1;
  }
  return fromRanges(kept.toReversed());
}
