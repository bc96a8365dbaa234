/** What the cases of the mail store's contract stand in: a fresh store with one account, and short words for what they ask. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { type Clock, systemClock } from "../../host/clock.ts";
import { fromNumbers, numbers, type NumberSet, range } from "../../syntax/bytes/number-set.ts";
import { keywordSetOf, systemOf } from "../flags.ts";
import { type AccountId, accountId, type DeliveryId, deliveryId, type MailboxId } from "../ids.ts";
import type {
  Appended,
  Columns,
  MailboxState,
  MailReader,
  MailStore,
  MailWriter,
  NewMail,
  RowOf,
} from "../mail-store.ts";

/** Bounds that every implementation of the store has, small enough to be met in a test. */
export type ContractLimits = {
  readonly mailboxes: number;
  readonly levels: number;
  readonly vanishedCommits: number;
};
export const CONTRACT_LIMITS: ContractLimits = { mailboxes: 12, levels: 4, vanishedCommits: 1000 };

/** Opens a store that rests nowhere yet. */
export type OpenMailStore = (options: { readonly clock: Clock; readonly limits: ContractLimits }) => Promise<MailStore>;

export type World = {
  readonly store: MailStore;
  readonly account: AccountId;
  readonly read: MailReader;
  readonly write: MailWriter;
  readonly inbox: MailboxState;
  /** Moves the store's clock; its timers stay those of the machine. */
  readonly later: (ms: number) => void;
};

export const ALL: NumberSet = range(1, 2 ** 32 - 1);
export const newAccountId = (): AccountId => accountId(randomBytes(16).toString("hex"));
export const newDeliveryId = (): DeliveryId => deliveryId(randomBytes(16).toString("hex"));
export const set = (...uids: readonly number[]): NumberSet => fromNumbers(uids);

export type RegisterCase = (
  claim: string,
  body: (world: World) => Promise<void>,
  limits?: Partial<ContractLimits>,
) => void;

/** Makes the function that registers cases: each with a store of its own, each ending with an audit. */
export function caseRegister(name: string, open: OpenMailStore): RegisterCase {
  return (claim, body, limits) => {
    test(`${claim} (${name})`, async () => {
      await inWorld(open, body, limits);
    });
  };
}

export async function inWorld(
  open: OpenMailStore,
  body: (world: World) => Promise<void>,
  limits: Partial<ContractLimits> = {},
): Promise<void> {
  let offset = 0;
  const clock: Clock = { ...systemClock, now: () => systemClock.now() + offset };
  await using store = await open({ clock, limits: { ...CONTRACT_LIMITS, ...limits } });
  const account = newAccountId();
  await store.create(account, { quotaBytes: 100_000_000 });
  const [read, write] = [store.read(account), store.write(account)];
  const inbox = await boxNamed(read, "INBOX");
  const later = (ms: number): void => {
    offset += ms;
  };
  await body({ store, account, read, write, inbox, later });
  assert.deepEqual(await store.check(account), []);
  await store.settle();
  assert.deepEqual(await store.check(account), []);
}

export async function boxNamed(read: MailReader, name: string): Promise<MailboxState> {
  const found = await read.mailbox(name);
  assert.ok(found, `mailbox ${name} exists`);
  return found;
}

export async function stateOf(read: MailReader, id: MailboxId): Promise<MailboxState> {
  const found = await read.mailboxById(id);
  assert.ok(found, `mailbox ${id} exists`);
  return found;
}

/** Appends, and demands that it succeeds. */
export async function append(write: MailWriter, mailbox: MailboxId, ...mails: readonly NewMail[]): Promise<Appended> {
  const outcome = await write.append(mailbox, mails);
  assert.equal(outcome.kind, "appended");
  return outcome;
}

export async function rowsOf<C extends Columns>(
  read: MailReader,
  mailbox: MailboxId,
  columns: C,
  uids: NumberSet = ALL,
): Promise<readonly RowOf<C>[]> {
  const all: RowOf<C>[] = [];
  for await (const slice of read.rows(mailbox, uids, columns)) all.push(...slice);
  return all;
}

export async function uidsOf(read: MailReader, mailbox: MailboxId): Promise<readonly number[]> {
  const uids = await read.uids(mailbox);
  assert.ok(uids);
  return [...numbers(uids)];
}

/** Flags as one text that does not depend on how a store numbers its keyword sets. */
export async function flagsText(read: MailReader, flags: RowOf<"flags">["flags"]): Promise<string> {
  const names = await read.keywordSet(keywordSetOf(flags));
  return [systemOf(flags), ...names.toSorted()].join(" ");
}
