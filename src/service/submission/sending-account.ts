/**
 * An account that may send under the envelope's sender (RFC 6409 section 6.1): asked at MAIL, once more when the message is
 * whole, and again when scanners have looked at it, for much may have happened in between. It may be paused, or an alias given
 * away.
 */
import type { Identity } from "../../rules/identity/identity.ts";
import type { Account, Directory } from "../../store/directory.ts";
import type { AccountId } from "../../store/ids.ts";
import type { Address } from "../../syntax/smtp/address.ts";
import { maySend } from "../accounts/account-state.ts";
import { ownsSender } from "./address-forms.ts";
import * as refusals from "./refusals.ts";
import type { SubmissionReply } from "./submission.ts";

export type SendingAccount = { readonly account: Account; readonly identity: Identity };

/** Finds it, or says why it may not send. @param sender with its domain in A-labels. @throws StoreError */
export async function sendingAccount(
  directory: Directory,
  id: AccountId,
  sender: Address | undefined,
): Promise<SendingAccount | SubmissionReply> {
  const account = await directory.byId(id);
  if (account === undefined || !maySend(account))
    return account?.state === "paused" ? refusals.paused : refusals.closed;
  const identity = { primary: account.primary, aliases: await directory.aliases(id) };
  return ownsSender(identity, sender) ? { account, identity } : refusals.notYours(identity);
}
