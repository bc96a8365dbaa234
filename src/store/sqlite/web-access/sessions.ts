/** Sessions of the web site: rows without address or name of a client. */
import { accountId } from "../../ids.ts";
import type { SessionRecord, SessionStore } from "../../web-access.ts";
import type { WebAccessParts } from "./parts.ts";

type Row = Readonly<Record<"id" | "account", string>> &
  Readonly<Record<"begun_at" | "seen_at" | "staying" | "waiting" | "expires_at", number>>;

const COLUMNS = "id, account, begun_at, seen_at, staying, waiting, expires_at";

export function sessionStore({ db, read, write, erase, limits }: WebAccessParts): SessionStore {
  const sql = {
    add: db.prepare(`INSERT INTO session (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)`),
    one: db.prepare(`SELECT ${COLUMNS} FROM session WHERE id = ?`),
    all: db.prepare(`SELECT ${COLUMNS} FROM session WHERE account = ? ORDER BY seen_at DESC, id`),
    surplus: db.prepare(
      `DELETE FROM session WHERE id IN
        (SELECT id FROM session WHERE account = ? AND waiting = ? ORDER BY seen_at DESC, id LIMIT -1 OFFSET ?)`,
    ),
    touch: db.prepare("UPDATE session SET seen_at = ?, expires_at = ? WHERE id = ? AND seen_at <= ?"),
    end: db.prepare("DELETE FROM session WHERE id = ?"),
    endOf: db.prepare("DELETE FROM session WHERE id = ? AND account = ?"),
    endAll: db.prepare("DELETE FROM session WHERE account = ? AND id <> ?"),
  };
  return {
    addSession: ({ id, account, begunAt, seenAt, isStaying, awaitsSecondStep, expiresAt }) =>
      write(() => {
        // Room first: the new one stays whatever the clocks of the others said. Who lacks the second step ends nobody's session.
        sql.surplus.run(account, Number(awaitsSecondStep), limits.sessions - 1);
        sql.add.run(id, account, begunAt, seenAt, Number(isStaying), Number(awaitsSecondStep), expiresAt);
      }),
    session: (id) =>
      read(() => {
        const row = sql.one.get(id) as Row | undefined;
        return row === undefined ? undefined : sessionOf(row);
      }),
    touchSession: (id, { seenAt, expiresAt, unlessSince }) =>
      write(() => void sql.touch.run(seenAt, expiresAt, id, unlessSince)),
    sessions: (account) => read(() => (sql.all.all(account) as readonly Row[]).map(sessionOf)),
    endSession: (id, account) =>
      erase(() => (account === undefined ? sql.end.run(id) : sql.endOf.run(id, account)).changes > 0),
    endSessions: (account, except) => erase(() => sql.endAll.run(account, except ?? "").changes),
  };
}

function sessionOf(row: Row): SessionRecord {
  return {
    id: row.id,
    account: accountId(row.account),
    begunAt: row.begun_at,
    seenAt: row.seen_at,
    isStaying: row.staying === 1,
    awaitsSecondStep: row.waiting === 1,
    expiresAt: row.expires_at,
  };
}
