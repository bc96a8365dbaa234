import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keysInMemory } from "../../../../test/world/stores.ts";
import { silentBus } from "../../../host/bus.ts";
import { mailStoreContract } from "../../contract/mail-contract.ts";
import type { OpenMailStore } from "../../contract/mail-world.ts";
import { sameBehaviour } from "../../contract/same-behaviour.ts";
import { memoryMailStore } from "../../memory/mail-store.ts";
import { mailLimits } from "./limits.ts";
import { openSqliteMailStore } from "./mail-store.ts";

const home = mkdtempSync(join(tmpdir(), "altmail-mail-contract-"));
process.on("exit", () => rmSync(home, { recursive: true, force: true }));

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
