/** STATUS, RFC 9051 section 6.3.11, also of the selected mailbox. Asking for HIGHESTMODSEQ switches CONDSTORE on. */
import type { CommandOf } from "../command-of.ts";
import { noMailbox, ok, type Reply } from "../reply.ts";
import type { Session } from "../session.ts";
import { statusLine } from "../status-items.ts";

export async function status(session: Session, { mailbox, items }: CommandOf<"STATUS">): Promise<Reply> {
  const state = await session.account.reader.mailbox(mailbox);
  if (state === undefined) return noMailbox();
  if (items.includes("HIGHESTMODSEQ")) session.enableCondstore();
  session.output.text(statusLine(state, items));
  return ok("STATUS completed");
}
