/**
 * APPEND up to its message, RFC 9051 section 6.3.12: the octets from the tag to the CRLF of the message's `{n}`; and what
 * stands before each further message, RFC 3502. The messages themselves never come here, so that they can stream. A
 * mailbox name as a literal lies within the prefix.
 */
import type { AppendCommand, AppendMessage, Parsed } from "./command.ts";
import { Cursor } from "./cursor.ts";
import { readDateTime } from "./date.ts";
import { readFlagList } from "./flag.ts";
import { mailboxName } from "./mailbox-name.ts";
import { type Bad, readCommand, readOrBad } from "./read-command.ts";

/** Parses the octets of an APPEND up to and including the CRLF of its message's literal header. */
export function parseAppend(prefix: Uint8Array): Parsed {
  return readCommand(prefix, (cursor, name) =>
    name === "APPEND" ? readAppend(cursor) : cursor.fail('Expected "APPEND".'),
  );
}

/** Parses what stands between a message of an APPEND and the next, the CRLF of the literal's header included. */
export function parseNextMessage(
  line: Uint8Array,
): { readonly kind: "message"; readonly message: AppendMessage } | Bad {
  return readOrBad(() => {
    const cursor = new Cursor(line);
    cursor.space("before the next message");
    const message = readMessage(cursor);
    if (cursor.at !== line.length) cursor.end();
    return { kind: "message", message };
  });
}

/** Reads the arguments of APPEND, the header of its literal included. */
export function readAppend(cursor: Cursor): AppendCommand {
  cursor.space("before the mailbox name");
  const mailbox = mailboxName(cursor.astring("a mailbox name"));
  cursor.space("after the mailbox name");
  return { name: "APPEND", mailbox, ...readMessage(cursor) };
}

function readMessage(cursor: Cursor): AppendMessage {
  let flags: readonly string[] = [];
  if (cursor.sees("(")) {
    flags = readFlagList(cursor);
    cursor.space("after the flags");
  }
  let date: AppendMessage["date"];
  if (cursor.sees('"')) {
    date = readDateTime(cursor);
    cursor.space("after the date and time");
  }
  if (cursor.sees("~")) cursor.fail("Expected the message as a plain literal: binary literals are not offered.");
  if (!cursor.sees("{")) cursor.fail("Expected the message as a literal.");
  return { flags, date, literal: cursor.literalHeader() };
}
