/**
 * The form of a log-in name by which it is looked up, slowed and remembered: lower case, its domain in A-labels (RFC 5890), as
 * primary addresses rest. Whoever has an address in letters types it in letters. Total and linear; what is no address of ours
 * stays something that nobody has.
 */
import { lowerAscii } from "../../syntax/smtp/address.ts";
import { aLabels } from "../dns/a-labels.ts";

export function logInName(typed: string): string {
  const at = typed.lastIndexOf("@");
  const domain = typed.slice(at + 1);
  return lowerAscii(typed.slice(0, at + 1)) + (aLabels(domain) ?? lowerAscii(domain));
}
