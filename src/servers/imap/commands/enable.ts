/** ENABLE, RFC 5161 section 3.1. Of our extensions only CONDSTORE (RFC 7162) is switched on by it; others are passed over. */
import { enabledResponse } from "../../../syntax/imap/response.ts";
import type { CommandOf } from "../command-of.ts";
import { ok, type Reply } from "../reply.ts";
import type { Session } from "../session.ts";

export async function enable(session: Session, { capabilities }: CommandOf<"ENABLE">): Promise<Reply> {
  const isNew = capabilities.includes("CONDSTORE") && !session.condstore;
  session.output.text(enabledResponse(isNew ? ["CONDSTORE"] : []));
  if (isNew) session.enableCondstore();
  return ok("ENABLE completed");
}
