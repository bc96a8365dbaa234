/**
 * LIST, RFC 9051 section 6.3.9, with the options of RFC 5258, SPECIAL-USE (RFC 6154) and STATUS (RFC 5819). CHILDREN and
 * uses are told without being asked, which spares clients a second LIST.
 */
import { setImmediate as othersFirst } from "node:timers/promises";
import { listMatcher } from "../../../syntax/imap/list-match.ts";
import { listResponse } from "../../../syntax/imap/response.ts";
import type { CommandOf } from "../command-of.ts";
import { DELIMITER, levelsAbove, mailboxTree, NAMES_AT_ONCE, type TreeEntry } from "../mailbox-tree.ts";
import { ok, type Reply } from "../reply.ts";
import type { Session } from "../session.ts";
import { statusLine } from "../status-items.ts";

type List = CommandOf<"LIST">;

export async function list(session: Session, command: List): Promise<Reply> {
  const { output } = session;
  const { patterns, reference, select, status } = command;
  // RFC 9051 section 6.3.9: an empty pattern asks for the delimiter and the root of the reference.
  if (patterns.length === 1 && patterns[0] === "" && select.length === 0) {
    output.text(`* LIST (\\Noselect) "${DELIMITER}" ""\r\n`);
    return ok("LIST completed");
  }
  if (status?.includes("HIGHESTMODSEQ") === true) session.enableCondstore();
  const { reader } = session.account;
  const tree = mailboxTree(await reader.mailboxes(), await reader.subscriptions());
  const matchers = patterns.map((pattern) => listMatcher(reference + pattern, DELIMITER));
  const above = select.includes("RECURSIVEMATCH") ? aboveSelected(tree, command) : undefined;
  for (const [n, entry] of tree.entries()) {
    if (n % NAMES_AT_ONCE === NAMES_AT_ONCE - 1) await othersFirst();
    if (!matchers.some((matches) => matches(entry.name))) continue;
    const childInfo = above?.has(entry.name) === true;
    const isSelected = isChosen(entry, command);
    if (!isSelected && !childInfo) continue;
    output.text(
      listResponse("LIST", {
        attributes: attributesOf(entry, command),
        delimiter: DELIMITER,
        mailbox: entry.name,
        childInfo: childInfo ? select.filter((option) => option === "SUBSCRIBED") : [],
      }),
    );
    if (status !== undefined && entry.state !== undefined && isSelected) output.text(statusLine(entry.state, status));
    if (output.isFull) await output.drain();
  }
  return ok("LIST completed");
}

/** Whether the selection options want the entry; without any, what is a mailbox or a level above one. */
function isChosen(entry: TreeEntry, { select }: List): boolean {
  if (select.includes("SPECIAL-USE") && entry.specialUse === undefined) return false;
  if (select.includes("SUBSCRIBED")) return entry.isSubscribed;
  return entry.state !== undefined || entry.hasChildren;
}

/** RFC 5258 section 3.5: names below which something meets the options, whether or not the pattern names that. */
function aboveSelected(tree: readonly TreeEntry[], command: List): ReadonlySet<string> {
  const above = new Set<string>();
  for (const entry of tree) if (isChosen(entry, command)) for (const level of levelsAbove(entry.name)) above.add(level);
  return above;
}

function attributesOf(entry: TreeEntry, { select, returns }: List): readonly string[] {
  const attributes: string[] = [];
  // RFC 5258 section 3: \NonExistent says \Noselect, too; older clients know only the latter.
  if (entry.state === undefined) attributes.push("\\NonExistent", "\\Noselect");
  if (entry.isSubscribed && (select.includes("SUBSCRIBED") || returns.includes("SUBSCRIBED")))
    attributes.push("\\Subscribed");
  attributes.push(entry.hasChildren ? "\\HasChildren" : "\\HasNoChildren");
  if (entry.specialUse !== undefined) attributes.push(entry.specialUse);
  return attributes;
}
