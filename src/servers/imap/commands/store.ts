/**
 * STORE and UID STORE, RFC 9051 section 6.4.6, conditional with UNCHANGEDSINCE (RFC 7162 section 3.1.3). The new flags are
 * answered from what the store says it wrote, so they are not reported again.
 */
import { modSeq } from "../../../store/ids.ts";
import type { FlagsRow, Stored } from "../../../store/mail-store.ts";
import type { CommandOf } from "../command-of.ts";
import { flagNames } from "../flag-names.ts";
import { modified } from "../../../syntax/imap/response-code.ts";
import { difference } from "../../../syntax/bytes/number-set.ts";
import { bad, no, ok, type Reply } from "../reply.ts";
import type { Session } from "../session.ts";
import { MailboxGone, NO_SUCH_MESSAGE } from "../view.ts";
import { READ_ONLY } from "./expunge.ts";

export async function store(session: Session, command: CommandOf<"STORE">): Promise<Reply> {
  const { account, services, view } = session;
  const { kind, unchangedSince } = command;
  if (view.isReadOnly) return READ_ONLY;
  if (unchangedSince !== undefined) session.enableCondstore();
  const uids = await view.resolve(command.set, command.uid);
  if (uids === undefined) return bad(NO_SUCH_MESSAGE);
  // RFC 7162 section 3.1.3: who knows mod-sequences hears the new ones though he did not ask for the flags.
  const isSilent = command.silent && !session.condstore;
  const change = { kind, flags: flagNames(command.flags), isSilent };
  const since = unchangedSince === undefined ? [] : [modSeq(unchangedSince)];
  const stored = await account.writer.store(view.mailbox, uids, change, ...since);
  if (stored.kind === "no-mailbox") throw new MailboxGone();
  if (kind === "add" && services.taught !== undefined) {
    const uidsMarked = stored.modified.size === 0 ? uids : difference(uids, stored.modified);
    services.taught(account.id, { kind: "marked", flags: change.flags, mailbox: view.mailbox, uids: uidsMarked });
  }
  if (!isSilent) await answer(session, command, stored);
  view.answeredFor(stored, uids, isSilent);
  if (stored.modified.size > 0) {
    const left = command.uid ? stored.modified : (await view.map()).seqsOf(stored.modified);
    return ok("Conditional STORE completed; some messages had changed", modified(left));
  }
  if (command.uid || stored.count === uids.size) return ok("STORE completed");
  view.compare();
  return no("EXPUNGEISSUED", "Some of the messages are gone; the others were changed");
}

async function answer(session: Session, command: CommandOf<"STORE">, stored: Stored): Promise<void> {
  const { account, condstore, output, view } = session;
  const map = await view.map();
  await account.flagTexts.loadAll(account.reader, stored.rows);
  const text = (row: FlagsRow): string => {
    const uid = command.uid ? `UID ${row.uid} ` : "";
    const flags = command.silent ? "" : `FLAGS (${account.flagTexts.of(row.flags)})`;
    const modSeqText = condstore ? `${command.silent ? "" : " "}MODSEQ (${row.modSeq})` : "";
    return `* ${map.seqOf(row.uid)} FETCH (${uid}${flags}${modSeqText})\r\n`;
  };
  for (const row of stored.rows) {
    output.text(text(row));
    if (output.isFull) await output.drain();
  }
}
