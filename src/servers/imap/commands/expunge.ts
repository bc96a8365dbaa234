/**
 * EXPUNGE, RFC 9051 section 6.4.3, and UID EXPUNGE, RFC 4315 section 2.1. The EXPUNGE responses are the report that
 * follows every command.
 */
import { EMPTY, range } from "../../../syntax/bytes/number-set.ts";
import type { CommandOf } from "../command-of.ts";
import { no, ok, type Reply } from "../reply.ts";
import type { Session } from "../session.ts";
import { MailboxGone } from "../view.ts";

/** RFC 9051 section 2.3.1.1: UIDs have 32 bits. */
export const MAX_UID = 4294967295;

export const READ_ONLY: Reply = no("READ-ONLY", "The mailbox was opened with EXAMINE; SELECT it to change it");

export async function expunge(session: Session, { uids }: CommandOf<"EXPUNGE">): Promise<Reply> {
  const { account, view } = session;
  if (view.isReadOnly) return READ_ONLY;
  const those = uids === undefined ? range(1, MAX_UID) : ((await view.resolve(uids, true)) ?? EMPTY);
  const expunged = await account.writer.expunge(view.mailbox, those);
  if (expunged.kind === "no-mailbox") throw new MailboxGone();
  if (expunged.uids.size > 0) view.compare();
  return ok("EXPUNGE completed");
}
