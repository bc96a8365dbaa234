/**
 * Brings everything back into an empty home: directory and accounts of a set, without what the ledger says was deleted
 * since. It may be broken off and called again, also with another set for the accounts that failed: those that are whole
 * are left alone. An account's record comes after its mail, so nobody meets half an account.
 */
import { HostError } from "../../host/host-error.ts";
import type { AccountArchive } from "../../store/account-archive.ts";
import type { AccountId } from "../../store/ids.ts";
import type { MailStore } from "../../store/mail-store.ts";
import { StoreError } from "../../store/store-error.ts";
import { leaveOutVanished } from "../../store/vanished.ts";
import { type AccountRecord, openHead, readSet, type SetHead, type SetLine } from "./backup-set.ts";
import { type Deleted, readLedger } from "./ledger-entries.ts";
import { ownerOf, setTime } from "./object-names.ts";
import { packReader } from "./packs.ts";
import { readPart } from "./part.ts";
import type { BackupParts, Progress } from "./parts.ts";
import { PlaceError } from "./place.ts";
import type { HalfOpener } from "./private-halves.ts";
import { restoredContent } from "./restored-content.ts";
import { workThrough } from "./slices.ts";

export type RestoredEverything = {
  readonly set: string;
  readonly madeAt: number;
  readonly accounts: number;
  /** Accounts that were whole before this call. */
  readonly whole: number;
  /** Accounts that were closed after the set was made. */
  readonly closed: number;
  readonly mails: number;
  /** Accounts that could not come back from this set, and why. */
  readonly failed: readonly { readonly account: AccountId; readonly sentence: string }[];
};

/** The newest whole set whose key is there, or the one that is named. @throws HostError when there is none. */
export async function chooseSet(parts: BackupParts, halves: HalfOpener, id: string | undefined): Promise<SetHead> {
  const { escrow, target, sealing } = parts;
  if (id !== undefined) return openHead(target, sealing, halves, id);
  const heads = await Array.fromAsync(target.list("set/"), ({ name }) => name);
  const whole = new Set(heads.filter((name) => name.endsWith("/head")).map(ownerOf));
  const keys = await Array.fromAsync(escrow.list("set/"), ({ name }) => ownerOf(name));
  const newest = keys
    .filter((key) => whole.has(key))
    .toSorted((a, b) => (setTime(a) ?? 0) - (setTime(b) ?? 0))
    .at(-1);
  if (newest === undefined)
    throw new HostError(`no set at ${target.label} has its key at ${escrow.label}: there is nothing to restore from`);
  return openHead(target, sealing, halves, newest);
}

/** Each holds up to three packs of 16 MiB. */
const ACCOUNTS_AT_ONCE = 3;

/** @throws HostError, PlaceError, StoreError; calling it again goes on where it stopped. */
export async function restoreEverything(
  parts: BackupParts,
  mail: MailStore,
  halves: HalfOpener,
  id: string | undefined,
  signal: AbortSignal,
  progress: Progress,
): Promise<RestoredEverything> {
  const { book, directory, directoryArchive, escrow, memory, sealing, target, log } = parts;
  const before = await book.restored();
  if (before === undefined && (await directory.accounts()).length > 0)
    throw new HostError("this home has accounts: everything is restored to an empty home only, made by altmail init");
  const head = await chooseSet(parts, halves, id);
  const set = await readSet(target, sealing, head);
  const deleted = await readLedger(escrow, sealing, halves);
  const isClosed = ({ record }: SetLine): boolean => deleted.accounts.has(record.account.id);
  await book.noteRestored("begin");
  await directoryArchive.restoreUsed(
    set.used,
    set.lines.filter(isClosed).flatMap(({ record }) => addressesOf(record)),
  );
  const done = before ?? new Set<AccountId>();
  const lines = set.lines.filter((line) => !isClosed(line));
  const failed: { account: AccountId; sentence: string }[] = [];
  let mails = 0;
  let whole = 0;
  let finished = 0;
  await workThrough(lines, ACCOUNTS_AT_ONCE, async (line) => {
    signal.throwIfAborted();
    const { account } = line.record;
    try {
      if (done.has(account.id)) whole++;
      else {
        const restored = await restoreMail(parts, mail, line, deleted, signal);
        // Before there is an account whose mail anybody could learn from.
        if (!line.record.preferences.learns) await memory.setOn(account.id, false);
        await restoreRecord(parts, line.record);
        await book.noteRestored(account.id);
        mails += restored;
      }
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof PlaceError || !(error instanceof HostError || error instanceof StoreError)) throw error;
      failed.push({ account: account.id, sentence: error.message });
    }
    progress("accounts", ++finished, lines.length);
  });
  if (failed.length === 0) await book.noteRestored("end");
  log("backup.restored", { account: undefined, set: head.id, what: "everything", messages: mails });
  const closed = set.lines.length - lines.length;
  return { set: head.id, madeAt: head.madeAt, accounts: lines.length - failed.length, whole, closed, mails, failed };
}

const addressesOf = ({ account, aliases, reserved }: AccountRecord): readonly string[] => [
  account.primary,
  ...aliases,
  ...reserved,
];

/** Makes the account's file anew from its part, in place of one that may be there. @returns how many mails it has. */
export async function restoreMail(
  { target, sealing, archive }: BackupParts,
  mail: MailStore,
  { record: { account }, part, key }: SetLine,
  deleted: Deleted,
  signal: AbortSignal,
): Promise<number> {
  const snapshot = leaveOutVanished(
    await readPart(target, sealing, account.id, { part, key }),
    deleted.vanished.get(account.id) ?? [],
  );
  const contents = new Map(snapshot.contents.map((content) => [content.id, content]));
  const reader = packReader(target, sealing, account.id, snapshot.contents);
  // Destroying a key wraps all others anew: only where there is something to destroy.
  if (await isThere(archive, account.id)) await mail.destroy(account.id);
  await archive.restore(account.id, snapshot, async (content) => {
    signal.throwIfAborted();
    const found = contents.get(content);
    if (found === undefined) throw new HostError("a part names a content that it does not hold: the set is damaged");
    return restoredContent(reader, archive, found);
  });
  return snapshot.mails.length;
}

async function isThere(archive: AccountArchive, account: AccountId): Promise<boolean> {
  try {
    await archive.mark(account);
    return true;
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return error.code !== "no-account";
  }
}

/** May be repeated. */
async function restoreRecord(
  { directory, directoryArchive, subscriptions }: BackupParts,
  record: AccountRecord,
): Promise<void> {
  const { account, aliases, reserved, appPasswords, preferences, credentials, subscription } = record;
  if ((await directory.byId(account.id)) === undefined) await directory.add([account]);
  for (const alias of aliases) await directory.addAlias(account.id, alias);
  for (const alias of reserved) {
    await directory.addAlias(account.id, alias);
    await directory.removeAlias(account.id, alias);
  }
  const { emptyJunkDays, emptyTrashDays, forwarders, learns } = preferences;
  if (emptyJunkDays !== undefined || emptyTrashDays !== undefined || forwarders.length > 0 || !learns)
    await directory.setPreferences(account.id, preferences);
  await directoryArchive.restoreCredentials(account.id, credentials);
  if (subscription !== undefined) await subscriptions.restore(subscription);
  const there = new Set((await directory.appPasswords(account.id)).map(({ id }) => id));
  for (const password of appPasswords) if (!there.has(password.id)) await directory.addAppPassword(password);
}
