/** What an operator does with keys: look, rotate, rekey an account, put the root in escrow. */
import { armor, Encrypter } from "age-encryption";
import type { Log } from "../../host/events/events.ts";
import type { Directory } from "../../store/directory.ts";
import type { AccountId } from "../../store/ids.ts";
import { logInName } from "../accounts/log-in-name.ts";
import { type Exposure, findExposures } from "./exposure.ts";

export type KeyCounts = {
  readonly accounts: number;
  /** Accounts that are just getting another key. */
  readonly changing: number;
  readonly system: number;
  readonly days: number;
  /** Epoch milliseconds. */
  readonly epochMadeAt: number;
};

export type KeyStatus = {
  readonly keys: KeyCounts;
  /** Where the root comes from: typed in at each start, or a file. */
  readonly source: "unlock" | "file";
  /** Of statements on retention; 64 hexadecimal digits. */
  readonly statementKey: string;
  readonly warnings: readonly string[];
};

export type Escrowed =
  | { readonly kind: "sealed"; readonly text: string }
  | { readonly kind: "refused"; readonly sentence: string };

export interface KeyCare extends AsyncDisposable {
  status(): Promise<KeyStatus>;
  /** Makes a new epoch now. */
  rotate(): Promise<void>;
  /**
   * Rewrites the account's file under a new key and destroys the old one. The account is busy meanwhile.
   * @throws StoreError "busy", "full", "io": then it stays as it was.
   */
  rekey(address: string): Promise<"done" | "no-account">;
  /** The root, encrypted to an age key (`age1...`), as armored text. It leads to everything. */
  escrow(recipient: string): Promise<Escrowed>;
  /** Writes an event for each way in which memory may come to rest on a disk; at the start. */
  warn(): Promise<void>;
}

export type KeyCareOptions = {
  readonly directory: Pick<Directory, "byAddress">;
  readonly count: () => KeyCounts;
  readonly rotate: () => void;
  readonly rekey: (account: AccountId) => Promise<void>;
  /** The root as an operator types it in. */
  readonly rootText: () => string;
  readonly source: "unlock" | "file";
  readonly statementKey: string;
  readonly log: Log;
  readonly exposures?: () => Promise<readonly Exposure[]>;
};

const KEY_FILE =
  "the root lies in a file of this machine: whoever takes the disk has all mail, unless the whole disk is encrypted besides";

export function createKeyCare(options: KeyCareOptions): KeyCare {
  const { directory, count, rotate, rekey, rootText, source, statementKey, log } = options;
  const exposures = options.exposures ?? findExposures;
  return {
    async status() {
      const warnings = (await exposures()).map(({ sentence }) => sentence);
      if (source === "file") warnings.unshift(KEY_FILE);
      return { keys: count(), source, statementKey, warnings };
    },
    async rotate() {
      rotate();
      log("keys.rotated", {});
    },
    async rekey(address) {
      const account = await directory.byAddress(logInName(address));
      if (account === undefined || account.state === "closing") return "no-account";
      await rekey(account.id);
      log("keys.rekeyed", { account: account.id });
      return "done";
    },
    async escrow(recipient) {
      const encrypter = new Encrypter();
      try {
        encrypter.addRecipient(recipient);
      } catch {
        return { kind: "refused", sentence: "this is no age key: age-keygen prints one that begins with age1" };
      }
      const sealed = await encrypter.encrypt(`${rootText()}\n`);
      return { kind: "sealed", text: armor.encode(sealed) };
    },
    async warn() {
      for (const { kind } of await exposures()) if (kind !== "virtual-machine") log("keys.exposed", { why: kind });
    },
    async [Symbol.asyncDispose]() {},
  };
}
