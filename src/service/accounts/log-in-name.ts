/**
 * The form of a log-in name by which it is looked up, slowed and remembered: lower case, its domain in A-labels (RFC 5890), as
 * primary addresses rest. Whoever has an address in letters types it in letters. Total and linear; what is no address of ours
 * stays something that nobody has.
 */
import { domainToASCII } from "node:url";
import { isDomain, lowerAscii, needsUtf8 } from "../../syntax/smtp/address.ts";

export function logInName(typed: string): string {
  const at = typed.lastIndexOf("@");
  const domain = typed.slice(at + 1);
  // Bounded by that, and without the signs at which Node would stop reading.
  const ascii = needsUtf8(domain) && isDomain(domain) ? domainToASCII(domain) : "";
  return lowerAscii(typed.slice(0, at + 1)) + (ascii === "" ? lowerAscii(domain) : ascii);
}
