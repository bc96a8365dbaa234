/** The recovery address of an account was set, changed or removed (promise A4): also to the one that was before. */
import { dateWords } from "./date-words.ts";
import type { Telling } from "./letter.ts";
import type { HolderNotice } from "./notices.ts";

type RecoveryAddressChanged = Extract<HolderNotice, { readonly kind: "recovery-address-changed" }>;

export const recoveryAddressChanged: Telling<RecoveryAddressChanged> = {
  en: ({ at, change }, { contact, domain }) => ({
    subject:
      change === "set"
        ? `The recovery address of your account at ${domain} has changed`
        : `Your account at ${domain} has no recovery address any more`,
    paragraphs: [
      "Hello,",
      change === "set"
        ? `on ${dateWords(at, "en")} your account got a recovery address that its holder has confirmed. If it had another before, that one leads to nothing now.`
        : `on ${dateWords(at, "en")} the recovery address was removed from your account.`,
      change === "set"
        ? "What this means: if the password is lost, a link to the new address is the only way back."
        : "What this means: if the password is lost, there is no way back. Nobody can help then, we cannot either.",
      `If this was you, there is nothing to do. If it was not, change your password at once and write to ${contact}.`,
      domain,
    ],
  }),
  sv: ({ at, change }, { contact, domain }) => ({
    subject:
      change === "set"
        ? `Återställningsadressen till ditt konto hos ${domain} har ändrats`
        : `Ditt konto hos ${domain} har ingen återställningsadress längre`,
    paragraphs: [
      "Hej!",
      change === "set"
        ? `${dateWords(at, "sv")} fick ditt konto en återställningsadress som innehavaren har bekräftat. Om det hade en annan tidigare leder den inte till något längre.`
        : `${dateWords(at, "sv")} togs återställningsadressen bort från ditt konto.`,
      change === "set"
        ? "Vad det betyder: om lösenordet går förlorat är en länk till den nya adressen den enda vägen tillbaka."
        : "Vad det betyder: om lösenordet går förlorat finns ingen väg tillbaka. Ingen kan hjälpa till då, inte heller vi.",
      `Om det var du behöver du inte göra något. Om det inte var du: byt genast lösenord och skriv till ${contact}.`,
      domain,
    ],
  }),
};
