/**
 * What billing asks of accounts, as the service has them: opening is done under the id that a sign-up kept, so that it may be
 * repeated, and a plan is quota, aliases and a name by which the sending limits are found.
 */
import type { Credentials } from "../../store/credentials.ts";
import type { Directory } from "../../store/directory.ts";
import type { AccountId } from "../../store/ids.ts";
import type { MailStore } from "../../store/mail-store.ts";
import type { Plan } from "../../rules/subscription/plan.ts";
import type { Accounts } from "../accounts/accounts.ts";
import { changeQuota } from "../holder/wishes.ts";
import type { RecoveryAddresses } from "../recovery/recovery-address.ts";
import type { BilledAccounts } from "./parts.ts";

export type BilledAccountsOptions = {
  readonly accounts: Pick<Accounts, "open" | "delete">;
  readonly directory: Pick<Directory, "isTaken" | "byId" | "aliases" | "setQuota">;
  readonly credentials: Pick<Credentials, "recoveryAddress" | "setPlan">;
  readonly mail: Pick<MailStore, "read" | "write">;
  readonly recovery: Pick<RecoveryAddresses, "offer">;
  /** Of an account that nobody buys. */
  readonly quotaBytes: number;
};

export function createBilledAccounts(options: BilledAccountsOptions): BilledAccounts {
  const { accounts, directory, credentials, mail, recovery, quotaBytes } = options;
  const setPlan = async (account: AccountId, { name, aliases }: Plan): Promise<void> =>
    void (await credentials.setPlan(account, { name, aliases }));
  return {
    isFree: async (address) => !(await directory.isTaken(address)),

    async open({ account, signUp, plan }) {
      const { address, passwordHash, language, recovery: elsewhere } = signUp;
      const room = plan?.quotaBytes ?? quotaBytes;
      const opened = await accounts.open({ id: account, address, passwordHash, quotaBytes: room, language });
      if (opened === "taken") return "taken";
      if (plan !== undefined) await setPlan(account, plan);
      // What a try before this one has given, or its holder since then, stays.
      if (elsewhere !== undefined && (await credentials.recoveryAddress(account)) === undefined)
        await recovery.offer(account, elsewhere);
      return "opened";
    },

    async applyPlan(account, plan) {
      await changeQuota({ directory, mail }, account, plan.quotaBytes);
      await setPlan(account, plan);
    },

    async usage(account) {
      const { octets } = await mail.read(account).usage();
      return { octets, aliases: (await directory.aliases(account)).length };
    },

    async close(account) {
      const holder = await directory.byId(account);
      if (holder !== undefined) await accounts.delete(holder.primary);
    },
  };
}
