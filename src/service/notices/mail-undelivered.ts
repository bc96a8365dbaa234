/**
 * Says at the recovery address whom the last try of an account that is deleted did not reach: its holder can be told nowhere
 * else. Other hosts' words are left out, for they may name an address of the account (promise A6).
 */
import { given, type Telling } from "./letter.ts";
import type { OutsideNotice } from "./notices.ts";

type MailUndelivered = Extract<OutsideNotice, { readonly kind: "mail-undelivered" }>;

function listOf({ recipients, more }: MailUndelivered, moreWords: string): string {
  const lines = recipients.map(({ recipient, codes }) => `  ${given(recipient)}${codes === "" ? "" : ` (${codes})`}`);
  return [...lines, ...(more > 0 ? [`  ${moreWords}`] : [])].join("\n");
}

export const mailUndelivered: Telling<MailUndelivered> = {
  en: (notice, { domain }) => ({
    subject: "Mail of yours that did not arrive",
    paragraphs: [
      "Hello,",
      "when your account was closed, mail that you had sent was still on its way. As far as their hosts took mail at that moment, each recipient got one last try. These had not taken it when the try ended, and there is no other:",
      listOf(notice, `and ${notice.more} more`),
      "No copy of that mail is left here. If it matters to you, write to them from another address. This list is kept nowhere, so nobody can tell you more.",
      domain,
    ],
  }),
  sv: (notice, { domain }) => ({
    subject: "Brev från dig som inte kom fram",
    paragraphs: [
      "Hej!",
      "När ditt konto avslutades var brev som du hade skickat ännu på väg. Så långt deras värdar tog emot brev just då gjordes ett sista försök för varje mottagare. De här hade inte tagit emot när försöket var slut, och det blir inget mer:",
      listOf(notice, `och ${notice.more} till`),
      "Ingen kopia av breven finns kvar här. Om det är viktigt för dig, skriv till dem från en annan adress. Listan sparas ingenstans, så ingen kan berätta mer.",
      domain,
    ],
  }),
};
