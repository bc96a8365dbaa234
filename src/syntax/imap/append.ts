/**
 * APPEND up to its message, RFC 9051 section 6.3.12: the octets from the tag to the CRLF of the message's `{n}`. The
 * message itself never comes here, so that it can stream. A mailbox name as a literal lies within the prefix.
 */
import type { AppendCommand, Parsed } from "./command.ts";
import type { Cursor } from "./cursor.ts";
import { readDateTime } from "./date.ts";
import { readFlagList } from "./flag.ts";
import { mailboxName } from "./mailbox-name.ts";
import { readCommand } from "./read-command.ts";

/** Parses the octets of an APPEND up to and including the CRLF of its message's literal header. */
export function parseAppend(prefix: Uint8Array): Parsed {
  return readCommand(prefix, (cursor, name) =>
    name === "APPEND" ? readAppend(cursor) : cursor.fail('Expected "APPEND".'),
  );
}

/** Reads the arguments of APPEND, the header of its literal included. */
export function readAppend(cursor: Cursor): AppendCommand {
  cursor.space("before the mailbox name");
  const mailbox = mailboxName(cursor.astring("a mailbox name"));
  cursor.space("after the mailbox name");
  let flags: readonly string[] = [];
  if (cursor.sees("(")) {
    flags = readFlagList(cursor);
    cursor.space("after the flags");
  }
  let date: AppendCommand["date"];
  if (cursor.sees('"')) {
    date = readDateTime(cursor);
    cursor.space("after the date and time");
  }
  if (cursor.sees("~")) cursor.fail("Expected the message as a plain literal: binary literals are not offered.");
  if (!cursor.sees("{")) cursor.fail("Expected the message as a literal.");
  return { name: "APPEND", mailbox, flags, date, literal: cursor.literalHeader() };
}
