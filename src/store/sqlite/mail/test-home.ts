/** What the tests of this store stand in: a home with keys and account files, workers on it, and letters to store. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Bus, Notice } from "../../../host/bus.ts";
import { systemClock } from "../../../host/clock.ts";
import { type NumberSet, range } from "../../../syntax/bytes/number-set.ts";
import { parseMessage } from "../../../syntax/message/parse.ts";
import { type Keys, openKeys } from "../../crypt/keys.ts";
import { generateRoot } from "../../crypt/root.ts";
import { type AccountId, accountId, deliveryId } from "../../ids.ts";
import type { ContentSource, Delivery, FactsRow, MailboxState, NewMail } from "../../mail-store.ts";
import { APPLICATION, type Database, openDatabase } from "../database.ts";
import { openSqliteMailStore, type SqliteMailStore, type SqliteMailStoreOptions } from "./mail-store.ts";
import { accountPath } from "./open-account.ts";
import { mailMigrations } from "./schema.ts";
import { turn } from "./waiting.ts";

export const ALICE: AccountId = accountId("a1".repeat(16));
export const ALL: NumberSet = range(1, 2 ** 32 - 1);

export type Home = AsyncDisposable & {
  readonly folder: string;
  readonly keys: Keys;
  /** Another worker on the same files. */
  readonly open: (options?: Partial<SqliteMailStoreOptions>) => SqliteMailStore;
  /** Looks into the account's file beside the store. */
  readonly look: <T>(work: (db: Database) => T) => T;
};

export async function home(): Promise<Home> {
  const root = mkdtempSync(join(tmpdir(), "altmail-mail-"));
  for (const name of ["data", "data/accounts", "secret"]) mkdirSync(join(root, name));
  const keys = openKeys({
    dataFolder: join(root, "data"),
    secretFolder: join(root, "secret"),
    root: generateRoot(join(root, "secret", "root")),
  });
  const folder = join(root, "data", "accounts");
  const stores: SqliteMailStore[] = [];
  const open = (options: Partial<SqliteMailStoreOptions> = {}): SqliteMailStore => {
    const store = openSqliteMailStore({ ...plain(folder, keys), ...options });
    stores.push(store);
    return store;
  };
  const look = <T>(work: (db: Database) => T): T => {
    const key = keys.get(ALICE);
    assert.ok(key);
    const path = accountPath(folder, ALICE);
    const db = openDatabase({
      path,
      key,
      applicationId: APPLICATION.mail,
      migrations: mailMigrations,
      synchronous: "normal",
    });
    try {
      return work(db);
    } finally {
      db.close();
    }
  };
  const end = async (): Promise<void> => {
    for (const store of stores) await store[Symbol.asyncDispose]();
    keys[Symbol.dispose]();
    rmSync(root, { recursive: true, force: true });
  };
  return { folder, keys, open, look, [Symbol.asyncDispose]: end };
}

export function plain(folder: string, keys: Keys): SqliteMailStoreOptions {
  return { folder, keys, bus: busOf().join(), clock: systemClock, bootId: "boot one", log() {} };
}

/** A bus in memory; each worker joins it once. */
export function busOf(): { join(): Bus } {
  const members = new Set<Map<string, Set<(notice: Notice) => void>>>();
  return {
    join() {
      const own = new Map<string, Set<(notice: Notice) => void>>();
      members.add(own);
      return {
        publish(topic, notice) {
          for (const member of members) if (member !== own) for (const call of member.get(topic) ?? []) call(notice);
        },
        subscribe(topic, listener) {
          const listeners = own.get(topic) ?? new Set();
          own.set(topic, listeners.add(listener));
          return { [Symbol.dispose]: () => void listeners.delete(listener) };
        },
        onLost: () => ({ [Symbol.dispose]() {} }),
      };
    },
  };
}

export function sourceOf(bytes: Uint8Array, inMemory = true): ContentSource {
  return {
    size: bytes.length,
    bytes: inMemory ? bytes : undefined,
    async *pieces() {
      for (let at = 0; at < bytes.length; at += 100_000) yield bytes.subarray(at, at + 100_000);
    },
  };
}

export function mailOf(text: string, inMemory = true): NewMail {
  const bytes = Buffer.from(`Subject: ${text.slice(0, 20)}\r\nFrom: a@example.org\r\n\r\n${text}`, "latin1");
  const flags = { system: 0, keywords: [] };
  return { content: sourceOf(bytes, inMemory), derived: parseMessage(bytes), flags, internalDate: 0, zoneMinutes: 0 };
}

export function deliveryOf(text: string): Delivery {
  const id = deliveryId(randomBytes(16).toString("hex"));
  return { id, fingerprint: randomBytes(32), into: "INBOX", mail: mailOf(text) };
}

export async function inboxOf(store: SqliteMailStore): Promise<MailboxState> {
  const inbox = await store.read(ALICE).mailbox("INBOX");
  assert.ok(inbox);
  return inbox;
}

export async function factsOf(store: SqliteMailStore): Promise<readonly FactsRow[]> {
  const rows: FactsRow[] = [];
  const { id } = await inboxOf(store);
  for await (const slice of store.read(ALICE).rows(id, ALL, "facts")) rows.push(...slice);
  return rows;
}

/** Turns the loop until `claim` holds. */
export async function until(claim: () => boolean): Promise<void> {
  for (let n = 0; !claim(); n++) {
    assert.ok(n < 10_000, "it never came to pass");
    await turn();
  }
}
