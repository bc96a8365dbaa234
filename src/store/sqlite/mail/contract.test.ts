import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { passingKeys } from "../../crypt/passing-keys.ts";
import { silentBus } from "../../../host/bus.ts";
import { archiveContract } from "../../contract/archive-cases.ts";
import type { OpenArchivedStore } from "../../contract/archive-world.ts";
import { mailStoreContract } from "../../contract/mail-contract.ts";
import { sameBehaviour } from "../../contract/same-behaviour.ts";
import { memoryMailStore } from "../../memory/mail-store.ts";
import { mailLimits } from "./limits.ts";
import { openSqliteMailStore } from "./mail-store.ts";

const home = mkdtempSync(join(tmpdir(), "altmail-mail-contract-"));
process.on("exit", () => rmSync(home, { recursive: true, force: true }));

const open: OpenArchivedStore = async ({ clock, limits }) =>
  openSqliteMailStore({
    folder: mkdtempSync(join(home, "accounts-")),
    keys: passingKeys(),
    bus: silentBus,
    clock,
    bootId: "one boot",
    log() {},
    ledger: true,
    limits: { ...mailLimits, ...limits },
  });

archiveContract("archive in SQLite", open);
mailStoreContract("mail store in SQLite", open);
sameBehaviour("SQLite and memory", open, async (options) => memoryMailStore(options));
