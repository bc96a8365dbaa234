/** The verbs of the writer that concern mailboxes as such: make, delete, rename, subscribe, quota. */
import { type MailboxId, mailboxId } from "../../ids.ts";
import type { Done, Made, MailboxState, NameTaken, NoMailbox, SpecialUse, TooMany } from "../../mail-store.ts";
import { copyMails, doomMailbox, removeMails, type Row, SELECT_ROWS } from "./mails.ts";
import { NO_END } from "./stretches.ts";
import { stateById, type Transaction } from "./transaction.ts";

const DONE: Done = { kind: "done" };
const NAME_TAKEN: NameTaken = { kind: "name-taken" };
const NO_MAILBOX: NoMailbox = { kind: "no-mailbox" };
const TOO_MANY: TooMany = { kind: "too-many" };

export function createMailbox(tx: Transaction, name: string, use: SpecialUse | undefined): Made | NameTaken | TooMany {
  if (exists(tx, name)) return NAME_TAKEN;
  if (isTooMany(tx, name)) return TOO_MANY;
  const made = addMailbox(tx, name, use);
  tx.tell(made.id, made.highestModSeq);
  return { kind: "made", mailbox: made };
}

export function deleteMailbox(tx: Transaction, id: MailboxId): Done | NoMailbox {
  const state = stateById(tx.handle, id);
  if (state === undefined) return NO_MAILBOX;
  if (state.name === "INBOX") throw new RangeError("INBOX cannot be deleted");
  doomMailbox(tx, state);
  tx.handle.run("DELETE FROM mailbox WHERE id = ?", id);
  tx.tell(id, undefined);
  return DONE;
}

export function renameMailbox(tx: Transaction, id: MailboxId, name: string): Done | NoMailbox | NameTaken {
  const state = stateById(tx.handle, id);
  if (state === undefined) return NO_MAILBOX;
  const old = state.name;
  if (exists(tx, name) || name.startsWith(`${old}/`)) return NAME_TAKEN;
  if (old === "INBOX") return emptyInbox(tx, state, name);
  type Below = { readonly id: MailboxId; readonly name: string };
  // All names that begin with the old one and a slash; "0" is the sign after "/".
  const below = tx.handle.rows<Below>("SELECT id, name FROM mailbox WHERE name > ? AND name < ?", `${old}/`, `${old}0`);
  const moved = [{ id, name: old }, ...below].map((box) => ({ id: box.id, name: name + box.name.slice(old.length) }));
  if (moved.some((box) => exists(tx, box.name))) return NAME_TAKEN;
  addParents(tx, name);
  for (const box of moved) {
    tx.handle.run("UPDATE mailbox SET name = ? WHERE id = ?", box.name, box.id);
    tx.tell(box.id, undefined);
  }
  return DONE;
}

/** RFC 9051 section 6.3.6: renaming INBOX moves its mails and leaves it there, empty. */
function emptyInbox(tx: Transaction, inbox: MailboxState, name: string): Done {
  const target = addMailbox(tx, name, undefined);
  const rows = tx.handle.rows<Row>(SELECT_ROWS, inbox.id, 1, NO_END, NO_END);
  if (rows.length === 0) {
    tx.tell(target.id, target.highestModSeq);
    tx.tell(inbox.id, inbox.highestModSeq);
    return DONE;
  }
  tx.tell(target.id, copyMails(tx, inbox.id, rows, target.id).modSeq);
  tx.tell(inbox.id, removeMails(tx, inbox.id, rows, true));
  return DONE;
}

export function subscribe(tx: Transaction, name: string, subscribed: boolean): void {
  if (subscribed) tx.handle.run("INSERT OR IGNORE INTO subscription(name) VALUES (?)", name);
  else tx.handle.run("DELETE FROM subscription WHERE name = ?", name);
}

export function setQuota(tx: Transaction, quotaBytes: number): void {
  tx.handle.run("UPDATE account SET quota = ?", quotaBytes);
  tx.sizes = true;
}

function exists(tx: Transaction, name: string): boolean {
  return tx.handle.value("SELECT 1 FROM mailbox WHERE name = ?", name) !== undefined;
}

function isTooMany(tx: Transaction, name: string): boolean {
  const { limits, handle } = tx;
  const levels = name.split("/").length;
  if (levels > limits.levels) return true;
  const missing = 1 + [...parents(name)].filter((parent) => !exists(tx, parent)).length;
  return ((handle.value("SELECT count(*) FROM mailbox") as number | undefined) ?? 0) + missing > limits.mailboxes;
}

function* parents(name: string): Generator<string> {
  for (let at = name.indexOf("/"); at !== -1; at = name.indexOf("/", at + 1)) yield name.slice(0, at);
}

function addParents(tx: Transaction, name: string): void {
  for (const parent of parents(name)) if (!exists(tx, parent)) insert(tx, parent, undefined);
}

function addMailbox(tx: Transaction, name: string, use: SpecialUse | undefined): MailboxState {
  addParents(tx, name);
  const state = stateById(tx.handle, insert(tx, name, use));
  if (state === undefined) throw new Error("a mailbox just made is not there");
  return state;
}

/** UIDVALIDITY is above all that the account ever gave (RFC 9051 section 2.3.1.1). */
function insert(tx: Transaction, name: string, use: SpecialUse | undefined): MailboxId {
  const { handle, now } = tx;
  const validity = handle.value(
    "UPDATE account SET uid_validity = max(uid_validity + 1, ?) RETURNING uid_validity",
    Math.floor(now / 1000),
  ) as number | undefined;
  const id = handle.value(
    "INSERT INTO mailbox(name, special_use, uid_validity) VALUES (?, ?, ?) RETURNING id",
    name,
    use ?? null,
    validity ?? 0,
  ) as number | undefined;
  return mailboxId(id ?? 0);
}

/** The mailbox with a special use, else INBOX. */
export function target(tx: Transaction, into: "INBOX" | SpecialUse): MailboxId {
  const id =
    into === "INBOX"
      ? undefined
      : (tx.handle.value("SELECT id FROM mailbox WHERE special_use = ? ORDER BY id LIMIT 1", into) as
          | number
          | undefined);
  const inbox = id ?? (tx.handle.value("SELECT id FROM mailbox WHERE name = 'INBOX'") as number | undefined);
  if (inbox === undefined) throw new Error("the account has no INBOX");
  return mailboxId(inbox);
}
