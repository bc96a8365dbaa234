/** LOGOUT, RFC 9051 section 6.1.3: BYE before the tagged OK. */
import { ok, type Reply } from "../reply.ts";
import type { Session } from "../session.ts";

export async function logout(session: Session): Promise<Reply> {
  session.unselect();
  session.output.text("* BYE Until next time\r\n");
  return { ...ok("LOGOUT completed"), isLast: true };
}
