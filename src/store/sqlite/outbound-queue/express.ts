/**
 * Items that are handed over in the moment in which they are taken, as most mail is: one row holds the message, its
 * recipients and its sealed octets, and the commit that tells how it ended takes it away again. Whatever else is to happen
 * to one (another attempt, a hold, a look at the queue) begins by unfolding it into the tables of all other items, claimed
 * as it was, under the same numbers. All functions run inside the caller's transaction.
 */
import type { Batch, Outbound, OutboundRecipient, Settlement, WaitingRecipient, Work } from "../../outbound-queue.ts";
import type { Database } from "../database.ts";
import { sql } from "../statements.ts";
import { addItem, addRecipient, addRow, nextItem, recipientNumber, type Times } from "./adding.ts";
import { accountOf, accountText, newClaim, PHASE, tlsWishNumber, tlsWishOf } from "./rows.ts";
import { addContent, type SealedPiece } from "./sealed-content.ts";
import { addRecord } from "./settle.ts";
import { hasTaken } from "./turns.ts";

/** What stands in `envelope`, as JSON; what is undefined is not there. */
type Envelope = Omit<Outbound, "id" | "account" | "tlsWish"> & {
  /** The wish as in other rows; of an older version true or false, which is the same number. */
  readonly requireTls: number | boolean;
  readonly deadline: number;
  readonly delayAt: number;
  readonly recipients: readonly OutboundRecipient[];
};

export type Express = {
  readonly key: Uint8Array;
  /** All its octets; `undefined` when there are none. */
  readonly piece: SealedPiece | undefined;
  /** When its claim ends. */
  readonly until: number;
  readonly now: number;
};

/**
 * Adds a message whose recipients are of one destination, one item's worth, and claims it; `undefined`, and nothing is done,
 * when something waits there already or all is not well.
 */
export function addExpress(
  db: Database,
  message: Outbound,
  recipients: readonly OutboundRecipient[],
  { deadline, delayAt }: Times,
  { key, piece, until, now }: Express,
): Batch | undefined {
  const destination = recipients[0]?.destination ?? "";
  if (!isFree(db, destination)) return undefined;
  const { id: delivery, account, tlsWish, ...rest } = message;
  const envelope: Envelope = { ...rest, requireTls: tlsWishNumber(tlsWish), deadline, delayAt, recipients };
  const id = nextItem(db, now);
  const claim = newClaim();
  const octets = piece ?? [EMPTY, EMPTY, EMPTY];
  sql(db, "INSERT INTO express VALUES (?, ?, ?, ?, ?, ?, ?, ?, CAST(? || ? || ? AS BLOB))").run(
    id,
    delivery,
    claim,
    until,
    accountText(account),
    destination,
    JSON.stringify(envelope),
    key,
    ...octets,
  );
  const waiting = recipients.map(
    (recipient, n): WaitingRecipient => ({ ...recipient, id: recipientNumber(id, n), reply: undefined }),
  );
  const known = { attempts: 0, deadline, hold: undefined, destinationReply: undefined };
  const works = [{ item: id, claim, message, recipients: waiting, ...known }];
  return { destination, standing: "well", failures: 0, works };
}

const EMPTY = new Uint8Array(0);

/** It took something lately, nothing there waits for its turn, and it does not rest. */
function isFree(db: Database, destination: string): boolean {
  const known = sql(db, "SELECT standing = 0 AND resting = 0 AND turn IS NULL FROM destination WHERE name = ?")
    .pluck()
    .get(destination);
  return known === undefined ? hasTaken(db, destination) : known === 1;
}

/**
 * Ends the message when this is all that was left of it, with a record of each recipient. False, and nothing is done, when it
 * stands in the other tables; what has another end than that of all its recipients is unfolded first.
 */
export function settleExpress(db: Database, work: Work, { results, reports, now }: Settlement): boolean {
  const isWhole = reports.length === 0 && results.every(({ kind }) => kind === "ended");
  const ends = results.flatMap((result) => (result.kind === "ended" ? [result] : []));
  if (!isWhole || work.recipients.some(({ id }) => !ends.some(({ recipient }) => recipient === id))) {
    unfold(db, work.item);
    return false;
  }
  const gone = sql(db, "DELETE FROM express WHERE id = ? AND claim = ?").run(work.item, work.claim).changes;
  if (gone === 0) return false;
  for (const { recipient, end, reply } of ends) {
    const known = work.recipients.find(({ id }) => id === recipient);
    if (known !== undefined) addRecord(db, work.message, [known.address, known.destination], end, reply, now);
  }
  return true;
}

export const isExpress = (db: Database, message: Outbound["id"]): boolean =>
  sql(db, "SELECT 1 FROM express WHERE delivery = ?").get(message) !== undefined;

export const isAnyExpress = (db: Database): boolean => sql(db, "SELECT 1 FROM express LIMIT 1").get() !== undefined;

/** Those whose claims have run out. */
export function unfoldDue(db: Database, now: number): void {
  for (const id of sql(db, "SELECT id FROM express WHERE until <= ?").pluck().all(now)) unfold(db, Number(id));
}

export function unfoldAll(db: Database): void {
  for (const id of sql(db, "SELECT id FROM express").pluck().all()) unfold(db, Number(id));
}

type Row = {
  readonly delivery: Outbound["id"];
  readonly claim: string;
  readonly until: number;
  readonly account: string;
  readonly destination: string;
  readonly envelope: string;
  readonly key: Uint8Array;
};

/** Nothing is done when it is not there. */
function unfold(db: Database, id: number): void {
  const row = sql(
    db,
    "SELECT delivery, claim, until, account, destination, envelope, key FROM express WHERE id = ?",
  ).get(id) as Row | undefined;
  if (row === undefined) return;
  const { delivery, claim, until, account, destination, envelope, key } = row;
  const { deadline, delayAt, recipients, requireTls, ...rest } = JSON.parse(envelope) as Envelope;
  const content = addContent(db, key, rest.submittedAt);
  sql(db, "INSERT INTO piece (content, n, octets) SELECT ?, 0, octets FROM express WHERE id = ? AND octets <> x''").run(
    content,
    id,
  );
  const times = { dueAt: until, deadline, delayAt };
  const wished = { ...rest, tlsWish: tlsWishOf(Number(requireTls)) };
  const message = addRow(db, { ...wished, id: delivery, account: accountOf(account) }, times, content);
  addItem(db, message, { id, destination, account, phase: PHASE.claimed, at: until, tag: 0, claim }, times);
  for (const [n, recipient] of recipients.entries()) addRecipient(db, id, n, recipient);
  sql(db, "INSERT INTO destination VALUES (?, 0, 0, 0, 0, NULL, NULL) ON CONFLICT DO NOTHING").run(destination);
  sql(db, "DELETE FROM express WHERE id = ?").run(id);
}
