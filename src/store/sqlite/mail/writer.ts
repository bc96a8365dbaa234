/**
 * The writing side of the mail store: each verb is one operation of the account's commit queue. Messages are prepared
 * (cut, compressed) before it, so that a transaction holds the write lock for little more than the writes.
 */
import type { DeliveryId } from "../../ids.ts";
import { EMPTY, type NumberSet } from "../../../syntax/bytes/number-set.ts";
import { DELETED, systemOf } from "../../flags.ts";
import type { AccountId, MailboxId, ModSeq } from "../../ids.ts";
import type {
  Appended,
  Copied,
  Delivered,
  Delivery,
  Expunged,
  FlagChange,
  MailboxState,
  MailWriter,
  NewMail,
  NoMailbox,
  OverQuota,
  Stored,
} from "../../mail-store.ts";
import type { Commits } from "./commits.ts";
import { forgetOld, noteDelivery } from "./deliveries.ts";
import { createMailbox, deleteMailbox, renameMailbox, setQuota, subscribe, target } from "./mailbox-verbs.ts";
import { addMails, copyMails, eachUid, removeMails, type Row, SELECT_ROWS, uidsOf } from "./mails.ts";
import { discard, type Prepared, prepare } from "./prepare.ts";
import { noteQuotaTold } from "./quota.ts";
import { storeFlags } from "./store-flags.ts";
import { readAll } from "./stretches.ts";
import { stateById, type Transaction, usageOf } from "./transaction.ts";

const NO_MAILBOX: NoMailbox = { kind: "no-mailbox" };
const LAZY = { lazy: true } as const;
/** Deliveries between two looks at which notes of deliveries have lived their time. */
const FORGET_EVERY = 32;

export function mailWriter(
  account: AccountId,
  commits: Commits,
  forget: (account: AccountId, delivery: DeliveryId) => void,
): MailWriter {
  return {
    deliver: (delivery) => deliver(account, commits, delivery),
    forget: (delivery) => forget(account, delivery),
    append: (mailbox, mails) => append(account, commits, mailbox, mails),
    store: (mailbox, uids, change, unchangedSince) =>
      commits.commit(account, (tx) => store(tx, mailbox, uids, change, unchangedSince), LAZY),
    copy: (from, uids, to) => commits.commit(account, (tx) => copy(tx, from, uids, to)),
    move: (from, uids, to) => commits.commit(account, (tx) => move(tx, from, uids, to)),
    expunge: (mailbox, uids) => commits.commit(account, (tx) => expunge(tx, mailbox, uids)),
    remove: (mailbox, uids) => commits.commit(account, (tx) => remove(tx, mailbox, uids)),
    createMailbox: (name, use) => commits.commit(account, (tx) => createMailbox(tx, name, use)),
    deleteMailbox: (id) => commits.commit(account, (tx) => deleteMailbox(tx, id)),
    renameMailbox: (id, name) => commits.commit(account, (tx) => renameMailbox(tx, id, name)),
    subscribe: (name, subscribed) => commits.commit(account, (tx) => subscribe(tx, name, subscribed)),
    setQuota: (quotaBytes) => commits.commit(account, (tx) => setQuota(tx, quotaBytes)),
    quotaTold: (crossedAt) => commits.commit(account, (tx) => noteQuotaTold(tx.handle, crossedAt)),
  };
}

async function deliver(account: AccountId, commits: Commits, delivery: Delivery): Promise<Delivered> {
  const prepared = await prepare(commits, account, delivery.mail);
  return settle(account, commits, [prepared], (tx) => {
    if (!noteDelivery(tx, delivery)) return { kind: "repeated" };
    const mailbox = target(tx, delivery.into);
    const [uid] = eachUid(addMails(tx, mailbox, [prepared]).uids);
    if (uid === undefined) throw new Error("a mail was put in without a UID");
    if (uid % FORGET_EVERY === 0) forgetOld(tx);
    return { kind: "delivered", mailbox, uid };
  });
}

async function append(
  account: AccountId,
  commits: Commits,
  mailbox: MailboxId,
  mails: readonly NewMail[],
): Promise<Appended | NoMailbox | OverQuota> {
  const prepared: Prepared[] = [];
  try {
    for (const mail of mails) prepared.push(await prepare(commits, account, mail));
  } catch (error) {
    await discard(commits, account, prepared).catch(() => undefined);
    throw error;
  }
  return settle(account, commits, prepared, (tx) => {
    const state = stateById(tx.handle, mailbox);
    if (state === undefined) return NO_MAILBOX;
    const over = overQuota(
      tx,
      mails.reduce((sum, mail) => sum + mail.derived.size, 0),
    );
    if (over !== undefined) return over;
    if (mails.length === 0) {
      return { kind: "appended", uidValidity: state.uidValidity, uids: [], modSeq: state.highestModSeq };
    }
    const { uids, uidValidity, modSeq } = addMails(tx, mailbox, prepared);
    return { kind: "appended", uidValidity, uids: [...eachUid(uids)], modSeq };
  });
}

