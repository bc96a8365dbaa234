/**
 * Commands that name a mailbox, RFC 9051 section 6.3: SELECT and EXAMINE with the parameters of RFC 7162, CREATE with
 * those of RFC 6154, DELETE, RENAME, SUBSCRIBE, UNSUBSCRIBE. RFC 4466 gives parameters their form.
 */
import type { Command } from "./command.ts";
import type { Cursor } from "./cursor.ts";
import { readFlagList } from "./flag.ts";
import { mailboxName } from "./mailbox-name.ts";

function readMailbox(cursor: Cursor): string {
  cursor.space("before the mailbox name");
  return mailboxName(cursor.astring("a mailbox name"));
}

export function readSelect(cursor: Cursor, name: "SELECT" | "EXAMINE"): Command {
  const mailbox = readMailbox(cursor);
  if (cursor.seesEnd()) return { name, mailbox, condstore: false };
  cursor.space("before the parameters");
  cursor.list("the parameters", () => {
    if (cursor.keyword("a parameter") !== "CONDSTORE")
      cursor.fail('Expected "CONDSTORE", the only parameter known here.');
  });
  return { name, mailbox, condstore: true };
}

export function readCreate(cursor: Cursor): Command {
  const mailbox = readMailbox(cursor);
  if (cursor.seesEnd()) return { name: "CREATE", mailbox, specialUse: [] };
  cursor.space("before the parameters");
  const uses = cursor.list("the parameters", () => {
    if (cursor.keyword("a parameter") !== "USE") cursor.fail('Expected "USE", the only parameter known here.');
    cursor.space("before the list of uses");
    return readFlagList(cursor);
  });
  return { name: "CREATE", mailbox, specialUse: uses.flat() };
}

export function readMailboxCommand(cursor: Cursor, name: "DELETE" | "SUBSCRIBE" | "UNSUBSCRIBE"): Command {
  return { name, mailbox: readMailbox(cursor) };
}

export function readRename(cursor: Cursor): Command {
  const from = readMailbox(cursor);
  return { name: "RENAME", from, to: readMailbox(cursor) };
}
