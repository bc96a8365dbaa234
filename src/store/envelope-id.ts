/** Ids of envelopes (ENVID, RFC 3461 section 4.4), as programs of holders choose them. */
import { decodeXtext } from "../syntax/smtp/xtext.ts";

/** Reads what the Message-ID would be, were the id of the envelope made of it. Such a one is no secret: answers tell it. */
export function asMessageId(envid: string | undefined): string | undefined {
  return envid === undefined ? undefined : decodeXtext(envid)?.replace(/^<(.*)>$/, "$1");
}
