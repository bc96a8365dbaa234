/**
 * A holder sets, changes and removes the recovery address (promise A4). A new one counts when its own holder has opened
 * the link that was mailed there; until then the one before leads back in, and it is told of the change before that is
 * made: whoever gets into a session cannot take the way back away in silence. Links that were mailed end with each change.
 */
import type { RecoveryAddress } from "../../store/credentials.ts";
import type { Account } from "../../store/directory.ts";
import type { AccountId } from "../../store/ids.ts";
import type { Done, Refused } from "../accounts/accounts.ts";
import { refused } from "../accounts/manage-parts.ts";
import { LINK_LIFE_MS } from "../web-access/account-links.ts";
import { checkRecoveryAddress } from "../accounts/recovery-address-text.ts";
import { DONE, GONE, LINK_GONE, living, MAILED_ENOUGH, type RecoveryParts } from "./recovery-parts.ts";

export interface RecoveryAddresses {
  show(id: AccountId): Promise<RecoveryAddress | undefined>;
  /** Mails a link there. With no verified address before, the new one is kept, not verified. */
  set(id: AccountId, wish: { readonly address: string; readonly password: string }): Promise<Done | Refused>;
  /** The same without a password: for the address that somebody gave when the account was opened. May be repeated. */
  offer(id: AccountId, address: string): Promise<Done | Refused>;
  /** For GET: the address that a link would confirm. */
  look(token: string): Promise<string | undefined>;
  /** For POST. */
  confirm(token: string): Promise<Done | Refused>;
  remove(id: AccountId, password: string): Promise<Done | Refused>;
}

/** @param ours all our domains, and the host's name */
export function createRecoveryAddresses(parts: RecoveryParts, ours: readonly string[]): RecoveryAddresses {
  const { directory, credentials, links, post, notices, prove, linkTo, clock, log } = parts;
  const changed = (account: AccountId, change: string): Done => {
    log("account.changed", { account, change });
    return DONE;
  };

  const offer = async ({ id, language }: Account, typed: string): Promise<Done | Refused> => {
    const checked = checkRecoveryAddress(typed, ours);
    if (checked.kind === "invalid") return refused("invalid", checked.sentence);
    const { address } = checked;
    const before = await credentials.recoveryAddress(id);
    if (before?.verified === true && before.address === address)
      return refused("state", "This is your recovery address already, and it is confirmed.");
    const token = await links.make({ purpose: "recovery-address", account: id, payload: address });
    if (token === "too-many") return MAILED_ENOUGH;
    if (before?.verified !== true) await credentials.setRecoveryAddress(id, { address, verified: false });
    const link = linkTo("recovery-address", token, language);
    const notice = { kind: "confirm-recovery", link, until: clock.now() + LINK_LIFE_MS } as const;
    await post({ to: address, language, notice, occasion: link });
    return changed(id, "recovery address given");
  };

  return {
    show: (id) => credentials.recoveryAddress(id),

    async set(id, { address, password }) {
      const account = await living(directory, id);
      if (account === undefined) return GONE;
      return (await prove(account, password)) ?? offer(account, address);
    },

    async offer(id, address) {
      const account = await living(directory, id);
      return account === undefined ? GONE : offer(account, address);
    },

    async look(token) {
      const content = await links.look("recovery-address", token);
      return content && (await living(directory, content.account)) && content.payload;
    },

    async confirm(token) {
      const content = await links.look("recovery-address", token);
      if (content === undefined) return LINK_GONE;
      const { account: id, payload: address } = content;
      const account = await living(directory, id);
      if (account === undefined) return GONE;
      const before = await credentials.recoveryAddress(id);
      const notice = { kind: "recovery-address-changed", at: clock.now(), change: "set" } as const;
      // Each step may be the last one: then the link is good still, and repeated steps do nothing twice.
      if (before?.verified === true && before.address !== address)
        await post({ to: before.address, language: account.language, notice, occasion: token });
      await notices.tell(id, notice, token);
      await credentials.setRecoveryAddress(id, { address, verified: true });
      // With all others: one to the address before, for a new password, would still lead in.
      await links.endAll(id);
      return changed(id, "recovery address confirmed");
    },

    async remove(id, password) {
      const account = await living(directory, id);
      if (account === undefined) return GONE;
      const unproven = await prove(account, password);
      if (unproven !== undefined) return unproven;
      const before = await credentials.recoveryAddress(id);
      if (before === undefined) return refused("not-found", "The account has no recovery address.");
      const notice = { kind: "recovery-address-changed", at: clock.now(), change: "removed" } as const;
      await parts.tellBoth(account, notice, `${id} ${notice.at}`);
      await credentials.removeRecoveryAddress(id);
      await links.endAll(id);
      return changed(id, "recovery address removed");
    },
  };
}
