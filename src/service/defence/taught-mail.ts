/**
 * What a stored message teaches, read from its own header: its authors, and where it came from as we wrote it down when it
 * arrived. Only our own Authentication-Results field is believed: those that claimed our name were taken out on arrival.
 */
import { type Origin, originOfField } from "../../rules/reputation/origin.ts";
import type { MailText } from "../../rules/reputation/words.ts";
import { readAddresses } from "../../syntax/message/addresses.ts";
import { readAuthenticationResults } from "../../syntax/message/authentication-results.ts";
import { headerFields } from "../../syntax/message/header-fields.ts";
import { canonicalOfField } from "../submission/address-forms.ts";
import type { TaughtMail } from "./defence.ts";

/** A field as it was read: lower case name, unfolded value of an octet a character. */
type Field = { readonly name: string; readonly value: string };

/** From; more than these are no author of anything. */
const MAX_AUTHORS = 20;
/** Octets of all fields From: as many authors with long names fit. */
const MAX_FROM = 16 * 1024;

/** @param message what tells it from others @param header its octets @param hostName ours, as it stands in our fields */
export function taughtMail(message: string, header: Uint8Array, text: MailText, hostName: string): TaughtMail {
  const fields = headerFields(header);
  return { message, authors: authorsOf(fields), text, origin: originOfOurs(fields, hostName) };
}

/** What was found on arrival stands above what came with the message. */
function originOfOurs(fields: readonly Field[], hostName: string): Origin | undefined {
  for (const { name, value } of fields) {
    const results = name === "authentication-results" ? readAuthenticationResults(value) : undefined;
    if (results?.server.toLowerCase() === hostName.toLowerCase()) return originOfField(results);
  }
  return undefined;
}

/**
 * The addresses of all fields From, canonical: the form in which addresses are looked up and remembered. None where there
 * are more than are read.
 */
export function authorsOf(fields: readonly Field[]): readonly string[] {
  const addresses: string[] = [];
  let left = MAX_AUTHORS;
  let octets = 0;
  for (const { name, value } of fields) {
    if (name !== "from") continue;
    octets += value.length;
    if (octets > MAX_FROM) return [];
    const read = readAddresses(value, left);
    for (const one of read)
      if (one.kind === "mailbox" && one.host !== "") addresses.push(canonicalOfField(one.local, one.host));
    // A field without an address is read in vain, too.
    left -= Math.max(1, read.length);
    if (left <= 0) return [];
  }
  return [...new Set(addresses)];
}
