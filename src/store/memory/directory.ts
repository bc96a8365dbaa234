/**
 * The directory in memory, for tests. Addresses that were ever given stay behind as keyed fingerprints, as in the
 * directory that rests on disk (promise D5).
 */
import { createHmac, randomBytes } from "node:crypto";
import { type Account, type AppPassword, type Directory, NO_PREFERENCES, type Preferences } from "../directory.ts";
import type { AccountId } from "../ids.ts";
import { StoreError } from "../store-error.ts";

export type MemoryDirectoryOptions = { readonly fingerprintKey?: Uint8Array };

export function memoryDirectory({ fingerprintKey = randomBytes(32) }: MemoryDirectoryOptions = {}): Directory {
  const accounts = new Map<AccountId, Account>();
  /** Canonical address to account: primaries and living aliases. */
  const addresses = new Map<string, AccountId>();
  /** Aliases that were taken away and stay reserved for their account. */
  const reserved = new Map<string, AccountId>();
  const passwords = new Map<AccountId, AppPassword[]>();
  const preferences = new Map<AccountId, Preferences>();
  const fingerprints = new Set<string>();
  let closed = false;

  const open = (): void => {
    if (closed) throw new StoreError("closed", "the directory is closed");
  };
  const fingerprint = (address: string): string => createHmac("sha256", fingerprintKey).update(address).digest("hex");
  const isTaken = (address: string): boolean =>
    addresses.has(address) || reserved.has(address) || fingerprints.has(fingerprint(address));
  const change = (id: AccountId, more: Partial<Account>): "set" | "no-account" => {
    open();
    const account = accounts.get(id);
    if (account === undefined) return "no-account";
    accounts.set(id, { ...account, ...more });
    return "set";
  };

  return {
    async byAddress(address) {
      open();
      const id = addresses.get(address);
      return id && accounts.get(id);
    },
    async byId(id) {
      open();
      return accounts.get(id);
    },
    async isTaken(address) {
      open();
      return isTaken(address);
    },
    async accounts() {
      open();
      return [...accounts.values()].toSorted((a, b) => (a.primary < b.primary ? -1 : 1));
    },
    async aliases(id) {
      open();
      const primary = accounts.get(id)?.primary;
      const own = [...addresses].filter(([address, owner]) => owner === id && address !== primary);
      return own.map(([address]) => address).toSorted();
    },
    async appPasswords(id) {
      open();
      return [...(passwords.get(id) ?? [])];
    },
    async preferences(id) {
      open();
      return preferences.get(id) ?? NO_PREFERENCES;
    },
    async emptying() {
      open();
      const wishes = [...preferences].filter(
        ([, { emptyJunkDays, emptyTrashDays }]) => emptyJunkDays !== undefined || emptyTrashDays !== undefined,
      );
      return wishes.map(([id]) => id).toSorted();
    },

    async add(given) {
      open();
      const seen = new Set<string>();
      for (const { primary } of given) {
        if (isTaken(primary) || seen.has(primary)) return { kind: "taken", address: primary };
        seen.add(primary);
      }
      for (const account of given) {
        if (accounts.has(account.id)) throw new RangeError("the account id exists");
        accounts.set(account.id, account);
        addresses.set(account.primary, account.id);
      }
      return { kind: "added" };
    },

    async addAlias(id, address, room) {
      open();
      const account = accounts.get(id);
      if (account === undefined) return "no-account";
      const isOwn = (owner: AccountId): boolean => owner === id;
      const living = [...addresses.values()].filter(isOwn).length - 1;
      const held = living + [...reserved.values()].filter(isOwn).length;
      const hasRoom = room === undefined || living < room.living;
      const mayReturn = hasRoom && reserved.get(address) === id;
      if (!mayReturn && isTaken(address)) return "taken";
      if (!mayReturn && (!hasRoom || (room !== undefined && held >= room.held))) return "too-many";
      reserved.delete(address);
      addresses.set(address, id);
      return "added";
    },

    async removeAlias(id, address) {
      open();
      if (addresses.get(address) !== id || accounts.get(id)?.primary === address) return "no-alias";
      addresses.delete(address);
      reserved.set(address, id);
      return "removed";
    },

    setPassword: async (id, passwordHash) => change(id, { passwordHash }),
    async setState(id, state, from) {
      const current = accounts.get(id)?.state;
      return from === undefined || current === undefined || current === from ? change(id, { state }) : "other-state";
    },
    setLanguage: async (id, language) => change(id, { language }),
    setQuota: async (id, quotaBytes) => change(id, { quotaBytes }),
    async setPreferences(id, given) {
      const outcome = change(id, {});
      if (outcome !== "set") return outcome;
      const all = { ...(preferences.get(id) ?? NO_PREFERENCES), ...given };
      preferences.set(id, { ...all, forwarders: [...new Set(all.forwarders)].toSorted() });
      return outcome;
    },

    async addAppPassword(password) {
      open();
      if (!accounts.has(password.account)) return "no-account";
      passwords.set(password.account, [...(passwords.get(password.account) ?? []), password]);
      return "added";
    },

    async removeAppPassword(id, passwordId) {
      open();
      const before = passwords.get(id) ?? [];
      const after = before.filter((password) => password.id !== passwordId);
      passwords.set(id, after);
      return after.length < before.length ? "removed" : "no-password";
    },

    async remove(id) {
      open();
      if (!accounts.delete(id)) return "no-account";
      for (const map of [addresses, reserved]) {
        for (const [address, owner] of map) {
          if (owner !== id) continue;
          fingerprints.add(fingerprint(address));
          map.delete(address);
        }
      }
      passwords.delete(id);
      preferences.delete(id);
      return "removed";
    },

    async check() {
      open();
      const findings: { rule: string; detail: string }[] = [];
      for (const account of accounts.values()) {
        if (addresses.get(account.primary) !== account.id) {
          findings.push({ rule: "the primary address leads to its account", detail: `account ${account.id}` });
        }
      }
      for (const owner of [...addresses.values(), ...reserved.values(), ...passwords.keys(), ...preferences.keys()]) {
        if (!accounts.has(owner))
          findings.push({ rule: "what an account owns dies with it", detail: `account ${owner}` });
      }
      for (const address of [...addresses.keys(), ...reserved.keys()]) {
        if (fingerprints.has(fingerprint(address))) {
          findings.push({ rule: "no living address was given up before", detail: "an address" });
        }
      }
      return findings;
    },

    async [Symbol.asyncDispose]() {
      closed = true;
    },
  };
}
