/**
 * The writing side of the memory store. Octets are gathered first; the rest of each verb runs without an await, so it is
 * one atomic commit, and the watchers hear of it before the verb's promise fulfils.
 */
import { EMPTY, type NumberSet, SetBuilder } from "../../syntax/bytes/number-set.ts";
import { DELETED, type FlagNames, systemOf } from "../flags.ts";
import { type MailboxId, modSeq, type Uid } from "../ids.ts";
import type {
  Copied,
  Expunged,
  FactsRow,
  FlagChange,
  FlagsRow,
  MailWriter,
  NewMail,
  NoMailbox,
  OverQuota,
} from "../mail-store.ts";
import { gather } from "./gather.ts";
import {
  addContent,
  addMail,
  flagsOf,
  keyOf,
  type MemoryAccount,
  type MemoryMailbox,
  byName,
  namesOf,
  removeMails,
  replaceFlags,
  usageOf,
} from "./mail-account.ts";
import type { MemoryLimits } from "./mail-limits.ts";
import { selected } from "./mail-reader.ts";
import { mailboxVerbs } from "./mailbox-verbs.ts";
import type { WriterContext } from "./writer-context.ts";

const NO_MAILBOX: NoMailbox = { kind: "no-mailbox" };

export function memoryWriter(context: WriterContext): MailWriter {
  const { account, now, limits } = context;
  const told = (mailbox: MemoryMailbox): void => context.tell(mailbox.id, modSeq(mailbox.highestModSeq));

  const put = (mailbox: MemoryMailbox, mail: NewMail, octets: Uint8Array): Uid => {
    const all = account();
    return addMail(all, mailbox, {
      content: addContent(all, octets, mail.derived),
      flags: flagsOf(all, mailbox, mail.flags),
      size: octets.length,
      internalDate: mail.internalDate,
      zoneMinutes: mail.zoneMinutes,
      savedDate: now(),
    });
  };

  /** Copies `rows` into `target` under one new mod-sequence. */
  const copyRows = (rows: readonly FactsRow[], target: MemoryMailbox): NumberSet => {
    const all = account();
    const made = new SetBuilder();
    target.highestModSeq += 1;
    for (const row of rows) {
      const names = namesOf(all, row.flags);
      const uid = addMail(all, target, { ...row, flags: flagsOf(all, target, names), savedDate: now() });
      made.add(uid, uid);
    }
    return made.done();
  };

  const copied = (source: MemoryMailbox, rows: readonly FactsRow[], to: NumberSet, target: MemoryMailbox): Copied => ({
    kind: "copied",
    uidValidity: target.uidValidity,
    from: setOf(rows),
    to,
    modSeq: modSeq(source.highestModSeq),
  });

  const remove = (id: MailboxId, uids: NumberSet, isMeant: (row: FactsRow) => boolean): Expunged | NoMailbox => {
    const mailbox = account().mailboxes.get(id);
    if (mailbox === undefined) return NO_MAILBOX;
    const rows = [...selected(mailbox, uids)].filter(isMeant);
    if (rows.length > 0) {
      mailbox.highestModSeq += 1;
      context.vanished(mailbox, setOf(rows), removeMails(account(), mailbox, rows, limits.vanishedCommits));
      context.sized();
      told(mailbox);
    }
    return { kind: "expunged", uids: setOf(rows), modSeq: modSeq(mailbox.highestModSeq) };
  };

  return {
    ...mailboxVerbs(context),

    async deliver(delivery) {
      const octets = await gather(delivery.mail.content);
      const all = account();
      forgetOld(all, now(), limits);
      const print = Buffer.from(delivery.fingerprint).toString("hex");
      if (all.deliveries.has(delivery.id) || all.fingerprints.has(print)) return { kind: "repeated" };
      const boxes = [...all.mailboxes.values()];
      const mailbox = boxes.find((box) => box.specialUse === delivery.into) ?? byName(all, "INBOX");
      if (mailbox === undefined) throw new Error("the account has no INBOX");
      mailbox.highestModSeq += 1;
      const uid = put(mailbox, delivery.mail, octets);
      context.sized();
      all.deliveries.set(delivery.id, now());
      all.fingerprints.set(print, { delivery: delivery.id, storedAt: now() });
      told(mailbox);
      return { kind: "delivered", mailbox: mailbox.id, uid };
    },

    forget(delivery) {
      const { fingerprints } = account();
      for (const [print, entry] of fingerprints) if (entry.delivery === delivery) fingerprints.delete(print);
    },

    async append(id, mails) {
      const octets: Uint8Array[] = [];
      for (const mail of mails) octets.push(await gather(mail.content));
      const mailbox = account().mailboxes.get(id);
      if (mailbox === undefined) return NO_MAILBOX;
      const over = overQuota(
        account(),
        octets.reduce((sum, piece) => sum + piece.length, 0),
      );
      if (over !== undefined) return over;
      if (mails.length > 0) mailbox.highestModSeq += 1;
      const uids = mails.map((mail, at) => put(mailbox, mail, octets[at] as Uint8Array));
      context.sized();
      if (mails.length > 0) told(mailbox);
      return { kind: "appended", uidValidity: mailbox.uidValidity, uids, modSeq: modSeq(mailbox.highestModSeq) };
    },

    async store(id, uids, change, unchangedSince) {
      const mailbox = account().mailboxes.get(id);
      if (mailbox === undefined) return NO_MAILBOX;
      const modified = new SetBuilder();
      const rows: FlagsRow[] = [];
      const changes: (readonly [row: FactsRow, flags: FactsRow["flags"]])[] = [];
      for (const row of selected(mailbox, uids)) {
        if (unchangedSince !== undefined && row.modSeq > unchangedSince) {
          modified.add(row.uid, row.uid);
          continue;
        }
        const names = changedFlags(namesOf(account(), row.flags), change);
        changes.push([row, flagsOf(account(), mailbox, names)]);
      }
      const anyDiffers = changes.some(([row, value]) => row.flags !== value);
      if (anyDiffers) mailbox.highestModSeq += 1;
      for (const [row, value] of changes) {
        const { uid, flags, modSeq } = row.flags === value ? row : replaceFlags(mailbox, row, value);
        rows.push({ uid, flags, modSeq });
      }
      if (anyDiffers) told(mailbox);
      return {
        kind: "stored",
        rows: change.isSilent === true ? [] : rows,
        count: rows.length,
        modified: modified.done(),
        modSeq: modSeq(mailbox.highestModSeq),
        isCommit: anyDiffers,
      };
    },

    async copy(from, uids, to) {
      const [source, target] = [account().mailboxes.get(from), account().mailboxes.get(to)];
      if (source === undefined || target === undefined) return NO_MAILBOX;
      const rows = [...selected(source, uids)];
      if (rows.length === 0) return copied(target, rows, EMPTY, target);
      const over = overQuota(
        account(),
        rows.reduce((sum, row) => sum + row.size, 0),
      );
      if (over !== undefined) return over;
      const made = copyRows(rows, target);
      context.sized();
      told(target);
      return copied(target, rows, made, target);
    },

    async move(from, uids, to) {
      const [source, target] = [account().mailboxes.get(from), account().mailboxes.get(to)];
      if (source === undefined || target === undefined) return NO_MAILBOX;
      const rows = [...selected(source, uids)];
      if (rows.length === 0) return copied(source, rows, EMPTY, target);
      const made = copyRows(rows, target);
      if (source !== target) source.highestModSeq += 1;
      context.vanished(source, setOf(rows), removeMails(account(), source, rows, limits.vanishedCommits));
      told(target);
      if (source !== target) told(source);
      return copied(source, rows, made, target);
    },

    expunge: async (id, uids) => remove(id, uids, (row) => (systemOf(row.flags) & DELETED) !== 0),
    remove: async (id, uids) => remove(id, uids, () => true),
  };
}

