/** The account password was changed: also to the recovery address, so it names no address of the account. */
import { dateWords } from "./date-words.ts";
import type { Telling } from "./letter.ts";
import type { HolderNotice } from "./notices.ts";

type PasswordChanged = Extract<HolderNotice, { readonly kind: "password-changed" }>;

export const passwordChanged: Telling<PasswordChanged> = {
  en: ({ at, by, appPasswords }, { contact, domain }) => ({
    subject: `The password of your account at ${domain} was changed`,
    paragraphs: [
      "Hello,",
      by === "recovery"
        ? `on ${dateWords(at, "en")} the password of your account was set anew with a link that we mailed to your recovery address.`
        : `on ${dateWords(at, "en")} the password of your account was changed, by somebody who knew the old one.`,
      `What this means: the old password opens nothing any more, and everybody who was logged in has to log in again. ${
        appPasswords === "kept" ? "App passwords hold as before." : "All app passwords have ended too."
      }`,
      `If this was you, there is nothing to do. If it was not, somebody else is in your account: set a new password at once with "I forgot my password" on our website, and write to ${contact}.`,
      domain,
    ],
  }),
  sv: ({ at, by, appPasswords }, { contact, domain }) => ({
    subject: `Lösenordet till ditt konto hos ${domain} har ändrats`,
    paragraphs: [
      "Hej!",
      by === "recovery"
        ? `${dateWords(at, "sv")} fick ditt konto ett nytt lösenord, med en länk som vi skickade till din återställningsadress.`
        : `${dateWords(at, "sv")} ändrades lösenordet till ditt konto, av någon som kunde det gamla.`,
      `Vad det betyder: det gamla lösenordet öppnar inget längre, och alla som var inloggade måste logga in igen. ${
        appPasswords === "kept" ? "Applösenorden gäller som förut." : "Alla applösenord har också upphört."
      }`,
      `Om det var du behöver du inte göra något. Om det inte var du är någon annan inne i ditt konto: sätt genast ett nytt lösenord med ”Jag har glömt mitt lösenord” på vår webbplats, och skriv till ${contact}.`,
      domain,
    ],
  }),
};
