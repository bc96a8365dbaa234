/** What the portal itself says, whichever page it shows, a language a table. */
import type { Language } from "../site/language.ts";

export type PortalWords = {
  /** Whose form came back without the token of this visitor. */
  readonly stale: readonly [title: string, sentence: string];
  /** What was sent cannot be a form of ours. */
  readonly strange: readonly [title: string, sentence: string];
  readonly again: string;
};

export const portalWords: Readonly<Record<Language, PortalWords>> = {
  en: {
    stale: [
      "Send it once more",
      "This form was not taken: it had been open for too long, or your browser did not send our cookie with it. Nothing was changed. Go back to the page, load it again, and send it once more; cookies must be allowed for this site.",
    ],
    strange: ["Not a form of ours", "What was sent here cannot be read as one of our forms. Nothing was changed."],
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
    again: "Till kontots första sida",
  },
};
