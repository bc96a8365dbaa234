/**
 * The operator's verbs for what an account may do: pause and suspend, resume, and the language it is written to in. Each
 * change starts from the state that was read, so that two at once never undo one another unnoticed. The holder is told of
 * a pause after it is durable; who repeats the verb with its occasion tells once all the same.
 */
import type { Account, AccountState } from "../../store/directory.ts";
import type { Accounts, Done, Refused } from "./accounts.ts";
import { type AccountsParts, refused } from "./manage-parts.ts";

type Parts = AccountsParts & { readonly find: (address: string) => Promise<Account | Refused> };
type StateVerbs = Pick<Accounts, "pause" | "suspend" | "resume" | "setLanguage">;

const DONE: Done = { kind: "done" };

export function stateVerbs({ directory, revocations, clock, log, notices, find }: Parts): StateVerbs {
  const change = async ({ id, state: from }: Account, to: AccountState): Promise<Done | Refused> => {
    if ((await directory.setState(id, to, from)) !== "set") {
      return refused("state", "The account was changed by somebody else at this moment. Look at it and try again.");
    }
    log("account.changed", { account: id, change: to });
    return DONE;
  };
  /** The account, unless it is being deleted. */
  const findLiving = async (address: string): Promise<Account | Refused> => {
    const account = await find(address);
    if ("kind" in account || account.state !== "closing") return account;
    return refused("state", "The account is being deleted; that cannot be undone.");
  };

  return {
    async pause(address, occasion) {
      const account = await findLiving(address);
      if ("kind" in account) return account;
      if (account.state === "suspended") {
        return refused(
          "state",
          "The account is suspended, which stops sending too. Resume it first to pause sending alone.",
        );
      }
      const isPaused = account.state === "paused";
      const changed = isPaused ? DONE : await change(account, "paused");
      if (changed.kind === "refused" || (isPaused && occasion === undefined)) return changed;
      const at = clock.now();
      await notices?.tell(account.id, { kind: "sending-paused", at }, occasion ?? String(at));
      return DONE;
    },

    async suspend(address) {
      const account = await findLiving(address);
      if ("kind" in account) return account;
      const changed = await change(account, "suspended");
      if (changed.kind === "done") revocations.publish(account.id, "end");
      return changed;
    },

    async resume(address, occasion) {
      const account = await findLiving(address);
      if ("kind" in account) return account;
      const changed = await change(account, "active");
      if (changed.kind === "refused") return changed;
      revocations.publish(account.id, "forget");
      const at = clock.now();
      if (account.state === "paused")
        await notices?.tell(account.id, { kind: "sending-resumed", at }, occasion ?? String(at));
      return DONE;
    },

    async setLanguage(address, language) {
      const account = await findLiving(address);
      if ("kind" in account) return account;
      await directory.setLanguage(account.id, language);
      log("account.changed", { account: account.id, change: "language" });
      return DONE;
    },
  };
}
