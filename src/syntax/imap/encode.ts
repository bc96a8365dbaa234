/**
 * The smallest pieces of what the server says, as text of one octet a character: strings, mailbox names, sets, flags
 * (RFC 9051 section 9). Strings with octets that a quoted string cannot carry become literals.
 */
import type { NumberSet } from "../bytes/number-set.ts";
import { imapString } from "../message/imap-string.ts";
import { encodeMailboxName } from "./mailbox-name.ts";
import { ASTRING, isIn } from "./octet.ts";
import { latin1 } from "../bytes/latin1.ts";

const utf8 = new TextEncoder();

/** Writes `astring`: bare where it can be. `NIL` is quoted, because some clients take it for nothing. */
export function encodeAstring(octets: string): string {
  if (octets === "" || octets.toUpperCase() === "NIL") return imapString(octets);
  for (let i = 0; i < octets.length; i++) if (!isIn(octets.charCodeAt(i), ASTRING)) return imapString(octets);
  return octets;
}

/** Writes a text as UTF-8 octets in `string`. */
export function encodeText(text: string): string {
  return imapString(latin1(utf8.encode(text)));
}

/** Writes a mailbox name in modified UTF-7, quoted where it must be. */
export function encodeMailbox(name: string): string {
  return encodeAstring(encodeMailboxName(name));
}

/** Writes a set as `1:3,5`; a set that is not empty. */
export function encodeSet(set: NumberSet): string {
  const { ends } = set;
  let text = "";
  for (let i = 0; i < ends.length; i += 2) {
    const low = ends[i] as number;
    const high = ends[i + 1] as number;
    text += `${i === 0 ? "" : ","}${low}${low === high ? "" : `:${high}`}`;
  }
  return text;
}

/** Writes `(\Seen $Junk)`. */
export function encodeFlags(flags: readonly string[]): string {
  return `(${flags.join(" ")})`;
}
