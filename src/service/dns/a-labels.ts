/**
 * The form of a domain in which the DNS knows it: U-labels as A-labels (RFC 5891 section 4.4), lower case. Total and linear.
 * What is ASCII stays but for its case: the table that letters go through would make IPv4 addresses of numbers (`0x7f.1`).
 */
import { domainToASCII } from "node:url";
import { readHostName } from "../../rules/route/host-name.ts";
import { isDomain, lowerAscii, needsUtf8 } from "../../syntax/smtp/address.ts";

/** What 255 octets on the wire leave for the text (RFC 1035 section 3.1), and the dot of the root. */
const MAX_OCTETS = 254;

/** `undefined`: there are letters in it, and they are no domain. What is ASCII is not looked into. */
export function aLabels(domain: string): string | undefined {
  if (!needsUtf8(domain)) return lowerAscii(domain);
  // Bounded by that, and without the signs at which Node would stop reading. A name may end in the dot of the root.
  if (!isDomain(domain.endsWith(".") ? domain.slice(0, -1) : domain)) return undefined;
  const labels = domainToASCII(domain);
  return labels === "" || labels.length > MAX_OCTETS ? undefined : labels;
}

/** As `aLabels`, and without the final dot; `undefined` also for what is no name that a host can have. */
export const asciiHostName = (name: string): string | undefined => readHostName(aLabels(name) ?? "");
