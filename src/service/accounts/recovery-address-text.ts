/**
 * What may be a recovery address: an ordinary address of another provider. It is compared and kept in its canonical form,
 * in ASCII, because links must arrive at hosts of every age.
 */
import { canonicalAddress, isAddressLiteral, parseAddress } from "../../syntax/smtp/address.ts";
import { asciiHostName } from "../dns/a-labels.ts";

export type CheckedRecovery =
  | { readonly kind: "address"; readonly address: string }
  | { readonly kind: "invalid"; readonly sentence: string };

/** RFC 5321 section 4.5.3.1.3: a path has at most 256 octets, of which two are brackets. */
const MOST_OCTETS = 254;
const MOST_LOCAL = 64;

/** @param ours all domains that this service has mail for, and its host's name */
export function checkRecoveryAddress(text: string, ours: readonly string[]): CheckedRecovery {
  const invalid = (sentence: string): CheckedRecovery => ({ kind: "invalid", sentence });
  const trimmed = text.trim();
  const parsed = trimmed.length > 2 * MOST_OCTETS ? undefined : parseAddress(trimmed);
  if (parsed === undefined || isAddressLiteral(parsed.domain))
    return invalid("This is not a mail address: write it as name@domain.");
  const domain = asciiHostName(parsed.domain) ?? "";
  const address = canonicalAddress({ local: parsed.local, domain });
  if (!/^[\x21-\x7e]+$/.test(address))
    return invalid("The name of a recovery address may hold letters of English, digits and signs only.");
  if (!domain.includes(".") || parsed.local.length > MOST_LOCAL || address.length > MOST_OCTETS)
    return invalid("This is not a mail address that others can write to: write it as name@domain.");
  if (ours.some((own) => domain === own || domain.endsWith(`.${own}`)))
    return invalid(
      "A recovery address must be with another provider: if you are locked out here, you could not read it.",
    );
  return { kind: "address", address };
}
