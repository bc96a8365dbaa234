/**
 * Empties Junk and Trash of mail that came into them so many days ago as their holder said; of those who said nothing,
 * nothing ever goes. What counts is when a mail came into the folder (RFC 8514 section 3), whatever its date: what was
 * moved there today is safe today. The mail goes as by EXPUNGE: mail programs hear of it, contents are erased.
 *
 * A pass may break off anywhere and begin again: it looks at what is there. Each look asks the holder's wish anew.
 */
import { type Clock, DAY, pauseOrAbort } from "../../host/clock.ts";
import type { Log } from "../../host/events/events.ts";
import type { Directory, Preferences } from "../../store/directory.ts";
import type { AccountId, Uid } from "../../store/ids.ts";
import type { FactsRow, MailboxState, MailReader, MailStore, SpecialUse } from "../../store/mail-store.ts";
import { StoreError } from "../../store/store-error.ts";
import { fromNumbers, type NumberSet, range } from "../../syntax/bytes/number-set.ts";

export type EmptyFoldersOptions = {
  readonly directory: Pick<Directory, "byId" | "emptying" | "preferences">;
  readonly mail: Pick<MailStore, "read" | "write">;
  readonly clock: Clock;
  readonly log: Log;
};

/** Of one pass. `failed`: accounts that could not be looked through; the next pass does. */
export type Emptied = { readonly accounts: number; readonly messages: number; readonly failed: number };

/** Mails that go in one commit, and the rest that readers and deliveries get after it. */
const BATCH = 200;
const PAUSE_MS = 100;
const ALL: NumberSet = range(1, 2 ** 32 - 1);

/** One pass; to be called once a day, in one worker. */
export async function emptyFolders(options: EmptyFoldersOptions, signal: AbortSignal): Promise<Emptied> {
  const { directory, clock, log } = options;
  let [accounts, messages, failed] = [0, 0, 0];
  for (const account of await directory.emptying()) {
    if (signal.aborted) break;
    try {
      messages += await emptyAccount(options, account, signal);
      accounts += 1;
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      failed += 1;
      log("holder.failed", { account, step: "emptying", code: error.code });
    }
    await pauseOrAbort(clock, PAUSE_MS, signal);
  }
  return { accounts, messages, failed };
}

const FOLDERS: readonly (readonly [use: SpecialUse, wish: keyof Preferences & `empty${string}`])[] = [
  ["\\Junk", "emptyJunkDays"],
  ["\\Trash", "emptyTrashDays"],
];

async function emptyAccount(options: EmptyFoldersOptions, account: AccountId, signal: AbortSignal): Promise<number> {
  const { directory, mail, clock, log } = options;
  const state = (await directory.byId(account))?.state;
  if (state === undefined || state === "closing") return 0;
  const wishes = await directory.preferences(account);
  const reader = mail.read(account);
  const mailboxes = await reader.mailboxes();
  let sum = 0;
  for (const [use, wish] of FOLDERS) {
    const days = wishes[wish];
    if (days === undefined) continue;
    for (const mailbox of mailboxes.filter(({ specialUse, messages }) => specialUse === use && messages > 0)) {
      const messages = await emptyMailbox(options, account, mailbox, clock.now() - days * DAY, signal);
      if (messages > 0) log("holder.emptied", { account, folder: use.slice(1), messages });
      sum += messages;
    }
  }
  return sum;
}

/** Takes out what came in before `before`. @returns how many these were */
async function emptyMailbox(
  { mail, clock }: EmptyFoldersOptions,
  account: AccountId,
  { id }: MailboxState,
  before: number,
  signal: AbortSignal,
): Promise<number> {
  let messages = 0;
  for await (const uids of oldMail(mail.read(account), id, before)) {
    if (signal.aborted) break;
    const outcome = await mail.write(account).remove(id, fromNumbers(uids));
    if (outcome.kind === "no-mailbox") break;
    messages += outcome.uids.size;
    await pauseOrAbort(clock, PAUSE_MS, signal);
  }
  return messages;
}

/** UIDs ascend with the time at which mails came in, so the first one that is young enough ends it. */
async function* oldMail(reader: MailReader, id: MailboxState["id"], before: number): AsyncGenerator<readonly Uid[]> {
  for await (const rows of reader.rows(id, ALL, "facts")) {
    const old = rows.filter(({ savedDate }: FactsRow) => savedDate < before).map(({ uid }) => uid);
    for (let at = 0; at < old.length; at += BATCH) yield old.slice(at, at + BATCH);
    if (old.length < rows.length) return;
  }
}
