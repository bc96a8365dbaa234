/**
 * Implements the operator's `Accounts` over directory and mail store. An account's mail file is made before its record
 * and destroyed before the record goes, so that an account that exists is whole; deletion is a list of idempotent steps
 * that starts with the state `closing`, goes on with a last try of what is queued and a word on what it did not deliver, and
 * can be taken up again anywhere (promise D5).
 */
import { randomBytes } from "node:crypto";
import type { Account, Language } from "../../store/directory.ts";
import { type AccountId, accountId } from "../../store/ids.ts";
import type { MailStore } from "../../store/mail-store.ts";
import { StoreError } from "../../store/store-error.ts";
import { checkAddress } from "./account-address.ts";
import { type AccountLimits, accountLimits } from "./account-limits.ts";
import type { AccountDetails, AccountLine, Accounts, Refused, Undelivered } from "./accounts.ts";
import { logInName } from "./log-in-name.ts";
import { credentialVerbs } from "./manage-credentials.ts";
import { openVerb } from "./manage-open.ts";
import { type AccountsParts, hashOf, refused } from "./manage-parts.ts";
import { safetyVerbs } from "./manage-safety.ts";
import { stateVerbs } from "./manage-state.ts";

export type AccountsOptions = AccountsParts & {
  readonly limits?: Partial<AccountLimits>;
  /** Makes the keys of accounts that are made together in one go; without it each is made with its file. */
  readonly makeKeys?: (accounts: readonly AccountId[]) => void;
};

export function createAccounts(options: AccountsOptions): Accounts {
  const { directory, mail, hasher, revocations, clock, log, domains } = options;
  const limits: AccountLimits = { ...accountLimits, ...options.limits };

  /** The account whose primary address this is; an alias names no account here. */
  const find = async (text: string): Promise<Account | Refused> => {
    const address = logInName(text.trim());
    const account = await directory.byAddress(address);
    if (account?.primary === address) return account;
    if (account !== undefined) {
      return refused(
        "not-found",
        `The address ${address} is an alias. Name the account by its primary address, ${account.primary}.`,
      );
    }
    return refused("no-account", `There is no account ${address}. List the accounts to see which there are.`);
  };

  /** Makes records and mail files of checked addresses, all or none. */
  const make = async (addresses: readonly string[], hash: string, { quotaBytes, language }: Shared): Promise<Made> => {
    const createdAt = clock.now();
    const records = addresses.map(
      (primary): Account => ({
        id: accountId(randomBytes(16).toString("hex")),
        primary,
        state: "active",
        language,
        quotaBytes,
        createdAt,
        passwordHash: hash,
      }),
    );
    const undo = (): Promise<void> => inBatches(records, limits.filesAtOnce, ({ id }) => mail.destroy(id));
    try {
      options.makeKeys?.(records.map(({ id }) => id));
      await inBatches(records, limits.filesAtOnce, ({ id }) => mail.create(id, { quotaBytes }));
      const outcome = await directory.add(records);
      if (outcome.kind === "added") return { kind: "made", records };
      await undo();
      return refused(
        "taken",
        `The address ${outcome.address} is taken, or was once and is never given again. Choose another.`,
      );
    } catch (error) {
      await undo();
      throw error;
    }
  };

  const addAll = async (given: readonly string[], password: string, shared: Shared): Promise<Made> => {
    const addresses: string[] = [];
    for (const text of given) {
      const checked = checkAddress(text, domains);
      if (checked.kind === "invalid") return refused("invalid", checked.sentence);
      const { address: wanted } = checked;
      if ((await directory.byAddress(wanted)) !== undefined || (await options.isKept?.(wanted)) === true) {
        return refused("taken", `The address ${wanted} is taken. Choose another.`);
      }
      addresses.push(wanted);
    }
    const hash = await hashOf(password, hasher);
    return typeof hash === "string" ? make(addresses, hash, shared) : hash;
  };

  /** Deletions under way: who asks for the same one meanwhile waits for its end. */
  const underWay = new Map<AccountId, Promise<readonly Undelivered[]>>();

  const destroy = (id: AccountId): Promise<readonly Undelivered[]> => {
    const running = underWay.get(id) ?? destroyStepwise(id).finally(() => underWay.delete(id));
    underWay.set(id, running);
    return running;
  };

  const destroyStepwise = async (id: AccountId): Promise<readonly Undelivered[]> => {
    await directory.setState(id, "closing");
    revocations.publish(id, "end");
    const undelivered = (await options.lastTry?.(id)) ?? [];
    await options.tellUndelivered?.(id, undelivered);
    await mail.destroy(id);
    await options.closing?.(id);
    await directory.remove(id);
    log("account.deleted", { account: id });
    return undelivered;
  };

  return {
    ...credentialVerbs({ ...options, limits, find }),
    ...stateVerbs({ ...options, find }),
    ...safetyVerbs({ ...options, find }),
    ...openVerb(options),

    async add({ address, password, quotaBytes = limits.quotaBytes, language = "en" }) {
      const made = await addAll([address], password, { quotaBytes, language });
      if (made.kind === "refused") return made;
      const [record] = made.records;
      if (record === undefined) throw new Error("an added account has no record");
      log("account.added", { account: record.id, count: 1 });
      return { kind: "added", account: lineOf(record) };
    },

    async addMany({ addresses, password, quotaBytes = limits.quotaBytes }) {
      const made = await addAll(addresses, password, { quotaBytes, language: "en" });
      if (made.kind === "refused") return made;
      log("account.added", { account: undefined, count: made.records.length });
      return { kind: "added", accounts: made.records.map(lineOf) };
    },

    list: async () => (await directory.accounts()).map(lineOf),

    async show(address) {
      const account = await find(address);
      if ("kind" in account) return account;
      const [aliases, appPasswords] = [await directory.aliases(account.id), await directory.appPasswords(account.id)];
      const details: AccountDetails = {
        ...lineOf(account),
        aliases,
        appPasswords: appPasswords.map(({ id, label, createdAt }) => ({ id, label, createdAt })),
        mail: await mailOf(mail, account.id),
      };
      return { kind: "account", account: details };
    },

    async delete(address) {
      const account = await find(address);
      if ("kind" in account) return account;
      return { kind: "done", undelivered: await destroy(account.id) };
    },

    async finishDeletions() {
      const closing = (await directory.accounts()).filter(({ state }) => state === "closing");
      // Each may wait a minute for its last try, and all of it may take ten.
      await inBatches(closing, limits.filesAtOnce, async ({ id }) => void (await destroy(id)));
      return closing.length;
    },
  };
}

/** What accounts that are made together have alike. */
type Shared = { readonly quotaBytes: number; readonly language: Language };
type Made = { readonly kind: "made"; readonly records: readonly Account[] } | Refused;

function lineOf({ id, primary, state, language, quotaBytes, createdAt }: Account): AccountLine {
  return { id, address: primary, state, language, quotaBytes, createdAt };
}

async function mailOf(mail: MailStore, id: AccountId): Promise<AccountDetails["mail"]> {
  try {
    const reader = mail.read(id);
    const { messages, octets } = await reader.usage();
    return { mailboxes: (await reader.mailboxes()).length, messages, octets };
  } catch (error) {
    if (error instanceof StoreError) return undefined;
    throw error;
  }
}

async function inBatches<T>(items: readonly T[], atOnce: number, step: (item: T) => Promise<void>): Promise<void> {
  for (let at = 0; at < items.length; at += atOnce) await Promise.all(items.slice(at, at + atOnce).map(step));
}
