/** CLOSE and UNSELECT, RFC 9051 section 6.4.1 and section 6.4.2: CLOSE removes what has \Deleted, in silence. */
import { range } from "../../../syntax/bytes/number-set.ts";
import type { CommandOf } from "../command-of.ts";
import { ok, type Reply } from "../reply.ts";
import type { Session } from "../session.ts";
import { MAX_UID } from "./expunge.ts";

export async function close(session: Session, { name }: CommandOf<"CLOSE" | "UNSELECT">): Promise<Reply> {
  const { account, view } = session;
  if (name === "CLOSE" && !view.isReadOnly) await account.writer.expunge(view.mailbox, range(1, MAX_UID));
  session.unselect();
  return ok(`${name} completed`);
}
