/** Says at the recovery address that an account is being closed by its holder: the account itself can be told nothing more. */
import { dateWords } from "./date-words.ts";
import type { Telling } from "./letter.ts";
import type { OutsideNotice } from "./notices.ts";

type AccountClosing = Extract<OutsideNotice, { readonly kind: "account-closing" }>;

export const accountClosing: Telling<AccountClosing> = {
  en: ({ at, doneBy, copiesUntil }, { contact, domain }) => ({
    subject: `Your account at ${domain} is closed`,
    paragraphs: [
      "Hello,",
      `on ${dateWords(at, "en")} you closed your account. Its mail, settings and addresses are deleted by ${dateWords(doneBy, "en")}.`,
      `Encrypted backups and logs that still hold something of it are gone by ${dateWords(copiesUntil, "en")}; nothing is brought back from them. Nobody ever gets your addresses again.`,
      `This address is deleted with the account. Only if mail of yours is still on its way and does not arrive, one more letter comes and lists it. Questions: ${contact}.`,
      domain,
    ],
  }),
  sv: ({ at, doneBy, copiesUntil }, { contact, domain }) => ({
    subject: `Ditt konto hos ${domain} är avslutat`,
    paragraphs: [
      "Hej!",
      `${dateWords(at, "sv")} avslutade du ditt konto. Dess brev, inställningar och adresser är raderade senast ${dateWords(doneBy, "sv")}.`,
      `Krypterade säkerhetskopior och loggar som ännu innehåller något av det är borta senast ${dateWords(copiesUntil, "sv")}; inget hämtas tillbaka ur dem. Ingen får någonsin dina adresser igen.`,
      `Adressen raderas tillsammans med kontot. Bara om brev från dig ännu är på väg och inte kommer fram kommer ett brev till, som räknar upp dem. Frågor: ${contact}.`,
      domain,
    ],
  }),
};
