/**
 * Makes a set: account by account, then the lines. The private half of its key reaches the escrow place before anything
 * that needs it reaches the target, and the head of the set comes last: what breaks off at any moment leaves no set that
 * cannot be opened, and no object that the next sweep does not find.
 */
import { SECOND } from "../../host/clock.ts";
import type { Account } from "../../store/directory.ts";
import type { AccountId } from "../../store/ids.ts";
import { StoreError } from "../../store/store-error.ts";
import { archiveAccount, type ArchivedAccount } from "./archive-account.ts";
import { type AccountRecord, type SetLine, writeBodies } from "./backup-set.ts";
import { writeNeeded } from "./needed-objects.ts";
import { newSetId, setHead } from "./object-names.ts";
import type { BackupParts, Progress } from "./parts.ts";
import { depositHalf } from "./private-halves.ts";
import { workThrough } from "./slices.ts";

export type MadeSet = {
  readonly id: string;
  readonly madeAt: number;
  readonly accounts: number;
  /** Accounts that cost a line. */
  readonly unchanged: number;
  /** Accounts that exist and could not be read: they are not in the set. */
  readonly skipped: number;
  readonly sentOctets: number;
  readonly seconds: number;
};

/** @throws PlaceError, StoreError when it could not be made; the signal's reason when it was aborted. */
export async function createSet(parts: BackupParts, signal: AbortSignal, progress: Progress): Promise<MadeSet> {
  const { book, clock, directory, directoryArchive, escrow, recipient, sealing, target, log } = parts;
  const madeAt = clock.now();
  const id = newSetId(madeAt);
  const number = await book.begin(id, madeAt);
  const publicKey = await depositHalf(escrow, recipient, "set", id);
  const { archived, skipped, unchanged, sentOctets } = await archiveAll(parts, number, signal, progress);
  const lines: SetLine[] = [];
  // The directory as it is now: who was closed meanwhile is not in it.
  await workThrough(await directory.accounts(), 1, async (account) => {
    const found = archived.get(account.id);
    if (found === undefined || account.state === "closing") return;
    lines.push({ record: await recordOf(parts, account), part: found.part, key: found.key });
  });
  await endOthers(parts, number, new Set(lines.map(({ record }) => record.account.id)));
  signal.throwIfAborted();
  const used = await directoryArchive.used();
  const { head, objects } = await writeBodies(target, sealing, publicKey, { id, madeAt, used, lines });
  const names = await writeNeeded(target, id, book.needed(number));
  await target.put(setHead(id), head);
  const sent = sentOctets + [...objects, ...names].reduce((sum, { size }) => sum + size, head.length);
  const facts = { doneAt: clock.now(), accounts: lines.length, sentOctets: sent };
  await book.finish(number, facts);
  const seconds = Math.round((facts.doneAt - madeAt) / SECOND);
  const made: MadeSet = { id, madeAt, accounts: lines.length, unchanged, skipped, sentOctets: sent, seconds };
  log("backup.made", { set: id, accounts: made.accounts, unchanged, skipped, sentOctets: sent, seconds });
  return made;
}

/** Each may hold two packs of 16 MiB; more than one, for the places answer from afar. */
const ACCOUNTS_AT_ONCE = 3;

type Archived = {
  readonly archived: ReadonlyMap<AccountId, ArchivedAccount>;
  readonly skipped: number;
  readonly unchanged: number;
  readonly sentOctets: number;
};

async function archiveAll(
  parts: BackupParts,
  number: number,
  signal: AbortSignal,
  progress: Progress,
): Promise<Archived> {
  const accounts = (await parts.directory.accounts()).filter(({ state }) => state !== "closing");
  const archived = new Map<AccountId, ArchivedAccount>();
  let skipped = 0;
  let done = 0;
  await workThrough(accounts, ACCOUNTS_AT_ONCE, async ({ id }) => {
    signal.throwIfAborted();
    try {
      archived.set(id, await archiveAccount(parts, id, number, signal));
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      // Closed meanwhile: nothing is missing.
      if ((await parts.directory.byId(id)) === undefined) return;
      parts.log("backup.account-skipped", { account: id, reason: error.code });
      skipped++;
    }
    progress("accounts", ++done, accounts.length);
  });
  const all = [...archived.values()];
  return {
    archived,
    skipped,
    unchanged: all.filter(({ isUnchanged }) => isUnchanged).length,
    sentOctets: all.reduce((sum, account) => sum + account.sentOctets, 0),
  };
}

async function recordOf(
  { directory, directoryArchive, subscriptions }: BackupParts,
  account: Account,
): Promise<AccountRecord> {
  return {
    account,
    aliases: await directory.aliases(account.id),
    reserved: await directoryArchive.reserved(account.id),
    appPasswords: await directory.appPasswords(account.id),
    preferences: await directory.preferences(account.id),
    credentials: await directoryArchive.credentials(account.id),
    subscription: await subscriptions.byAccount(account.id),
  };
}

/** What other accounts had at the target is needed by older sets alone. */
async function endOthers(
  { book, directory }: BackupParts,
  number: number,
  inSet: ReadonlySet<AccountId>,
): Promise<void> {
  const others = (await book.accounts()).filter((account) => !inSet.has(account));
  // An account that exists and could not be read this time goes on with what it has.
  for (const account of others) {
    if ((await directory.byId(account)) !== undefined) continue;
    // Older sets still have it: the ledger must know, should nobody have told it.
    await book.setClosing([account], "waits");
    await book.replace(account, number, []);
  }
}
