/** For the operator: a rule of the watch found something. The flag's id alone is named, for mail lives long. */
import type { Telling } from "./letter.ts";
import type { OperatorNotice } from "./notices.ts";

type AccountFlagged = Extract<OperatorNotice, { readonly kind: "account-flagged" }>;

export const accountFlagged: Telling<AccountFlagged> = {
  en: ({ flag, rule, paused }) => ({
    subject: `An account was flagged: ${flag}`,
    paragraphs: [
      `The rule "${rule}" found something odd about an account.`,
      paused
        ? "Another rule of a different kind agreed, so sending from the account was paused. Its holder was told, and can log in, read and receive."
        : "Nothing was done about it: a single sign may well be harmless.",
      `Look at it:\n    altmail watch show ${flag}`,
      `Then close it with a word, and let the account send again if it was harmless:\n    altmail watch close ${flag} --as harmless${paused ? " --resume" : ""}`,
      "The evidence is erased when the logs of its day are.",
    ],
  }),
  sv: ({ flag, rule, paused }) => ({
    subject: `Ett konto har flaggats: ${flag}`,
    paragraphs: [
      `Regeln "${rule}" fann något ovanligt hos ett konto.`,
      paused
        ? "En regel av annat slag höll med, så utskick från kontot har pausats. Innehavaren har fått veta det och kan logga in, läsa och ta emot."
        : "Ingenting har gjorts åt det: ett enda tecken kan mycket väl vara harmlöst.",
      `Titta på det:\n    altmail watch show ${flag}`,
      `Stäng sedan flaggan med ett ord, och låt kontot skicka igen om det var harmlöst:\n    altmail watch close ${flag} --as harmless${paused ? " --resume" : ""}`,
      "Underlaget raderas samtidigt som den dagens loggar.",
    ],
  }),
};
