/** The link that closes an account, mailed to the account itself: whoever closes it must be able to read its mail. */
import { dateWords } from "./date-words.ts";
import type { Telling } from "./letter.ts";
import type { HolderNotice } from "./notices.ts";

type CloseAccountLink = Extract<HolderNotice, { readonly kind: "close-account-link" }>;

export const closeAccountLink: Telling<CloseAccountLink> = {
  en: ({ link, until }, { contact, domain }) => ({
    subject: "Close your account?",
    paragraphs: [
      "Hello,",
      `you asked to close your account. This link shows what happens then, and a button that does it. It works once, until ${dateWords(until, "en")}:`,
      `  ${link}`,
      "What closing means: all mail, settings and addresses of the account are deleted within ten minutes, for good. Nobody can bring them back, and nobody ever gets the addresses again.",
      `If you did not ask for this, do not open the link. Somebody knows your password then: change it, and write to ${contact}.`,
      domain,
    ],
  }),
  sv: ({ link, until }, { contact, domain }) => ({
    subject: "Avsluta ditt konto?",
    paragraphs: [
      "Hej!",
      `du bad om att avsluta ditt konto. Den här länken visar vad som händer då, och en knapp som gör det. Den fungerar en gång, till ${dateWords(until, "sv")}:`,
      `  ${link}`,
      "Vad det betyder: alla kontots brev, inställningar och adresser raderas inom tio minuter, för gott. Ingen kan få tillbaka dem, och ingen får någonsin adresserna igen.",
      `Om du inte bad om det här, öppna inte länken. Då är det någon som kan ditt lösenord: byt det, och skriv till ${contact}.`,
      domain,
    ],
  }),
};
