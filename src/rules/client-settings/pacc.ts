/**
 * Settings in JSON as the draft on provider configuration has them
 * (https://datatracker.ietf.org/doc/draft-ietf-mailmaint-pacc/): hosts without ports, for only the standard ports with TLS from
 * the first octet count there. Who reads it holds it against a digest in the DNS, so its octets change only with the settings.
 */
import { createHash } from "node:crypto";
import type { MailServices } from "./mail-services.ts";

/** RFC 8314 section 7: 993 and 465. */
const [IMAPS, SUBMISSIONS] = [993, 465];

/** @returns `undefined` where a port is another one: such a service cannot be told in this form */
export function paccJson({ name, hostName, imaps, submissions, documentation }: MailServices): string | undefined {
  if (imaps !== IMAPS || submissions !== SUBMISSIONS) return undefined;
  const host = { host: hostName };
  return `${JSON.stringify({
    // Earlier drafts call it smtp, later ones submit.
    protocols: { imap: host, smtp: host, submit: host },
    authentication: { password: true },
    info: { provider: { name: name.slice(0, 60), shortName: name.slice(0, 20) }, help: { documentation } },
  })}\n`;
}

/** The text of the TXT record at `_ua-auto-config.` and the domain. @param json as it is served */
export const paccDigest = (json: string): string =>
  `v=UAAC1; a=sha256; d=${createHash("sha256").update(json).digest("base64")}`;
