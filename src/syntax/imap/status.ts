/** STATUS: the items that it and LIST RETURN (STATUS) ask for. RFC 9051 section 6.3.11, RFC 7162 section 3.1.7, RFC 5819. */
import type { Command, StatusItem } from "./command.ts";
import type { Cursor } from "./cursor.ts";
import { mailboxName } from "./mailbox-name.ts";

const ITEMS: ReadonlySet<string> = new Set<StatusItem>([
  "MESSAGES",
  "RECENT",
  "UIDNEXT",
  "UIDVALIDITY",
  "UNSEEN",
  "DELETED",
  "SIZE",
  "HIGHESTMODSEQ",
]);

/** Reads `(MESSAGES UNSEEN)`; what is named twice counts once. */
export function readStatusItems(cursor: Cursor): readonly StatusItem[] {
  const items = cursor.list("the list of status items", () => {
    const item = cursor.keyword("a status item");
    return ITEMS.has(item) ? (item as StatusItem) : cursor.fail("Expected a status item that this server knows.");
  });
  return [...new Set(items)];
}

export function readStatus(cursor: Cursor): Command {
  cursor.space("before the mailbox name");
  const mailbox = mailboxName(cursor.astring("a mailbox name"));
  cursor.space("before the status items");
  return { name: "STATUS", mailbox, items: readStatusItems(cursor) };
}
