/**
 * SELECT and EXAMINE, RFC 9051 section 6.3.2: answered from the mailbox's counters alone; the UIDs are loaded when a
 * command first needs them.
 */
import { SYSTEM_FLAGS } from "../../../store/flags.ts";
import type { MailboxId } from "../../../store/ids.ts";
import type { CommandOf } from "../command-of.ts";
import { noMailbox, ok, type Reply } from "../reply.ts";
import type { Session } from "../session.ts";
import { View } from "../view.ts";

const SYSTEM = SYSTEM_FLAGS.map(([name]) => name).join(" ");

export async function select(session: Session, command: CommandOf<"SELECT" | "EXAMINE">): Promise<Reply> {
  const { account, output } = session;
  if (session.state === "selected") {
    session.unselect();
    output.text("* OK [CLOSED] The mailbox selected before is closed\r\n");
  }
  account.watch();
  const state = await account.reader.mailbox(command.mailbox);
  if (state === undefined) return noMailbox();
  const isReadOnly = command.name === "EXAMINE";
  // Before anything else is waited for: a change that is told meanwhile must find the view.
  session.select(new View(account, state, isReadOnly));
  const keywords = await keywordsOf(session, state.id);
  const flags = [SYSTEM, ...keywords].join(" ");
  if (command.condstore) session.condstore = true;
  output.text(
    `* FLAGS (${flags})\r\n` +
      `* OK [PERMANENTFLAGS (${isReadOnly ? "" : `${flags} \\*`})] ${isReadOnly ? "Nothing can be changed" : "Flags that are kept"}\r\n` +
      `* ${state.messages} EXISTS\r\n` +
      "* 0 RECENT\r\n" +
      `* OK [UIDVALIDITY ${state.uidValidity}] UIDs are valid\r\n` +
      `* OK [UIDNEXT ${state.uidNext}] Predicted next UID\r\n` +
      `* OK [HIGHESTMODSEQ ${state.highestModSeq}] Highest mod-sequence\r\n`,
  );
  return ok(`${command.name} completed`, isReadOnly ? "READ-ONLY" : "READ-WRITE");
}

/** A SELECT that fails leaves nothing selected (RFC 9051 section 6.3.2). */
async function keywordsOf(session: Session, mailbox: MailboxId): Promise<readonly string[]> {
  try {
    return await session.account.reader.keywords(mailbox);
  } catch (error) {
    session.unselect();
    throw error;
  }
}