/** Commits what was prepared; what is refused or fails leaves no staged pieces behind. */
async function settle<T extends { readonly kind: string }>(
  account: AccountId,
  commits: Commits,
  prepared: readonly Prepared[],
  run: (tx: Transaction) => T,
): Promise<T> {
  let result: T | undefined;
  try {
    result = await commits.commit(account, run);
    return result;
  } finally {
    if (result?.kind !== "delivered" && result?.kind !== "appended") {
      await discard(commits, account, prepared).catch(() => undefined);
    }
  }
}

function store(
  tx: Transaction,
  mailbox: MailboxId,
  uids: NumberSet,
  change: FlagChange,
  unchangedSince: ModSeq | undefined,
): Stored | NoMailbox {
  return stateById(tx.handle, mailbox) === undefined
    ? NO_MAILBOX
    : storeFlags(tx, mailbox, uids, change, unchangedSince);
}

/** `modSeq` is the target's: the source has not changed. */
function copy(tx: Transaction, from: MailboxId, uids: NumberSet, to: MailboxId): Copied | NoMailbox | OverQuota {
  const [source, target] = [stateById(tx.handle, from), stateById(tx.handle, to)];
  if (source === undefined || target === undefined) return NO_MAILBOX;
  const rows = readAll<Row>(tx.handle, SELECT_ROWS, from, uids);
  if (rows.length === 0) return nothingCopied(target, target);
  const over = overQuota(
    tx,
    rows.reduce((sum, row) => sum + row.size, 0),
  );
  if (over !== undefined) return over;
  const made = copyMails(tx, from, rows, to);
  tx.tell(to, made.modSeq);
  return { kind: "copied", uidValidity: made.uidValidity, from: uidsOf(rows), to: made.uids, modSeq: made.modSeq };
}

/** `modSeq` is the source's: there the mails have vanished. */
function move(tx: Transaction, from: MailboxId, uids: NumberSet, to: MailboxId): Copied | NoMailbox {
  const [source, target] = [stateById(tx.handle, from), stateById(tx.handle, to)];
  if (source === undefined || target === undefined) return NO_MAILBOX;
  const rows = readAll<Row>(tx.handle, SELECT_ROWS, from, uids);
  if (rows.length === 0) return nothingCopied(source, target);
  const made = copyMails(tx, from, rows, to);
  const modSeq = removeMails(tx, from, rows, from !== to);
  tx.tell(to, made.modSeq);
  if (from !== to) tx.tell(from, modSeq);
  return { kind: "copied", uidValidity: made.uidValidity, from: uidsOf(rows), to: made.uids, modSeq };
}

function nothingCopied(changed: MailboxState, target: MailboxState): Copied {
  return { kind: "copied", uidValidity: target.uidValidity, from: EMPTY, to: EMPTY, modSeq: changed.highestModSeq };
}

function expunge(tx: Transaction, mailbox: MailboxId, uids: NumberSet): Expunged | NoMailbox {
  const state = stateById(tx.handle, mailbox);
  if (state === undefined) return NO_MAILBOX;
  const rows =
    state.deleted === 0
      ? []
      : readAll<Row>(tx.handle, SELECT_ROWS, mailbox, uids).filter((row) => (systemOf(row.flags) & DELETED) !== 0);
  return expunged(tx, state, rows);
}

function remove(tx: Transaction, mailbox: MailboxId, uids: NumberSet): Expunged | NoMailbox {
  const state = stateById(tx.handle, mailbox);
  return state === undefined ? NO_MAILBOX : expunged(tx, state, readAll<Row>(tx.handle, SELECT_ROWS, mailbox, uids));
}

function expunged(tx: Transaction, { id, highestModSeq }: MailboxState, rows: readonly Row[]): Expunged {
  if (rows.length === 0) return { kind: "expunged", uids: EMPTY, modSeq: highestModSeq };
  const modSeq = removeMails(tx, id, rows, true);
  tx.tell(id, modSeq);
  return { kind: "expunged", uids: uidsOf(rows), modSeq };
}

function overQuota(tx: Transaction, more: number): OverQuota | undefined {
  const usage = usageOf(tx.handle);
  return usage.octets + more > usage.quotaBytes ? { kind: "over-quota", usage } : undefined;
}
