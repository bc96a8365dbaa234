/**
 * APPEND, RFC 9051 section 6.3.12, of one message or of several (MULTIAPPEND, RFC 3502), with APPENDUID
 * (RFC 4315 section 3). What can be refused is refused before the client is asked for a message; each streams into an
 * intake and never rests in memory whole when it is large; all are kept in one commit or none, and answered after it is
 * durable.
 */
import type { MailboxState, NewMail } from "../../../store/mail-store.ts";
import { fromNumbers } from "../../../syntax/bytes/number-set.ts";
import { parseNextMessage } from "../../../syntax/imap/append.ts";
import type { AppendMessage } from "../../../syntax/imap/command.ts";
import type { Frame } from "../../../syntax/imap/frame.ts";
import { appendUid } from "../../../syntax/imap/response-code.ts";
import type { CommandOf } from "../command-of.ts";
import { flagNames } from "../flag-names.ts";
import { PeerGone } from "../output.ts";
import { bad, noMailbox, ok, overQuota, type Reply } from "../reply.ts";
import type { Session } from "../session.ts";
import { AppendBatch } from "./append-batch.ts";

export async function append(session: Session, command: CommandOf<"APPEND">): Promise<Reply> {
  const { client, services, account } = session;
  const target = await account.reader.mailbox(command.mailbox);
  const usage = await account.reader.usage();
  await using batch = new AppendBatch(services.intake, services.limits, usage);
  let message: AppendMessage = command;
  for (;;) {
    const refusal = target === undefined ? noMailbox("TRYCREATE") : batch.refusal(message.literal.size);
    if (refusal !== undefined) {
      client.refuseLiteral();
      return refusal;
    }
    client.acceptLiteral(message.literal.synchronizing);
    const next = await take(session, batch, message);
    if (next === undefined) break;
    if ("status" in next) return next;
    message = next;
  }
  // Awaited here: the batch is disposed at the end of this function, and the store still reads from the spool.
  return target === undefined ? noMailbox("TRYCREATE") : await keep(session, target, batch.mails);
}

type Following = Extract<Frame, { kind: "append-more" | "append-end" }>;

/** Takes an accepted message into the batch; gives the next one, undefined after the last, or what was wrong. */
async function take(
  session: Session,
  batch: AppendBatch,
  message: AppendMessage,
): Promise<AppendMessage | Reply | undefined> {
  const { client, services } = session;
  const intake = batch.intake();
  let failure: { readonly error: unknown } | undefined;
  let following: Following | undefined;
  while (following === undefined) {
    const frame = await client.frame();
    if (frame === undefined) throw new PeerGone("the client left in the middle of a message");
    if (frame.kind === "literal") {
      // After a failure the rest still has to be read, for the next command stands behind it.
      if (failure !== undefined) continue;
      try {
        await intake.write(frame.octets);
      } catch (error) {
        failure = { error };
      }
    } else if (frame.kind === "append-more" || frame.kind === "append-end") {
      following = frame;
    } else {
      return bad("Expected the message");
    }
  }
  const next = following.kind === "append-more" ? parseNextMessage(following.line) : undefined;
  if (next !== undefined && (failure !== undefined || next.kind === "bad")) client.refuseLiteral();
  if (next?.kind === "bad") return bad(next.sentence);
  if (following.kind === "append-end" && following.sentence !== undefined) return bad(following.sentence);
  if (failure !== undefined) throw failure.error;
  await batch.add(intake, {
    flags: flagNames(message.flags),
    internalDate: message.date?.epochMs ?? Math.floor(services.clock.now() / 1000) * 1000,
    zoneMinutes: message.date?.zoneMinutes ?? 0,
  });
  return next?.message;
}

async function keep(session: Session, target: MailboxState, mails: readonly NewMail[]): Promise<Reply> {
  const appended = await session.account.writer.append(target.id, mails);
  switch (appended.kind) {
    case "appended":
      if (session.state === "selected" && session.view.mailbox === target.id) session.view.compare();
      return ok("APPEND completed", appendUid(appended.uidValidity, fromNumbers(appended.uids)));
    case "no-mailbox":
      return noMailbox("TRYCREATE");
    case "over-quota":
      return overQuota;
  }
}
