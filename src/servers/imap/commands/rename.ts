/** RENAME, RFC 9051 section 6.3.6, with all below; of INBOX it moves the mails into a new mailbox. */
import type { CommandOf } from "../command-of.ts";
import { no, noMailbox, ok, type Reply } from "../reply.ts";
import type { Session } from "../session.ts";
import { wrongName } from "./create.ts";

export async function rename(session: Session, { from, to }: CommandOf<"RENAME">): Promise<Reply> {
  const { reader, writer } = session.account;
  const name = to.replace(/\/$/, "");
  const refusal = wrongName(name);
  if (refusal !== undefined) return refusal;
  if (name.startsWith(`${from}/`) && from !== "INBOX") return no("CANNOT", "A mailbox cannot be moved below itself");
  const state = await reader.mailbox(from);
  if (state === undefined) return noMailbox();
  const renamed = await writer.renameMailbox(state.id, name);
  switch (renamed.kind) {
    case "done":
      return ok("RENAME completed");
    case "no-mailbox":
      return noMailbox();
    case "name-taken":
      return no("ALREADYEXISTS", "There is a mailbox of the new name");
  }
}
