/**
 * A holder closes the account: password, then a link that is mailed to the account itself, then a button. From the button
 * on the account is `closing` for good, and gone within ten minutes (promise D5): the elected worker finishes it, whoever
 * else stops. Each step here may be the last one; who presses the button again goes on.
 */
import { DAY, MINUTE } from "../../host/clock.ts";
import type { AccountId } from "../../store/ids.ts";
import type { Done, Refused } from "../accounts/accounts.ts";
import { LINK_LIFE_MS } from "../web-access/account-links.ts";
import { DONE, GONE, LINK_GONE, living, MAILED_ENOUGH, type RecoveryParts } from "./recovery-parts.ts";

/** What happens when, for the page that shows it. Epoch milliseconds, as if the button were pressed now. */
export type Closing = {
  readonly primary: string;
  readonly aliases: readonly string[];
  /** At once: no log-in, no mail in or out. */
  readonly at: number;
  /** Mail, settings, addresses and credentials are deleted. */
  readonly doneBy: number;
  /** Backups and logs hold nothing of the account any more. */
  readonly copiesUntil: number;
};

export interface ClosingByHolder {
  /** Mails the link. */
  ask(id: AccountId, password: string): Promise<Done | Refused>;
  /** For GET. */
  look(token: string): Promise<Closing | undefined>;
  /** For POST. */
  confirm(token: string): Promise<({ readonly kind: "closing" } & Omit<Closing, "aliases">) | Refused>;
}

/** Promise D5. */
const DONE_WITHIN_MS: number = 10 * MINUTE;
/** Promises D2 and L1: what is in a backup or a day of the log by then ends after ten days at the latest. */
const COPIES_MS: number = DONE_WITHIN_MS + 10 * DAY;

/** @param begin tells the elected worker that an account waits for its end; it looks by itself too */
export function createClosingByHolder(parts: RecoveryParts, begin: () => void): ClosingByHolder {
  const { directory, credentials, links, notices, post, prove, linkTo, revocations, sessions, clock, log } = parts;
  const times = (): Pick<Closing, "at" | "doneBy" | "copiesUntil"> => {
    const at = clock.now();
    return { at, doneBy: at + DONE_WITHIN_MS, copiesUntil: at + COPIES_MS };
  };

  return {
    async ask(id, password) {
      const account = await living(directory, id);
      if (account === undefined) return GONE;
      const unproven = await prove(account, password);
      if (unproven !== undefined) return unproven;
      const token = await links.make({ purpose: "close-account", account: id, payload: "" });
      if (token === "too-many") return MAILED_ENOUGH;
      const link = linkTo("close-account", token, account.language);
      await notices.tell(id, { kind: "close-account-link", link, until: clock.now() + LINK_LIFE_MS }, link);
      log("account.changed", { account: id, change: "link for closing mailed" });
      return DONE;
    },

    async look(token) {
      const content = await links.look("close-account", token);
      const account = content && (await living(directory, content.account));
      return account && { primary: account.primary, aliases: await directory.aliases(account.id), ...times() };
    },

    async confirm(token) {
      const content = await links.look("close-account", token);
      if (content === undefined) return LINK_GONE;
      const { account: id } = content;
      const account = await directory.byId(id);
      if (account === undefined) return GONE;
      const when = times();
      const { language, primary } = account;
      const recovery = await credentials.recoveryAddress(id);
      if (recovery?.verified === true)
        await post({ to: recovery.address, language, notice: { kind: "account-closing", ...when }, occasion: id });
      if ((await directory.setState(id, "closing")) === "no-account") return GONE;
      revocations.publish(id, "end");
      await sessions.endAll(id);
      await links.endAll(id);
      log("account.changed", { account: id, change: "closing, by its holder" });
      begin();
      return { kind: "closing", primary, ...when };
    },
  };
}
