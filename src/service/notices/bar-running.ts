/** For the operator, each month: a holder has not been told of an access yet, because a legal bar runs. */
import { dateWords } from "./date-words.ts";
import type { Telling } from "./letter.ts";
import type { OperatorNotice } from "./notices.ts";

type BarRunning = Extract<OperatorNotice, { readonly kind: "bar-running" }>;

export const barRunning: Telling<BarRunning> = {
  en: ({ record, until }) => ({
    subject: `A holder has not been told yet: ${record}`,
    paragraphs: [
      `The access ${record} is kept from the account's holder until ${dateWords(until, "en")}, because the law forbids telling.`,
      "Check whether the order still stands. If it does not, end the bar, and the holder is told at once. If nobody does anything, the holder is told at the time above. This reminder comes each month.",
    ],
  }),
  sv: ({ record, until }) => ({
    subject: `En innehavare har inte fått veta än: ${record}`,
    paragraphs: [
      `Åtkomsten ${record} hålls hemlig för kontots innehavare till ${dateWords(until, "sv")}, eftersom lagen förbjuder att den berättas.`,
      "Kontrollera om beslutet fortfarande gäller. Om inte, avsluta förbudet, så får innehavaren veta det genast. Om ingen gör något får innehavaren veta det vid tiden ovan. Den här påminnelsen kommer varje månad.",
    ],
  }),
};
