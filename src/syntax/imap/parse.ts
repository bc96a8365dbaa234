/**
 * The IMAP command parser: the octets of one command in, a value of command.ts or a sentence about what was wrong out.
 * RFC 9051 section 9, RFC 3501 section 9 for older clients, and the extensions that command.ts names. Total and linear.
 *
 * Lenient where clients need it: spaces before the end of the line and of lists, keywords in any case, octets above 127
 * in strings, STORE without parentheses, dates with one-digit days. Strict elsewhere: one space is one space.
 */
import { readAppend } from "./append.ts";
import type { Command, Parsed } from "./command.ts";
import type { Cursor } from "./cursor.ts";
import { readFetch } from "./fetch.ts";
import { readList, readLsub } from "./list.ts";
import { readCreate, readMailboxCommand, readRename, readSelect } from "./mailbox-command.ts";
import { readCopy, readExpunge, readStore } from "./message-command.ts";
import { readCommand } from "./read-command.ts";
import { readSearch } from "./search.ts";
import { readAuthenticate, readEnable, readId, readLogin } from "./session-command.ts";
import { readStatus } from "./status.ts";

/** Parses one whole command: its lines with CRLF, and each literal's octets behind the line that announces it. */
export function parseCommand(octets: Uint8Array): Parsed {
  return readCommand(octets, readArguments);
}

function readArguments(cursor: Cursor, name: string): Command {
  switch (name) {
    case "CAPABILITY":
    case "NOOP":
    case "LOGOUT":
    case "CHECK":
    case "CLOSE":
    case "UNSELECT":
    case "IDLE":
    case "NAMESPACE":
      return { name };
    case "ID":
      return readId(cursor);
    case "LOGIN":
      return readLogin(cursor);
    case "AUTHENTICATE":
      return readAuthenticate(cursor);
    case "ENABLE":
      return readEnable(cursor);
    case "SELECT":
    case "EXAMINE":
      return readSelect(cursor, name);
    case "CREATE":
      return readCreate(cursor);
    case "DELETE":
    case "SUBSCRIBE":
    case "UNSUBSCRIBE":
      return readMailboxCommand(cursor, name);
    case "RENAME":
      return readRename(cursor);
    case "LIST":
      return readList(cursor);
    case "LSUB":
      return readLsub(cursor);
    case "STATUS":
      return readStatus(cursor);
    case "APPEND":
      return readAppend(cursor);
    case "UID":
      cursor.space('after "UID"');
      return readOnMessages(cursor, cursor.keyword('the name of a command after "UID"'), true);
    default:
      return readOnMessages(cursor, name, false);
  }
}

/** Commands of the selected state that have a form with UIDs. */
function readOnMessages(cursor: Cursor, name: string, uid: boolean): Command {
  switch (name) {
    case "FETCH":
      return readFetch(cursor, uid);
    case "STORE":
      return readStore(cursor, uid);
    case "SEARCH":
      return readSearch(cursor, uid);
    case "COPY":
    case "MOVE":
      return readCopy(cursor, uid, name);
    case "EXPUNGE":
      return readExpunge(cursor, uid);
    default:
      return cursor.fail(
        uid ? "Expected a command that works with UIDs." : "Expected a command that this server knows.",
      );
  }
}
