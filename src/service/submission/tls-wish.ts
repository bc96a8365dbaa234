/** What is wanted of TLS for a message that came in: RFC 8689 section 4.1. */
import { saysTlsOptional } from "../../rules/identity/tls-required.ts";
import type { TlsWish } from "../../store/outbound-queue.ts";

/** What MAIL says counts, and only without it the header. */
export function tlsWishOf(requireTls: boolean, fields: Parameters<typeof saysTlsOptional>[0]): TlsWish {
  if (requireTls) return "required";
  return saysTlsOptional(fields) ? "optional" : "policy";
}
