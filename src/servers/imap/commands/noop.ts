/** NOOP and CHECK, RFC 9051 section 6.1.2: look at the store whether or not anyone told of a change, then report it. */
import type { CommandOf } from "../command-of.ts";
import { ok, type Reply } from "../reply.ts";
import type { Session } from "../session.ts";

export async function noop(session: Session, { name }: CommandOf<"NOOP" | "CHECK">): Promise<Reply> {
  if (session.state === "selected") session.view.compare();
  return ok(`${name} completed`);
}
