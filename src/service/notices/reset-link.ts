/** The link that sets a new password when the old one is lost, to the recovery address (promise A4). */
import { dateWords } from "./date-words.ts";
import type { Telling } from "./letter.ts";
import type { OutsideNotice } from "./notices.ts";

type ResetLink = Extract<OutsideNotice, { readonly kind: "reset-link" }>;

export const resetLink: Telling<ResetLink> = {
  en: ({ link, until }, { contact, domain }) => ({
    subject: `A new password for your account at ${domain}`,
    paragraphs: [
      "Hello,",
      `somebody asked for a new password for an account whose recovery address this is. If that was you, open this link. It works once, until ${dateWords(until, "en")}:`,
      `  ${link}`,
      "With two-step log-in on you need one of your recovery codes too.",
      `If it was not you, do nothing: your password stays as it is, and nobody gets in by asking. Questions: ${contact}. We never ask for your password.`,
      domain,
    ],
  }),
  sv: ({ link, until }, { contact, domain }) => ({
    subject: `Nytt lösenord till ditt konto hos ${domain}`,
    paragraphs: [
      "Hej!",
      `någon har bett om ett nytt lösenord till ett konto som har den här återställningsadressen. Om det var du, öppna länken. Den fungerar en gång, till ${dateWords(until, "sv")}:`,
      `  ${link}`,
      "Med tvåstegsinloggning på behöver du också en av dina återställningskoder.",
      `Om det inte var du behöver du inte göra något: ditt lösenord är som det är, och ingen kommer in genom att fråga. Frågor: ${contact}. Vi frågar aldrig efter ditt lösenord.`,
      domain,
    ],
  }),
};
