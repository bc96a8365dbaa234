/** Messages as a mail client would write them. */
import { DOMAIN } from "../lab.ts";
import type { Letter } from "./submission-client.ts";

/** From u1, with a subject that a test finds again. Parameters may stand behind an address. */
export function letterTo(to: readonly string[], subject: string, more: Partial<Letter> = {}): Letter {
  const from = more.from ?? `u1@${DOMAIN}`;
  const addresses = to.map((one) => `<${one.split(" ")[0]}>`).join(", ");
  const text = `From: Anna <${from}>\r\nTo: ${addresses}\r\nSubject: ${subject}\r\n\r\nA few words.\r\n`;
  return { from, to, text, ...more };
}
