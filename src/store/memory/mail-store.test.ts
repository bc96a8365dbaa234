import { archiveContract } from "../contract/archive-cases.ts";
import { mailStoreContract } from "../contract/mail-contract.ts";
import { sameBehaviour } from "../contract/same-behaviour.ts";
import { memoryMailStore } from "./mail-store.ts";

archiveContract("archive in memory", async (options) => memoryMailStore({ ...options, ledger: true }));
mailStoreContract("mail store in memory", async (options) => memoryMailStore(options));
sameBehaviour(
  "memory twice",
  async (options) => memoryMailStore(options),
  async (options) => memoryMailStore(options),
);
