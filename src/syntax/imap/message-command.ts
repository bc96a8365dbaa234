/**
 * Commands that change the selected mailbox: STORE with UNCHANGEDSINCE (RFC 9051 section 6.4.6, RFC 7162 section 3.1.3),
 * COPY, MOVE (RFC 6851) and EXPUNGE, by UID too (RFC 4315 section 2.1).
 */
import type { Command, StoreCommand } from "./command.ts";
import type { Cursor } from "./cursor.ts";
import { readStoreFlags } from "./flag.ts";
import { mailboxName } from "./mailbox-name.ts";
import { readSequenceSet } from "./sequence.ts";

export function readStore(cursor: Cursor, uid: boolean): Command {
  cursor.space("before the messages");
  const set = readSequenceSet(cursor);
  cursor.space("after the messages");
  const unchangedSince = cursor.sees("(") ? readModifiers(cursor) : undefined;
  const { kind, silent } = readAction(cursor);
  cursor.space("before the flags");
  return { name: "STORE", uid, set, kind, silent, flags: readStoreFlags(cursor), unchangedSince };
}

function readModifiers(cursor: Cursor): number | undefined {
  let unchangedSince: number | undefined;
  cursor.list("the modifiers", () => {
    if (cursor.keyword("a modifier") !== "UNCHANGEDSINCE")
      cursor.fail('Expected "UNCHANGEDSINCE", the only modifier known here.');
    cursor.space('after "UNCHANGEDSINCE"');
    unchangedSince = cursor.number("a mod-sequence");
  });
  cursor.space("after the modifiers");
  return unchangedSince;
}

function readAction(cursor: Cursor): Pick<StoreCommand, "kind" | "silent"> {
  const kind = cursor.takes("+") ? "add" : cursor.takes("-") ? "remove" : "replace";
  const word = cursor.keyword('"FLAGS"');
  if (word !== "FLAGS" && word !== "FLAGS.SILENT") cursor.fail('Expected "FLAGS" or "FLAGS.SILENT".');
  return { kind, silent: word === "FLAGS.SILENT" };
}

export function readCopy(cursor: Cursor, uid: boolean, name: "COPY" | "MOVE"): Command {
  cursor.space("before the messages");
  const set = readSequenceSet(cursor);
  cursor.space("before the mailbox name");
  return { name, uid, set, mailbox: mailboxName(cursor.astring("a mailbox name")) };
}

/** EXPUNGE alone takes no messages, UID EXPUNGE must. */
export function readExpunge(cursor: Cursor, uid: boolean): Command {
  if (!uid) return { name: "EXPUNGE", uids: undefined };
  cursor.space("before the messages");
  return { name: "EXPUNGE", uids: readSequenceSet(cursor) };
}
