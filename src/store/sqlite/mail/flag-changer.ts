/** What a STORE makes of a mail's flags, and of the counters of its mailbox. */
import { DELETED, type FlagNames, type Flags, SEEN, systemOf } from "../../flags.ts";
import type { MailboxId } from "../../ids.ts";
import type { FlagChange } from "../../mail-store.ts";
import { keyOf } from "./keywords.ts";
import type { Transaction } from "./transaction.ts";

/** What becomes of a mail's flags; each distinct value is worked out once. */
export function flagChanger(
  tx: Transaction,
  mailbox: MailboxId,
  { kind, flags }: FlagChange,
): (before: Flags) => Flags {
  const { keywords } = tx.handle;
  const known = new Map<Flags, Flags>();
  const gone = new Set(flags.keywords.map(keyOf));
  const apply = (before: FlagNames): FlagNames => {
    if (kind === "replace") return flags;
    if (kind === "add") {
      return { system: before.system | flags.system, keywords: [...before.keywords, ...flags.keywords] };
    }
    const left = before.keywords.filter((name) => !gone.has(keyOf(name)));
    return { system: before.system & ~flags.system, keywords: left };
  };
  return (before) => {
    const found = known.get(before);
    if (found !== undefined) return found;
    const after = keywords.number(tx.handle, mailbox, apply(keywords.flagNames(tx.handle, before)));
    known.set(before, after);
    return after;
  };
}

/** Adds to the counters what `count` mails bring whose flags change. */
export function countChange(
  sum: { unseen: number; deleted: number },
  before: Flags,
  after: Flags,
  count: number,
): void {
  const is = (flags: Flags, bit: number): number => ((systemOf(flags) & bit) === 0 ? 0 : count);
  sum.unseen += is(before, SEEN) - is(after, SEEN);
  sum.deleted += is(after, DELETED) - is(before, DELETED);
}
