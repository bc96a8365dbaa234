/** Asks the holder of a mailbox elsewhere whether it shall be a recovery address; says nothing of whose account it is. */
import { dateWords } from "./date-words.ts";
import type { Telling } from "./letter.ts";
import type { OutsideNotice } from "./notices.ts";

type ConfirmRecovery = Extract<OutsideNotice, { readonly kind: "confirm-recovery" }>;

export const confirmRecovery: Telling<ConfirmRecovery> = {
  en: ({ link, until }, { contact, domain }) => ({
    subject: `Confirm this address for an account at ${domain}`,
    paragraphs: [
      "Hello,",
      `somebody gave this address as the recovery address of a mail account at ${domain}. If that was you, open this link and press the button. It works once, until ${dateWords(until, "en")}:`,
      `  ${link}`,
      "A recovery address is the way back if the password is lost. We write to it only about the account's security and its end.",
      `If it was not you, do nothing: we do not use the address then. Questions: ${contact}.`,
      domain,
    ],
  }),
  sv: ({ link, until }, { contact, domain }) => ({
    subject: `Bekräfta den här adressen för ett konto hos ${domain}`,
    paragraphs: [
      "Hej!",
      `någon har angett den här adressen som återställningsadress för ett e-postkonto hos ${domain}. Om det var du, öppna länken och tryck på knappen. Den fungerar en gång, till ${dateWords(until, "sv")}:`,
      `  ${link}`,
      "En återställningsadress är vägen tillbaka om lösenordet går förlorat. Vi skriver dit bara om kontots säkerhet och om att det upphör.",
      `Om det inte var du behöver du inte göra något: vi använder inte adressen då. Frågor: ${contact}.`,
      domain,
    ],
  }),
};
