/**
 * Flags as commands name them, RFC 9051 section 9: keywords as written, system flags in the RFC's spelling whatever the
 * client's. `\Recent` is read too: clients of IMAP4rev1 copy it from one mailbox to the next; it is for the server to
 * pass over.
 */
import { BACKSLASH } from "./octet.ts";
import type { Cursor } from "./cursor.ts";

const SYSTEM = new Map(
  ["\\Answered", "\\Flagged", "\\Deleted", "\\Seen", "\\Draft", "\\Recent"].map((name) => [name.toLowerCase(), name]),
);

/** Reads a system flag, flag extension or keyword. */
export function readFlag(cursor: Cursor): string {
  if (cursor.peek() !== BACKSLASH) return cursor.atom("a flag");
  cursor.at++;
  const name = `\\${cursor.atom("the name of a flag after the backslash")}`;
  return SYSTEM.get(name.toLowerCase()) ?? name;
}

/** Reads `flag-list`: `(\Seen $Junk)` or `()`. */
export function readFlagList(cursor: Cursor): readonly string[] {
  return cursor.list("the list of flags", () => readFlag(cursor), true);
}

/** Reads the flags of STORE, which may come without parentheses. */
export function readStoreFlags(cursor: Cursor): readonly string[] {
  if (cursor.sees("(")) return readFlagList(cursor);
  const flags = [readFlag(cursor)];
  while (!cursor.seesEnd()) {
    cursor.space("between flags");
    flags.push(readFlag(cursor));
  }
  return flags;
}
