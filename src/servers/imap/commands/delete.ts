/** DELETE, RFC 9051 section 6.3.5. Mailboxes below it stay; INBOX always does. Who has it selected hears BYE. */
import type { CommandOf } from "../command-of.ts";
import { no, noMailbox, ok, type Reply } from "../reply.ts";
import type { Session } from "../session.ts";

export async function deleteMailbox(session: Session, { mailbox }: CommandOf<"DELETE">): Promise<Reply> {
  if (mailbox === "INBOX") return no("CANNOT", "INBOX cannot be deleted");
  const { reader, writer } = session.account;
  const state = await reader.mailbox(mailbox);
  if (state === undefined) return noMailbox();
  const deleted = await writer.deleteMailbox(state.id);
  if (deleted.kind === "no-mailbox") return noMailbox();
  if (session.state !== "selected" || session.view.mailbox !== state.id) return ok("DELETE completed");
  session.unselect();
  session.output.text("* OK [CLOSED] The selected mailbox is gone\r\n");
  return ok("DELETE completed");
}
