/** The second step at log-in was turned on or off: also to the recovery address, so it names no address of the account. */
import { dateWords } from "./date-words.ts";
import type { Telling } from "./letter.ts";
import type { HolderNotice } from "./notices.ts";

type SecondStepChanged = Extract<HolderNotice, { readonly kind: "second-step-changed" }>;

export const secondStepChanged: Telling<SecondStepChanged> = {
  en: ({ at, change }, { contact, domain }) => {
    const what = {
      on: {
        subject: `Two-step log-in is on at ${domain}`,
        said: "two-step log-in was turned on for your account.",
        means:
          "What this means: the website asks for a code of your app after the password. Mail programs need an app password each, for they cannot ask for a code. Keep the recovery codes on paper: without your device and without them nobody can let you in.",
      },
      off: {
        subject: `Two-step log-in is off at ${domain}`,
        said: "two-step log-in was turned off for your account.",
        means: "What this means: the password alone opens your account again. App passwords hold as before.",
      },
      codes: {
        subject: `New recovery codes at ${domain}`,
        said: "new recovery codes were made for your account.",
        means: "What this means: the old recovery codes open nothing any more. Keep the new ones on paper.",
      },
    }[change];
    return {
      subject: what.subject,
      paragraphs: [
        "Hello,",
        `on ${dateWords(at, "en")} ${what.said}`,
        what.means,
        `If this was you, there is nothing more to do. If it was not, change your password at once and write to ${contact}.`,
        domain,
      ],
    };
  },
  sv: ({ at, change }, { contact, domain }) => {
    const what = {
      on: {
        subject: `Tvåstegsinloggning är på hos ${domain}`,
        said: "slogs tvåstegsinloggning på för ditt konto.",
        means:
          "Vad det betyder: webbplatsen frågar efter en kod från din app efter lösenordet. E-postprogram behöver varsitt applösenord, för de kan inte fråga efter en kod. Spara återställningskoderna på papper: utan din enhet och utan dem kan ingen släppa in dig.",
      },
      off: {
        subject: `Tvåstegsinloggning är av hos ${domain}`,
        said: "slogs tvåstegsinloggning av för ditt konto.",
        means: "Vad det betyder: lösenordet ensamt öppnar ditt konto igen. Applösenorden gäller som förut.",
      },
      codes: {
        subject: `Nya återställningskoder hos ${domain}`,
        said: "fick ditt konto nya återställningskoder.",
        means: "Vad det betyder: de gamla återställningskoderna öppnar inget längre. Spara de nya på papper.",
      },
    }[change];
    return {
      subject: what.subject,
      paragraphs: [
        "Hej!",
        `${dateWords(at, "sv")} ${what.said}`,
        what.means,
        `Om det var du behöver du inte göra något mer. Om det inte var du: byt genast lösenord och skriv till ${contact}.`,
        domain,
      ],
    };
  },
};
