/** The store under a world: in memory, or encrypted SQLite in a folder that lives as long as the world. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentBus } from "../../src/host/bus.ts";
import type { Clock } from "../../src/host/clock.ts";
import { passingKeys } from "../../src/store/crypt/passing-keys.ts";
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
    keys: passingKeys(),
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
