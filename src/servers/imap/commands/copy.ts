/** COPY and UID COPY, RFC 9051 section 6.4.7, MOVE and UID MOVE, section 6.4.8; both with COPYUID (RFC 4315 section 3). */
import { copyUid } from "../../../syntax/imap/response-code.ts";
import type { CommandOf } from "../command-of.ts";
import { bad, noMailbox, ok, overQuota, type Reply } from "../reply.ts";
import type { Session } from "../session.ts";
import { NO_SUCH_MESSAGE } from "../view.ts";
import { READ_ONLY } from "./expunge.ts";

export async function copy(session: Session, command: CommandOf<"COPY" | "MOVE">): Promise<Reply> {
  const { account, output, services, view } = session;
  const isMove = command.name === "MOVE";
  if (isMove && view.isReadOnly) return READ_ONLY;
  const uids = await view.resolve(command.set, command.uid);
  if (uids === undefined) return bad(NO_SUCH_MESSAGE);
  const target = await account.reader.mailbox(command.mailbox);
  if (target === undefined) return noMailbox("TRYCREATE");
  if (uids.size === 0) return ok(`${command.name} completed: there was no such message`);
  const { writer } = account;
  const copied = isMove
    ? await writer.move(view.mailbox, uids, target.id)
    : await writer.copy(view.mailbox, uids, target.id);
  if (copied.kind === "over-quota") return overQuota;
  // Either mailbox may be the one that is gone; the report that follows finds out about the selected one.
  if (copied.kind === "no-mailbox") {
    view.compare();
    return noMailbox("TRYCREATE");
  }
  if (isMove || target.id === view.mailbox) view.compare();
  if (copied.from.size === 0) return ok(`${command.name} completed: there was no such message`);
  services.taught?.(account.id, { kind: "moved", from: view.mailbox, mailbox: target.id, uids: copied.to });
  const code = copyUid(copied.uidValidity, copied.from, copied.to);
  if (!isMove) return ok("COPY completed", code);
  // RFC 6851 section 4.3: before the EXPUNGE responses, so not in the tagged answer.
  output.text(`* OK [${code}] Moved\r\n`);
  return ok("MOVE completed");
}
