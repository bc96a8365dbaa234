/** The forms of an address that submission needs: to be looked up and compared, and to stand in an envelope. */
import { domainToUnicode } from "node:url";
import { type Identity, ownAddress } from "../../rules/identity/identity.ts";
import { type Address, canonicalAddress, formatAddress, lowerAscii } from "../../syntax/smtp/address.ts";
import { aLabels } from "../dns/a-labels.ts";

/** The same address with its domain in A-labels and lower case, as it is looked up and compared. */
export const asciiDomain = ({ local, domain }: Address): Address => ({
  local,
  domain: aLabels(domain) ?? lowerAscii(domain),
});

/** A label in letters where it is an A-label that stands for some (RFC 5890), else the same. Never fails. @param label in lower case */
export const unicodeLabel = (label: string): string => (label.startsWith("xn--") && domainToUnicode(label)) || label;

/** Canonical, of what a header field has: octets, one a character. */
export function canonicalOfField(local: string, domain: string): string {
  const utf8 = (octets: string): string => Buffer.from(octets, "latin1").toString("utf8");
  return canonicalAddress(asciiDomain({ local: utf8(local), domain: utf8(domain) }));
}

/** Whether the account may send from this path, its domain in A-labels; the null path is nobody's, and open to all. */
export const ownsSender = (identity: Identity, sender: Address | undefined): boolean =>
  sender === undefined || ownAddress(identity, canonicalAddress(sender)) !== undefined;

/** The address in full, for an envelope. */
export const addressText = (address: Address | undefined): string =>
  address === undefined ? "" : formatAddress(address);
