/** The store under a world: in memory, or encrypted SQLite in a folder that lives as long as the world. */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentBus } from "../../src/host/bus.ts";
import type { Clock } from "../../src/host/clock.ts";
import type { AccountKeys, FileKey } from "../../src/store/crypt/account-keys.ts";
import type { MailStore } from "../../src/store/mail-store.ts";
import { memoryMailStore } from "../../src/store/memory/mail-store.ts";
import { openSqliteMailStore } from "../../src/store/sqlite/mail/mail-store.ts";
import type { StoreKind } from "../transcript/run.ts";

export type OpenStore = { readonly mail: MailStore; close(): Promise<void> };

export function openStore(kind: StoreKind, clock: Clock): OpenStore {
  if (kind === "memory") {
    const mail = memoryMailStore({ clock });
    return {
      mail,
      async close() {
        await mail[Symbol.asyncDispose]();
      },
    };
  }
  const folder = mkdtempSync(join(tmpdir(), "altmail-world-"));
  const mail = openSqliteMailStore({
    folder,
    keys: keysInMemory(),
    bus: silentBus,
    clock,
    bootId: "world",
    log: () => {},
  });
  return {
    mail,
    async close() {
      await mail[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Real keys without a keys.db: what keys.db does is tested where it lives. */
export function keysInMemory(): AccountKeys {
  const keys = new Map<string, FileKey>();
  return {
    create(account) {
      const key = keys.get(account) ?? (new Uint8Array(randomBytes(32)) as FileKey);
      keys.set(account, key);
      return key;
    },
    get: (account) => keys.get(account),
    destroy: (account) => void keys.delete(account),
  };
}
