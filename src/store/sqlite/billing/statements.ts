/** The statements of `billing.db`, prepared once. Rows are written in the order of their columns. */
import type { Statement } from "better-sqlite3-multiple-ciphers";
import type { Database } from "../database.ts";

const RESERVATION = `reference, account, created_at, plan, invitation, session, kept_until, keeps_name, state, subscription,
  customer, address, password_hash, recovery, language, agreed_at`;
const SUBSCRIPTION = `account, reference, subscription, customer, plan, standing, until, standing_since, stage, stage_since,
  warned_at, bought_at, withdrawn_at, version`;
const places = (columns: string): string => columns.replaceAll(/\w+/g, "?");

type Rows =
  | "insertReservation"
  | "reservation"
  | "reservations"
  | "setSession"
  | "setPaid"
  | "setKeeping"
  | "refuse"
  | "giveBack"
  | "forgetSignUp"
  | "erase"
  | "insertSubscription"
  | "byAccount"
  | "byReference"
  | "bySubscription"
  | "byCustomer"
  | "subscriptions"
  | "updateSubscription"
  | "removeSubscription"
  | "insertEnding"
  | "endings"
  | "removeEnding"
  | "see"
  | "forgetSeen"
  | "invite"
  | "noteInvitation"
  | "forgetInvitations";
type Singles = "countReservations" | "ofAccount" | "keeper" | "seen" | "useInvitation";

/** Give rows. */
const TEXTS: Readonly<Record<Rows, string>> = {
  insertReservation: `INSERT INTO reservation (${RESERVATION}) VALUES (${places(RESERVATION)})`,
  reservation: `SELECT ${RESERVATION} FROM reservation WHERE reference = ?`,
  reservations: `SELECT ${RESERVATION} FROM reservation ORDER BY created_at, reference`,
  setSession: "UPDATE reservation SET session = ? WHERE reference = ?",
  setPaid: `UPDATE reservation SET state = 'paid', subscription = ?, customer = ?
      WHERE reference = ? AND state <> 'refused'`,
  setKeeping: "UPDATE reservation SET keeps_name = ? WHERE reference = ?",
  refuse: `UPDATE reservation SET state = 'refused', keeps_name = 0 WHERE reference = ? AND state <> 'refused'`,
  giveBack: `INSERT INTO invitation (hash, expires_at)
      SELECT invitation, invitation_expires_at FROM reservation
      WHERE reference = ? AND invitation IS NOT NULL`,
  forgetSignUp: `UPDATE reservation SET address = NULL, password_hash = NULL, recovery = NULL, language = NULL, agreed_at = NULL,
      keeps_name = 0 WHERE reference = ?`,
  erase: "DELETE FROM reservation WHERE reference = ?",
  insertSubscription: `INSERT OR REPLACE INTO subscription (${SUBSCRIPTION}) VALUES (${places(SUBSCRIPTION)})`,
  byAccount: `SELECT ${SUBSCRIPTION} FROM subscription WHERE account = ?`,
  byReference: `SELECT ${SUBSCRIPTION} FROM subscription WHERE reference = ?`,
  bySubscription: `SELECT ${SUBSCRIPTION} FROM subscription WHERE subscription = ?`,
  byCustomer: `SELECT ${SUBSCRIPTION} FROM subscription WHERE customer = ?`,
  subscriptions: `SELECT ${SUBSCRIPTION} FROM subscription WHERE account > ? ORDER BY account LIMIT 0 + ?`,
  updateSubscription: `UPDATE subscription SET reference = ?, subscription = ?, customer = ?, plan = ?, standing = ?, until = ?,
      standing_since = ?, stage = ?, stage_since = ?, warned_at = ?, bought_at = ?, withdrawn_at = ?, version = version + 1 WHERE account = ? AND version = ?`,
  removeSubscription: "DELETE FROM subscription WHERE account = ?",
  // What was promised first stays: money that is to go back goes back.
  insertEnding: `INSERT INTO ending (subscription, customer, refunds, account, asked_at)
      VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (subscription) DO UPDATE SET refunds = MAX(refunds, excluded.refunds), account = COALESCE(excluded.account, account)`,
  endings: "SELECT subscription, customer, refunds, account, asked_at FROM ending ORDER BY asked_at",
  removeEnding: "DELETE FROM ending WHERE subscription = ?",
  see: "INSERT OR IGNORE INTO event (id, seen_at) VALUES (?, ?)",
  forgetSeen: "DELETE FROM event WHERE seen_at < ?",
  invite: "INSERT INTO invitation (hash, expires_at) VALUES (?, ?)",
  noteInvitation: "UPDATE reservation SET invitation_expires_at = ? WHERE reference = ?",
  forgetInvitations: "DELETE FROM invitation WHERE expires_at <= ?",
};

/** Give single values. */
const SINGLES: Readonly<Record<Singles, string>> = {
  countReservations: "SELECT COUNT(*) FROM reservation",
  keeper: "SELECT reference FROM reservation WHERE address = ? AND keeps_name = 1",
  ofAccount: "SELECT 1 FROM reservation WHERE account = ?",
  seen: "SELECT 1 FROM event WHERE id = ?",
  useInvitation: "DELETE FROM invitation WHERE hash = ? AND expires_at > ? RETURNING expires_at",
};

export type BillingStatements = Readonly<Record<Rows | Singles, Statement>>;

export function statementsOf(db: Database): BillingStatements {
  const rows = Object.entries(TEXTS).map(([name, text]) => [name, db.prepare(text)] as const);
  const singles = Object.entries(SINGLES).map(([name, text]) => [name, db.prepare(text).pluck()] as const);
  return Object.fromEntries([...rows, ...singles]) as BillingStatements;
}
