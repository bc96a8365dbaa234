/** A log-in from a kind of client that the account has not seen for months; the list of log-ins has the rest. */
import { clientWords } from "../web-access/client-kind.ts";
import { dateWords } from "./date-words.ts";
import { given, type Telling } from "./letter.ts";
import type { HolderNotice } from "./notices.ts";

type NewClient = Extract<HolderNotice, { readonly kind: "new-client" }>;

export const newClient: Telling<NewClient> = {
  en: ({ at, client }, { contact, domain }) => ({
    subject: "A log-in from a new program",
    paragraphs: [
      "Hello,",
      `on ${dateWords(at, "en")} somebody logged in to your account with the right password, from a program that we have not seen there before: ${given(clientWords(client, "en"))}.`,
      "What this means: nothing, if you have set up a new mail program, device or browser. The website shows all log-ins of the last ten days under Account, with their network addresses.",
      `What you can do: if this was not you, change your password at once on the website; that ends all sessions. Questions: ${contact}.`,
      domain,
    ],
  }),
  sv: ({ at, client }, { contact, domain }) => ({
    subject: "En inloggning från ett nytt program",
    paragraphs: [
      "Hej!",
      `${dateWords(at, "sv")} loggade någon in på ditt konto med rätt lösenord, från ett program som vi inte har sett där tidigare: ${given(clientWords(client, "sv"))}.`,
      "Vad det betyder: ingenting, om du har ställt in ett nytt e-postprogram, en ny enhet eller en ny webbläsare. Webbplatsen visar alla inloggningar de senaste tio dagarna under Konto, med deras nätverksadresser.",
      `Vad du kan göra: om det inte var du, byt genast lösenord på webbplatsen; det avslutar alla sessioner. Frågor: ${contact}.`,
      domain,
    ],
  }),
};
