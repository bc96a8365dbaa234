/** The tag of a command, RFC 9051 section 2.2.1: what every answer to it begins with. */
import { isIn, SPACE, TAG } from "./octet.ts";
import { latin1 } from "../bytes/latin1.ts";

/** Octets. The RFC has no limit; clients use up to a dozen, and we send the tag back. */
const MAX_TAG_OCTETS = 128;

/** Gives the tag that a command begins with, `*` when there is none that an answer could carry. */
export function tagOf(octets: Uint8Array): string {
  let end = 0;
  while (end <= MAX_TAG_OCTETS && isIn(octets[end], TAG)) end++;
  const isTag = end > 0 && end <= MAX_TAG_OCTETS && (octets[end] === SPACE || octets[end] === 13);
  return isTag ? latin1(octets.subarray(0, end)) : "*";
}
