/**
 * LSUB, RFC 3501 section 6.3.9, for clients of IMAP4rev1: subscribed names. A `%` that stops at a level whose name is not
 * subscribed, but something below it is, gives that level with \Noselect.
 */
import { setImmediate as othersFirst } from "node:timers/promises";
import { listMatcher } from "../../../syntax/imap/list-match.ts";
import { listResponse } from "../../../syntax/imap/response.ts";
import type { CommandOf } from "../command-of.ts";
import { DELIMITER, levelsAbove, NAMES_AT_ONCE } from "../mailbox-tree.ts";
import { ok, type Reply } from "../reply.ts";
import type { Session } from "../session.ts";

export async function lsub(session: Session, { reference, pattern }: CommandOf<"LSUB">): Promise<Reply> {
  const matches = listMatcher(reference + pattern, DELIMITER);
  const subscribed = new Set(await session.account.reader.subscriptions());
  const found = new Map<string, readonly string[]>();
  for (const [n, name] of [...subscribed].entries()) {
    if (n % NAMES_AT_ONCE === NAMES_AT_ONCE - 1) await othersFirst();
    if (matches(name)) found.set(name, []);
    if (!pattern.endsWith("%")) continue;
    for (const parent of levelsAbove(name))
      if (!subscribed.has(parent) && matches(parent)) found.set(parent, ["\\Noselect"]);
  }
  for (const [mailbox, attributes] of found)
    session.output.text(listResponse("LSUB", { attributes, delimiter: DELIMITER, mailbox }));
  return ok("LSUB completed");
}
