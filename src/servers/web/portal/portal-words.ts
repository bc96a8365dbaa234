/** What the portal itself says, whichever page it shows, a language a table. */
import type { Language } from "../site/language.ts";

export type PortalWords = {
  /** Whose form came back without the token of this visitor. */
  readonly stale: readonly [title: string, sentence: string];
  /** What was sent cannot be a form of ours. */
  readonly strange: readonly [title: string, sentence: string];
  /** Something of ours does not answer for a moment. */
  readonly later: readonly [title: string, sentence: string];
  readonly again: string;
};

export const portalWords: Readonly<Record<Language, PortalWords>> = {
  en: {
    stale: [
      "Send it once more",
      "This form was not taken: it had been open for too long, or your browser did not send our cookie with it. Nothing was changed. Go back to the page, load it again, and send it once more; cookies must be allowed for this site.",
    ],
    strange: ["Not a form of ours", "What was sent here cannot be read as one of our forms. Nothing was changed."],
    later: [
      "In a moment",
      "This page cannot be shown just now: part of the service is busy, or is being restarted. Wait half a minute and load it again. If you sent a form, look first whether it was done.",
    ],
    again: "To the beginning of your account",
  },
  sv: {
    stale: [
      "Skicka en gång till",
      "Formuläret togs inte emot: det hade varit öppet för länge, eller så skickade webbläsaren inte med vår kaka. Ingenting har ändrats. Gå tillbaka till sidan, ladda om den och skicka en gång till; kakor måste vara tillåtna för den här webbplatsen.",
    ],
    strange: [
      "Inte ett av våra formulär",
      "Det som skickades hit går inte att läsa som ett av våra formulär. Ingenting har ändrats.",
    ],
    later: [
      "Om en stund",
      "Den här sidan kan inte visas just nu: en del av tjänsten är upptagen eller startas om. Vänta en halv minut och ladda om den. Om du skickade ett formulär, se först efter om det blev gjort.",
    ],
    again: "Till kontots första sida",
  },
};
