/** The operator's verbs for what opens an account and what leads to it: password, app passwords, aliases. */
import { randomBytes } from "node:crypto";
import type { Account } from "../../store/directory.ts";
import { checkAddress } from "./account-address.ts";
import type { AccountLimits } from "./account-limits.ts";
import type { Accounts, Done, Refused } from "./accounts.ts";
import { newAppPassword, scramVerifier } from "./app-password.ts";
import { logInName } from "./log-in-name.ts";
import { type AccountsParts, hashOf, refused } from "./manage-parts.ts";

type CredentialVerbs = Pick<
  Accounts,
  "setPassword" | "addAppPassword" | "appPasswords" | "revokeAppPassword" | "addAlias" | "removeAlias" | "aliases"
>;
type Parts = AccountsParts & {
  readonly limits: AccountLimits;
  readonly find: (address: string) => Promise<Account | Refused>;
};

const DONE: Done = { kind: "done" };
const noRoom = (count: number): Refused =>
  refused(
    "too-many",
    count === 0
      ? "The account's plan has no aliases."
      : `The account has ${count} ${count === 1 ? "alias" : "aliases"}, which is the most. Remove one first.`,
  );
const NAMES_USED: Refused = refused(
  "too-many",
  "The account has had so many aliases that it may take no new name: those that were removed are kept for it. Take one of them again.",
);
const GONE: Refused = refused("no-account", "The account was deleted meanwhile.");

export function credentialVerbs({
  directory,
  hasher,
  revocations,
  clock,
  log,
  domains,
  limits,
  credentials,
  endSessions,
  endLinks,
  isKept,
  find,
}: Parts): CredentialVerbs {
  const changed = (account: Account, change: string): Done => {
    log("account.changed", { account: account.id, change });
    return DONE;
  };
  const endWaysIn = async ({ id }: Account): Promise<void> => {
    await endSessions?.(id);
    await endLinks?.(id);
  };

  return {
    async setPassword(address, password) {
      const account = await find(address);
      if ("kind" in account) return account;
      const hash = await hashOf(password, hasher);
      if (typeof hash !== "string") return hash;
      // Before it too: who stops this in between leaves nobody logged in by a password that is gone.
      await endWaysIn(account);
      if ((await directory.setPassword(account.id, hash)) === "no-account") return GONE;
      revocations.publish(account.id, "end");
      await endWaysIn(account);
      return changed(account, "password");
    },

    async addAppPassword(address, label) {
      const account = await find(address);
      if ("kind" in account) return account;
      const name = label.trim();
      if (name === "" || name.length > limits.labelLength || /\p{C}/u.test(name)) {
        return refused(
          "invalid",
          `Give the app password a label of 1 to ${limits.labelLength} characters, such as the name of the client.`,
        );
      }
      const known = await directory.appPasswords(account.id);
      if (known.length >= limits.appPasswords) {
        return refused(
          "too-many",
          `The account has ${known.length} app passwords, which is the most. Revoke one first.`,
        );
      }
      const password = newAppPassword();
      const id = randomBytes(4).toString("hex");
      const scram = await scramVerifier(password, known[0]?.scram.salt, known[0]?.scram.iterations);
      const row = { id, account: account.id, label: name, createdAt: clock.now(), scram };
      if ((await directory.addAppPassword(row)) === "no-account") return GONE;
      changed(account, "app password added");
      return { kind: "added", id, password };
    },

    async appPasswords(address) {
      const account = await find(address);
      if ("kind" in account) return account;
      const rows = await directory.appPasswords(account.id);
      const appPasswords = rows.map(({ id, label, createdAt }) => ({ id, label, createdAt }));
      return { kind: "app-passwords", appPasswords };
    },

    async revokeAppPassword(address, id) {
      const account = await find(address);
      if ("kind" in account) return account;
      if ((await directory.removeAppPassword(account.id, id)) === "no-password") {
        return refused("not-found", "The account has no app password of this id. List them to see the ids.");
      }
      revocations.publish(account.id, "forget");
      return changed(account, "app password revoked");
    },

    async addAlias(address, alias) {
      const account = await find(address);
      if ("kind" in account) return account;
      const checked = checkAddress(alias, domains);
      if (checked.kind === "invalid") return refused("invalid", checked.sentence);
      const living = (await credentials?.plan(account.id))?.aliases ?? limits.aliases;
      const known = await directory.aliases(account.id);
      if (known.length >= living) return noRoom(known.length);
      const taken = refused(
        "taken",
        `The address ${checked.address} is taken, or was once and is never given again. Choose another.`,
      );
      if ((await isKept?.(checked.address)) === true) return taken;
      const room = { living, held: Math.max(living, limits.aliasNames) };
      const outcome = await directory.addAlias(account.id, checked.address, room);
      if (outcome === "no-account") return GONE;
      if (outcome === "too-many") {
        const now = (await directory.aliases(account.id)).length;
        return now >= living ? noRoom(now) : NAMES_USED;
      }
      if (outcome === "taken") return taken;
      return changed(account, "alias added");
    },

    async removeAlias(address, alias) {
      const account = await find(address);
      if ("kind" in account) return account;
      const removed = await directory.removeAlias(account.id, logInName(alias.trim()));
      if (removed === "no-alias") {
        return refused("not-found", "The account has no such alias. List its aliases to see which there are.");
      }
      return changed(account, "alias removed");
    },

    async aliases(address) {
      const account = await find(address);
      if ("kind" in account) return account;
      return { kind: "aliases", aliases: await directory.aliases(account.id) };
    },
  };
}
