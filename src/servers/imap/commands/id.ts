/** ID, RFC 2971: the client's name goes to the access log (promise L1), ours is the name of the software only. */
import { idResponse } from "../../../syntax/imap/response.ts";
import type { CommandOf } from "../command-of.ts";
import { ok, type Reply } from "../reply.ts";
import type { Session } from "../session.ts";

/** Characters of the client's name that the log keeps. */
const MAX_NAME = 100;

export async function id(session: Session, { fields }: CommandOf<"ID">): Promise<Reply> {
  const of = (field: string): string => fields.find(([name]) => name.toLowerCase() === field)?.[1] ?? "";
  const name = `${of("name")} ${of("version")}`.trim();
  if (name !== "") session.name(name.slice(0, MAX_NAME));
  session.output.text(idResponse([["name", "AltMail"]]));
  return ok("ID completed");
}
