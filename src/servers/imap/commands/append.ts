/**
 * APPEND, RFC 9051 section 6.3.12, with APPENDUID (RFC 4315 section 3). What can be refused is refused before the client
 * is asked for the message; the message streams into an intake, never rests in memory whole when it is large, and is
 * answered after its commit is durable.
 */
import { StoreError } from "../../../store/store-error.ts";
import type { MailboxState, NewMail } from "../../../store/mail-store.ts";
import { appendUid } from "../../../syntax/imap/response-code.ts";
import type { CommandOf } from "../command-of.ts";
import { flagNames } from "../flag-names.ts";
import { PeerGone } from "../output.ts";
import { bad, no, noMailbox, ok, overQuota, type Reply } from "../reply.ts";
import type { Session } from "../session.ts";

export async function append(session: Session, command: CommandOf<"APPEND">): Promise<Reply> {
  const target = await targetOf(session, command);
  if ("status" in target) {
    session.client.refuseLiteral();
    return target;
  }
  session.client.acceptLiteral(command.literal.synchronizing);
  await using intake = session.services.intake();
  let failure: { readonly error: unknown } | undefined;
  for (;;) {
    const frame = await session.client.frame();
    if (frame === undefined) throw new PeerGone("the client left in the middle of a message");
    if (frame.kind === "literal") {
      // After a failure the rest still has to be read, for the next command stands behind it.
      if (failure !== undefined) continue;
      try {
        await intake.write(frame.octets);
      } catch (error) {
        failure = { error };
      }
    } else if (frame.kind === "append-end") {
      if (frame.sentence !== undefined) return bad(frame.sentence);
      break;
    } else {
      return bad("Expected the message");
    }
  }
  if (failure !== undefined) throw failure.error;
  const { content, derived } = await intake.finish();
  return keep(session, target, {
    content,
    derived,
    flags: flagNames(command.flags),
    internalDate: command.date?.epochMs ?? Math.floor(session.services.clock.now() / 1000) * 1000,
    zoneMinutes: command.date?.zoneMinutes ?? 0,
  });
}

/** The mailbox, or why the message is not wanted. */
async function targetOf(session: Session, command: CommandOf<"APPEND">): Promise<MailboxState | Reply> {
  const { maxAppendBytes } = session.services.limits;
  const { size } = command.literal;
  if (size > maxAppendBytes) return no("TOOBIG", `A message may have ${maxAppendBytes} octets at most`);
  if (size === 0) return no("CANNOT", "A message of no octets is not kept");
  const { reader } = session.account;
  const state = await reader.mailbox(command.mailbox);
  if (state === undefined) return noMailbox("TRYCREATE");
  const usage = await reader.usage();
  return usage.octets + size > usage.quotaBytes ? overQuota : state;
}

async function keep(session: Session, target: MailboxState, mail: NewMail): Promise<Reply> {
  const appended = await session.account.writer.append(target.id, [mail]);
  switch (appended.kind) {
    case "appended": {
      const [uid] = appended.uids;
      if (uid === undefined) throw new StoreError("io", "an append gave no UID");
      if (session.state === "selected" && session.view.mailbox === target.id) session.view.compare();
      return ok("APPEND completed", appendUid(appended.uidValidity, uid));
    }
    case "no-mailbox":
      return noMailbox("TRYCREATE");
    case "over-quota":
      return overQuota;
  }
}
