/**
 * The operator's verbs for the way back into an account, its second step and its plan. Who could log in by one of them
 * goes through the gate first (promise A7); the holder is told besides, in both places, before anything changes.
 */
import type { Credentials } from "../../store/credentials.ts";
import type { Account } from "../../store/directory.ts";
import type { HolderNotice } from "../notices/notices.ts";
import type { Accounts, Done, Refused } from "./accounts.ts";
import { type AccountsParts, refused } from "./manage-parts.ts";
import { checkRecoveryAddress } from "./recovery-address-text.ts";

type Parts = AccountsParts & { readonly find: (address: string) => Promise<Account | Refused> };
type SafetyVerbs = Pick<
  Accounts,
  "safety" | "setRecoveryAddress" | "removeRecoveryAddress" | "turnOffSecondStep" | "setPlan"
>;
type Found = { readonly kind: "found"; readonly account: Account; readonly credentials: Credentials };

/** As the settings name plans. */
const PLAN_NAME = /^[a-z0-9][a-z0-9-]{0,31}$/;
const MOST_ALIASES = 10_000;

export function safetyVerbs(parts: Parts): SafetyVerbs {
  const { directory, revocations, endLinks, tellBoth, domains, hostName, clock, log, find } = parts;

  const findWith = async (address: string): Promise<Found | Refused> => {
    const account = await find(address);
    if ("kind" in account) return account;
    const { credentials } = parts;
    if (credentials === undefined) throw new Error("accounts were made without credentials");
    return { kind: "found", account, credentials };
  };
  const tell = async (account: Account, notice: HolderNotice & { readonly at: number }): Promise<void> =>
    tellBoth?.(account, notice, `operator ${account.id} ${notice.at}`);
  const changed = ({ id }: Account, change: string): Done => {
    log("account.changed", { account: id, change });
    return { kind: "done" };
  };

  return {
    async safety(address) {
      const found = await findWith(address);
      if (found.kind === "refused") return found;
      const { account, credentials } = found;
      const recovery = await credentials.recoveryAddress(account.id);
      const step = await credentials.secondStep(account.id);
      const how = recovery?.verified === true ? "confirmed" : "unconfirmed";
      return {
        kind: "safety",
        safety: {
          recovery: recovery === undefined ? "none" : how,
          secondStep: step !== undefined,
          recoveryCodes: step?.codes.length ?? 0,
          plan: await credentials.plan(account.id),
        },
      };
    },

    async setRecoveryAddress(address, text) {
      const found = await findWith(address);
      if (found.kind === "refused") return found;
      const { account, credentials } = found;
      const checked = checkRecoveryAddress(text, hostName === undefined ? domains : [...domains, hostName]);
      if (checked.kind === "invalid") return refused("invalid", checked.sentence);
      await tell(account, { kind: "recovery-address-changed", at: clock.now(), change: "set" });
      await credentials.setRecoveryAddress(account.id, { address: checked.address, verified: true });
      // One to the address before, for a new password, would still lead in.
      await endLinks?.(account.id);
      return changed(account, "recovery address set by the operator");
    },

    async removeRecoveryAddress(address) {
      const found = await findWith(address);
      if (found.kind === "refused") return found;
      const { account, credentials } = found;
      if ((await credentials.recoveryAddress(account.id)) === undefined)
        return refused("not-found", "The account has no recovery address.");
      await tell(account, { kind: "recovery-address-changed", at: clock.now(), change: "removed" });
      await credentials.removeRecoveryAddress(account.id);
      await endLinks?.(account.id);
      return changed(account, "recovery address removed by the operator");
    },

    async turnOffSecondStep(address) {
      const found = await findWith(address);
      if (found.kind === "refused") return found;
      const { account, credentials } = found;
      if (account.secondStep !== true) return refused("not-found", "The account has no second step.");
      await tell(account, { kind: "second-step-changed", at: clock.now(), change: "off" });
      await credentials.removeSecondStep(account.id);
      revocations.publish(account.id, "forget");
      return changed(account, "second step turned off by the operator");
    },

    async setPlan(address, plan) {
      const found = await findWith(address);
      if (found.kind === "refused") return found;
      const { account, credentials } = found;
      if (!PLAN_NAME.test(plan.name))
        return refused("invalid", "A plan's name has at most 32 letters a-z, digits and hyphens.");
      if (!Number.isInteger(plan.aliases) || plan.aliases < 0 || plan.aliases > MOST_ALIASES)
        return refused("invalid", `The number of aliases is a whole one from 0 to ${MOST_ALIASES}.`);
      await credentials.setPlan(account.id, plan);
      const known = await directory.aliases(account.id);
      return changed(account, known.length > plan.aliases ? "plan with fewer aliases than there are" : "plan");
    },
  };
}
