/**
 * Whose an address is: primary or alias of an account, with or without `+tag`. Postmaster (RFC 5321 section 4.5.1) and
 * abuse (RFC 2142 section 2) of every domain of ours are the operator's, unless an account has that address.
 *
 * Also whether there is room for the mail: decided at RCPT, so that nothing that got its 250 is turned away. One
 * message of undeclared size may go beyond the quota. Who finds no room is to come again, until the account has been full
 * for a week: then its sender is to hear of it. What fits is taken all the time.
 */
import { type Clock, DAY } from "../../host/clock.ts";
import type { Account, Directory } from "../../store/directory.ts";
import type { MailStore } from "../../store/mail-store.ts";
import {
  type Address,
  canonicalAddress,
  lowerAscii,
  parseAddress,
  splitSubaddress,
} from "../../syntax/smtp/address.ts";
import { recipientReply } from "../../rules/subscription/words.ts";
import type { AllowanceOf } from "../billing/allowance.ts";
import { aLabels } from "../dns/a-labels.ts";
import type { Recipient, Reply } from "./inbound.ts";
import * as verdict from "./verdict.ts";

export type RecipientServices = {
  readonly directory: Directory;
  readonly mail: MailStore;
  readonly clock: Clock;
  /** In A-labels, lower case. */
  readonly domains: readonly string[];
  /**
   * The address of the account that reads the mail to postmaster and abuse; undefined: there are no such recipients.
   */
  readonly operator: string | undefined;
  /** Whether the account takes mail, for the sake of its payment; without it each does. */
  readonly allowance?: AllowanceOf;
};

/** Longer than hosts usually try, so that most who were turned away hear of it from their own host first. */
const FULL_PATIENCE_MS: number = 7 * DAY;

/** @throws StoreError */
export async function findRecipient(
  services: RecipientServices,
  address: string,
  size: number | undefined,
): Promise<Recipient | Reply> {
  const wanted = canonicalRecipient(address, services.domains[0]);
  if (wanted === undefined) return verdict.notAnAddress;
  if (!services.domains.includes(wanted.domain)) return verdict.relayDenied;
  const account = await findAccount(services, wanted);
  if (account === undefined) return verdict.noSuchRecipient;
  if (account.state === "closing") return verdict.closedRecipient;
  const unpaid = services.allowance && recipientReply(await services.allowance(account.id));
  if (unpaid !== undefined) return unpaid;
  const reader = services.mail.read(account.id);
  const { octets, quotaBytes } = await reader.usage();
  if (size !== undefined && size > quotaBytes) return verdict.aboveQuota;
  if (octets < quotaBytes && octets + (size ?? 0) <= quotaBytes)
    return { address: canonicalAddress(wanted), account: account.id };
  const { fullSince } = await reader.quotaMarks();
  const isFullForLong = fullSince !== undefined && services.clock.now() - fullSince > FULL_PATIENCE_MS;
  return isFullForLong ? verdict.longFull : verdict.overQuota;
}

/** Reads the address, its domain in A-labels; `postmaster` alone is the one of `ownDomain`. */
function canonicalRecipient(text: string, ownDomain: string | undefined): Address | undefined {
  if (lowerAscii(text) === "postmaster")
    return ownDomain === undefined ? undefined : { local: "postmaster", domain: ownDomain };
  const address = parseAddress(text);
  if (address === undefined) return undefined;
  const domain = aLabels(address.domain);
  return domain === undefined ? undefined : { local: lowerAscii(address.local), domain };
}

async function findAccount(services: RecipientServices, wanted: Address): Promise<Account | undefined> {
  const { directory, operator } = services;
  const exact = await directory.byAddress(canonicalAddress(wanted));
  if (exact !== undefined) return exact;
  const { name, tag } = splitSubaddress(wanted.local);
  if (tag !== undefined) {
    const untagged = await directory.byAddress(canonicalAddress({ ...wanted, local: name }));
    if (untagged !== undefined) return untagged;
  }
  return (name === "postmaster" || name === "abuse") && operator !== undefined
    ? directory.byAddress(operator)
    : undefined;
}