function setOf(rows: readonly FactsRow[]): NumberSet {
  const builder = new SetBuilder();
  for (const row of rows) builder.add(row.uid, row.uid);
  return builder.done();
}

function changedFlags(before: FlagNames, { kind, flags }: FlagChange): FlagNames {
  if (kind === "replace") return flags;
  if (kind === "add") {
    return { system: before.system | flags.system, keywords: [...before.keywords, ...flags.keywords] };
  }
  const gone = new Set(flags.keywords.map(keyOf));
  return { system: before.system & ~flags.system, keywords: before.keywords.filter((word) => !gone.has(keyOf(word))) };
}

function overQuota(account: MemoryAccount, more: number): OverQuota | undefined {
  const usage = usageOf(account);
  return usage.octets + more > usage.quotaBytes ? { kind: "over-quota", usage } : undefined;
}

/** Drops fingerprints and delivery ids that have lived their time. */
export function forgetOld(account: MemoryAccount, now: number, limits: MemoryLimits): void {
  for (const [print, { storedAt }] of account.fingerprints) {
    if (storedAt + limits.fingerprintMs <= now) account.fingerprints.delete(print);
  }
  for (const [id, storedAt] of account.deliveries) {
    if (storedAt + limits.deliveryMs <= now) account.deliveries.delete(id);
  }
}
