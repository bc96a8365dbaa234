/** CAPABILITY, RFC 9051 section 6.1.1. */
import { CAPABILITIES, GREETING_CAPABILITIES } from "../capabilities.ts";
import { ok, type Reply } from "../reply.ts";
import type { Session } from "../session.ts";

export async function capability(session: Session): Promise<Reply> {
  const all = session.state === "not-authenticated" ? GREETING_CAPABILITIES : CAPABILITIES;
  session.output.text(`* CAPABILITY ${all}\r\n`);
  return ok("CAPABILITY completed");
}
