import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentBus } from "../../../host/bus.ts";
import { mailStoreContract } from "../../contract/mail-contract.ts";
import type { OpenMailStore } from "../../contract/mail-world.ts";
import { sameBehaviour } from "../../contract/same-behaviour.ts";
import type { AccountKeys, FileKey } from "../../crypt/account-keys.ts";
import { memoryMailStore } from "../../memory/mail-store.ts";
import { mailLimits } from "./limits.ts";
import { openSqliteMailStore } from "./mail-store.ts";

const home = mkdtempSync(join(tmpdir(), "altmail-mail-contract-"));
process.on("exit", () => rmSync(home, { recursive: true, force: true }));

function keysInMemory(): AccountKeys {
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

const open: OpenMailStore = async ({ clock, limits }) =>
  openSqliteMailStore({
    folder: mkdtempSync(join(home, "accounts-")),
    keys: keysInMemory(),
    bus: silentBus,
    clock,
    bootId: "one boot",
    log() {},
    limits: { ...mailLimits, ...limits },
  });

mailStoreContract("mail store in SQLite", open);
sameBehaviour("SQLite and memory", open, async (options) => memoryMailStore(options));
