/** NAMESPACE, RFC 9051 section 6.3.10: one personal namespace without prefix, its levels parted by `/`. */
import { namespaceResponse } from "../../../syntax/imap/response.ts";
import { ok, type Reply } from "../reply.ts";
import type { Session } from "../session.ts";

export async function namespace(session: Session): Promise<Reply> {
  session.output.text(namespaceResponse("", "/"));
  return ok("NAMESPACE completed");
}
