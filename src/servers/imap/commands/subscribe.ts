/** SUBSCRIBE and UNSUBSCRIBE, RFC 9051 section 6.3.7: names, which outlive their mailboxes. */
import type { CommandOf } from "../command-of.ts";
import { noMailbox, ok, type Reply } from "../reply.ts";
import type { Session } from "../session.ts";

export async function subscribe(session: Session, command: CommandOf<"SUBSCRIBE" | "UNSUBSCRIBE">): Promise<Reply> {
  const { reader, writer } = session.account;
  const isSubscribe = command.name === "SUBSCRIBE";
  const name = command.mailbox.replace(/\/$/, "");
  if (isSubscribe && (await reader.mailbox(name)) === undefined) return noMailbox();
  await writer.subscribe(name, isSubscribe);
  return ok(`${command.name} completed`);
}
