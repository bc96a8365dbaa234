/** Reservations, subscriptions and what is owed to Stripe, in encrypted SQLite: one short transaction a change, fsynced. */
import { type Clock, systemClock } from "../../../host/clock.ts";
import type { BillingStore, Ending, Reservation, Subscription } from "../../billing.ts";
import { APPLICATION, type Database } from "../database.ts";
import { stepsOn, truncateLog } from "../immediate.ts";
import { openSystemDatabase, type SystemDatabaseOptions } from "../system-database.ts";
import {
  type EndingRow,
  endingOf,
  type ReservationRow,
  reservationOf,
  rowOfReservation,
  rowOfSubscription,
  type SubscriptionRow,
  subscriptionOf,
} from "./rows.ts";
import { billingMigrations } from "./schema.ts";
import { statementsOf } from "./statements.ts";

export type SqliteBillingOptions = SystemDatabaseOptions & {
  /** Sign-ups that may wait at one time: whoever fills forms all day cannot fill the disk. Default 10,000. */
  readonly mostReservations?: number;
};

/** @throws StoreError "key", "io", "full", "busy". */
export async function openSqliteBilling(options: SqliteBillingOptions): Promise<BillingStore> {
  const db = await openSystemDatabase(options, APPLICATION.billing, billingMigrations);
  return sqliteBilling(db, options.clock ?? systemClock, options.mostReservations ?? 10_000);
}

function sqliteBilling(db: Database, clock: Clock, mostReservations: number): BillingStore {
  const sql = statementsOf(db);
  const { read, write } = stepsOn(db, clock, "The store of subscriptions is closed.");
  /** Promise D4: what is erased leaves the write-ahead log too. */
  const erasing = async <T>(step: () => T): Promise<T> => {
    const value = await write(step);
    await truncateLog(db, { clock });
    return value;
  };
  const find = (statement: typeof sql.byAccount, key: string): Promise<Subscription | undefined> =>
    read(() => {
      const row = statement.get(key) as SubscriptionRow | undefined;
      return row === undefined ? undefined : subscriptionOf(row);
    });
  const insert = (reservation: Reservation): "reserved" | "held" | "full" => {
    if ((sql.countReservations.get() as number) >= mostReservations) return "full";
    const row = rowOfReservation(reservation);
    const isHeld = row.address !== null && sql.keeper.get(row.address) !== undefined;
    if (isHeld || sql.ofAccount.get(row.account) !== undefined) return "held";
    sql.insertReservation.run(...Object.values(row));
    return "reserved";
  };
  const insertEnding = ({ subscription, customer, refunds, account, askedAt }: Ending): void => {
    sql.insertEnding.run(subscription, customer, Number(refunds), account ?? null, askedAt);
  };

  return {
    reserve: (reservation) => write(() => insert(reservation)),
    isKept: (address) => read(() => sql.keeper.get(address) !== undefined),
    reservation: (reference) =>
      read(() => {
        const row = sql.reservation.get(reference) as ReservationRow | undefined;
        return row === undefined ? undefined : reservationOf(row);
      }),
    reservations: () => read(() => (sql.reservations.all() as readonly ReservationRow[]).map(reservationOf)),
    setSession: (reference, session) => write(() => void sql.setSession.run(session, reference)),
    setPaid: (reference, { subscription, customer }) =>
      write(() => void sql.setPaid.run(subscription, customer, reference)),
    releaseName: (reference) => write(() => void sql.setKeeping.run(0, reference)),
    keepName: (reference) =>
      write(() => {
        const row = sql.reservation.get(reference) as ReservationRow | undefined;
        if (row === undefined || row.address === null) return false;
        const keeper = sql.keeper.get(row.address);
        if (keeper !== undefined && keeper !== reference) return false;
        sql.setKeeping.run(1, reference);
        return true;
      }),
    opened: (reference, subscription) =>
      erasing(() => {
        const { changes } = sql.erase.run(reference);
        if (changes > 0 && subscription !== undefined)
          sql.insertSubscription.run(...Object.values(rowOfSubscription(subscription)));
      }),
    refuse: (reference, ending) =>
      write(() => {
        if (sql.refuse.run(reference).changes === 0) return;
        sql.giveBack.run(reference);
        if (ending !== undefined) insertEnding(ending);
      }),
    forgetSignUp: (reference) => erasing(() => void sql.forgetSignUp.run(reference)),
    erase: (reference) => erasing(() => void sql.erase.run(reference)),

    byAccount: (account) => find(sql.byAccount, account),
    byReference: (reference) => find(sql.byReference, reference),
    bySubscription: (subscription) => find(sql.bySubscription, subscription),
    byCustomer: (customer) => find(sql.byCustomer, customer),
    subscriptions: (after, most) =>
      read(() => (sql.subscriptions.all(after ?? "", most) as readonly SubscriptionRow[]).map(subscriptionOf)),
    restore: (subscription) =>
      write(() => void sql.insertSubscription.run(...Object.values(rowOfSubscription(subscription)))),
    update: (subscription, more) =>
      write(() => {
        const { account, version, ...row } = rowOfSubscription(subscription);
        if (sql.updateSubscription.run(...Object.values(row), account, version).changes === 0) return false;
        if (more !== undefined) insertEnding(more.ending);
        if (more?.erases !== undefined) sql.erase.run(more.erases);
        return true;
      }),
    remove: (account, ending) =>
      erasing(() => {
        if (sql.removeSubscription.run(account).changes > 0) insertEnding(ending);
      }),

    addEnding: (ending) => write(() => insertEnding(ending)),
    endings: () => read(() => (sql.endings.all() as readonly EndingRow[]).map(endingOf)),
    ended: (subscription) => erasing(() => void sql.removeEnding.run(subscription)),

    isSeen: (id) => read(() => sql.seen.get(id) !== undefined),
    see: (id, at) => write(() => void sql.see.run(id, at)),
    forgetSeen: (before) => erasing(() => sql.forgetSeen.run(before).changes),

    invite: (hash, expiresAt) => write(() => void sql.invite.run(hash, expiresAt)),
    claim: (reservation) =>
      write(() => {
        // Looked at first, used up last: a name that is kept must not cost the code.
        const { invitation: hash, reference } = reservation;
        const outcome = insert(reservation);
        if (outcome !== "reserved") return outcome;
        const expiresAt = sql.useInvitation.get(hash, clock.now()) as number | undefined;
        if (expiresAt === undefined) {
          sql.erase.run(reference);
          return "unknown";
        }
        sql.noteInvitation.run(expiresAt, reference);
        return "reserved";
      }),
    forgetInvitations: (now) => erasing(() => sql.forgetInvitations.run(now).changes),

    async [Symbol.asyncDispose]() {
      if (db.open) db.close();
    },
  };
}
