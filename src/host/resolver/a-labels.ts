/**
 * The form of a domain in which the DNS knows it: U-labels as A-labels (RFC 5891 section 4.4), lower case. Total and linear.
 * What is ASCII stays but for its case: the table that letters go through would make IPv4 addresses of numbers (`0x7f.1`).
 */
import { domainToASCII } from "node:url";
import { lowerAscii, needsUtf8 } from "../../syntax/smtp/address.ts";

/** U-labels of the longest name that there can be. */
const MAX_CHARACTERS = 1024;
/** At other signs of ASCII Node stops reading, or decodes them. */
const NAME = /^[a-z0-9._\u0080-\uffff-]*$/i;

/** `undefined`: there are letters in it, and they are no domain. What is ASCII is not looked into. */
export function aLabels(domain: string): string | undefined {
  if (!needsUtf8(domain)) return lowerAscii(domain);
  if (domain.length > MAX_CHARACTERS || !NAME.test(domain)) return undefined;
  const labels = domainToASCII(domain);
  return labels === "" ? undefined : labels;
}
