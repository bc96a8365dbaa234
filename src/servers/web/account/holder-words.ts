/** Words that several of the holder's pages say: fields, and why something was not done. */
import type { RefusalReason, Refused } from "../../../service/accounts/accounts.ts";
import type { Problems } from "../portal/fields.ts";
import type { Language } from "../site/language.ts";

const en = {
  back: "Back to your account",
  toLogIn: "To log-in",
  utc: "Times are in UTC.",
  whose: "Account",
  passwordNow: "Your password",
  passwordNowHint: "The one that you log in with: so that nobody who finds your browser open can do this.",
  refusals: {
    invalid: "This cannot be used. Change it and send the form again.",
    "no-account": "The account was deleted meanwhile.",
    taken: "This address is not free. Choose another one.",
    "too-many": "There is no room for more. Remove one first, or wait an hour.",
    state: "This was changed meanwhile. Load the page again and look.",
    "not-found": "It is not there any more. Load the page again and look.",
    busy: "Too many passwords are being checked at this moment. Nothing was changed: send the form again in a few seconds.",
    "wrong-password": "The password is wrong. Type the one that you log in with.",
    "wrong-code":
      "The code is wrong, or was used already. Wait for the next one, and see that the clock of your device is right.",
    "link-gone": "This link was used already, or its hour is over. Ask for a new one.",
  },
};

export type HolderWords = Omit<typeof en, "refusals"> & { readonly refusals: Readonly<Record<RefusalReason, string>> };

export const holderWords: Readonly<Record<Language, HolderWords>> = {
  en,
  sv: {
    back: "Tillbaka till kontot",
    toLogIn: "Till inloggningen",
    utc: "Tider anges i UTC.",
    whose: "Konto",
    passwordNow: "Ditt lösenord",
    passwordNowHint: "Det som du loggar in med: så kan ingen som hittar din webbläsare öppen göra det här.",
    refusals: {
      invalid: "Det här går inte att använda. Ändra det och skicka formuläret igen.",
      "no-account": "Kontot har tagits bort under tiden.",
      taken: "Adressen är inte ledig. Välj en annan.",
      "too-many": "Det finns inte plats för fler. Ta bort något först, eller vänta en timme.",
      state: "Det här har ändrats under tiden. Ladda om sidan och se efter.",
      "not-found": "Det finns inte längre. Ladda om sidan och se efter.",
      busy: "För många lösenord kontrolleras just nu. Ingenting har ändrats: skicka formuläret igen om några sekunder.",
      "wrong-password": "Lösenordet är fel. Skriv det som du loggar in med.",
      "wrong-code": "Koden är fel eller redan använd. Vänta på nästa, och se till att klockan i din enhet går rätt.",
      "link-gone": "Länken är redan använd, eller så har dess timme gått. Be om en ny.",
    },
  },
};

/** What is wrong, at the field that it concerns. @param own sentences of the page for what it knows better */
export function problemOf(
  language: Language,
  { reason }: Pick<Refused, "reason">,
  fieldOf: (reason: RefusalReason) => string,
  own: Partial<Readonly<Record<RefusalReason, string>>> = {},
): Problems {
  return new Map([[fieldOf(reason), own[reason] ?? holderWords[language].refusals[reason]]]);
}
