/**
 * The one cookie of the portal (RFC 6265). The prefix `__Host-` binds it to this very host and to TLS, so that no name beside
 * or below ours can set it. SameSite is Lax, not Strict: who comes from a letter or back from paying follows a link and must
 * be known; a GET changes nothing, and every POST carries the form's token besides.
 */
import { parseToken, type VisitToken } from "./token.ts";

const NAME = "__Host-visit";
const ATTRIBUTES = "Path=/; Secure; HttpOnly; SameSite=Lax";

/** Reads the token out of a Cookie field; the first, should there be several. */
export function readCookie(field: string | undefined): VisitToken | undefined {
  for (const part of (field ?? "").split(";")) {
    const [name, value] = part.trim().split("=", 2);
    if (name === NAME && value !== undefined) return parseToken(value);
  }
  return undefined;
}

/** The value of Set-Cookie. Without `staysS` it ends with the browser's session. */
export const writeCookie = (token: VisitToken, staysS?: number): string =>
  `${NAME}=${token}; ${ATTRIBUTES}${staysS === undefined ? "" : `; Max-Age=${staysS}`}`;

export const dropCookie: string = `${NAME}=; ${ATTRIBUTES}; Max-Age=0`;
