/** CREATE, RFC 9051 section 6.3.4, with the uses of RFC 6154 section 3. Missing parents are made, too. */
import type { SpecialUse } from "../../../store/mail-store.ts";
import type { CommandOf } from "../command-of.ts";
import { no, ok, type Reply } from "../reply.ts";
import type { Session } from "../session.ts";

const USES = new Map<string, SpecialUse>(
  (["\\Archive", "\\Drafts", "\\Junk", "\\Sent", "\\Trash"] as const).map((use) => [use.toLowerCase(), use]),
);

export async function create(session: Session, command: CommandOf<"CREATE">): Promise<Reply> {
  const { reader, writer } = session.account;
  // RFC 9051 section 6.3.4: a trailing delimiter only declares that names below it will follow.
  const name = command.mailbox.replace(/\/$/, "");
  const refusal = wrongName(name);
  if (refusal !== undefined) return refusal;
  const [wanted, ...more] = command.specialUse;
  const use = wanted === undefined ? undefined : USES.get(wanted.toLowerCase());
  if (wanted !== undefined && (use === undefined || more.length > 0))
    return no("USEATTR", "A mailbox has one of the uses \\Archive, \\Drafts, \\Junk, \\Sent and \\Trash, or none");
  if (use !== undefined && (await reader.mailboxes()).some(({ specialUse }) => specialUse === use))
    return no("USEATTR", "Another mailbox has this use");
  const made = await writer.createMailbox(name, use);
  switch (made.kind) {
    case "made":
      return ok("CREATE completed");
    case "name-taken":
      return no("ALREADYEXISTS", "There is a mailbox of this name");
    case "too-many":
      return no("LIMIT", "The account cannot have more mailboxes, or more levels of them");
  }
}

/** Answers for a name that no mailbox may have. */
export function wrongName(name: string): Reply | undefined {
  if (name === "" || name.startsWith("/") || name.endsWith("/") || name.includes("//"))
    return no("CANNOT", "A mailbox name has levels parted by single slashes");
  // Wildcards could be made, but never be named in LIST; control characters break what shows them.
  if (/[%*\p{Cc}]/u.test(name)) return no("CANNOT", "A mailbox name cannot hold %, * or control characters");
  if (/^inbox\//i.test(name) && !name.startsWith("INBOX/")) return no("CANNOT", "Below INBOX write INBOX in capitals");
  return undefined;
}
