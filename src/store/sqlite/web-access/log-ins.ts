/** Log-ins of the last ten days, as sums of a day, and kinds of client as fingerprints. */
import { createHmac } from "node:crypto";
import { accountId } from "../../ids.ts";
import type { ClientKind, LogInProtocol, LogInRecord, LogInStore } from "../../web-access.ts";
import type { WebAccessParts } from "./parts.ts";

type Row = Readonly<Record<"account" | "client" | "address" | "network", string>> & {
  readonly protocol: LogInProtocol;
} & Readonly<Record<"day" | "first_at" | "last_at" | "count", number>>;

const FINGERPRINT_BYTES = 16;

export function logInStore({ db, read, write, limits }: WebAccessParts): LogInStore {
  const secret = db.prepare("SELECT value FROM secret WHERE name = 'client'").pluck().get() as Uint8Array;
  const sql = {
    note: db.prepare(
      `INSERT INTO log_in (account, day, protocol, client, address, network, first_at, last_at, count)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET first_at = MIN(first_at, excluded.first_at),
          last_at = MAX(last_at, excluded.last_at), count = count + excluded.count`,
    ),
    rows: db.prepare("SELECT COUNT(*) FROM log_in WHERE account = ?").pluck(),
    surplus: db.prepare(
      `DELETE FROM log_in WHERE (account, day, protocol, client, address) IN
        (SELECT account, day, protocol, client, address FROM log_in WHERE account = ?
          ORDER BY last_at DESC LIMIT -1 OFFSET ?)`,
    ),
    all: db.prepare(
      `SELECT account, day, protocol, client, address, network, first_at, last_at, count FROM log_in
        WHERE account = ? ORDER BY last_at DESC, protocol, client, address`,
    ),
    from: db.prepare("SELECT 1 FROM log_in WHERE account = ? AND network = ? LIMIT 1"),
    fromWith: db.prepare("SELECT 1 FROM log_in WHERE account = ? AND network = ? AND client = ? LIMIT 1"),
    isKnown: db.prepare("SELECT 1 FROM known_client WHERE account = ? AND fingerprint = ?"),
    learn: db.prepare(
      `INSERT INTO known_client (account, fingerprint, day) VALUES (?, ?, ?)
        ON CONFLICT DO UPDATE SET day = MAX(day, excluded.day)`,
    ),
  };
  const fingerprint = ({ account, client }: ClientKind): Uint8Array =>
    createHmac("sha256", secret).update(`${account}\n${client}`).digest().subarray(0, FINGERPRINT_BYTES);

  /** Knows a kind for longer that it knows. */
  const recognise = (record: LogInRecord): boolean => {
    const print = fingerprint(record);
    const isKnown = sql.isKnown.get(record.account, print) !== undefined;
    if (isKnown) sql.learn.run(record.account, print, record.day);
    return isKnown;
  };

  return {
    noteLogIns: (records) =>
      write(() => {
        const fresh = new Map<string, ClientKind>();
        for (const record of records) {
          const { account, day, protocol, client, address, network, firstAt, lastAt, count } = record;
          sql.note.run(account, day, protocol, client, address, network, firstAt, lastAt, count);
          if (!recognise(record)) fresh.set(`${account} ${client}`, { account, client });
        }
        for (const account of new Set(records.map((record) => record.account)))
          if ((sql.rows.get(account) as number) > limits.logIns) sql.surplus.run(account, limits.logIns);
        return [...fresh.values()];
      }),
    learnClient: (kind, day) => write(() => void sql.learn.run(kind.account, fingerprint(kind), day)),
    logIns: (account) => read(() => (sql.all.all(account) as readonly Row[]).map(logInOf)),
    isKnownFrom: (account, network, client) =>
      read(() => {
        const found =
          client === undefined ? sql.from.get(account, network) : sql.fromWith.get(account, network, client);
        return found !== undefined;
      }),
  };
}

function logInOf({ account, first_at, last_at, ...row }: Row): LogInRecord {
  return { ...row, account: accountId(account), firstAt: first_at, lastAt: last_at };
}
