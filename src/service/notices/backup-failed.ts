/** For the operator: a backup did not come about. */
import { dateWords } from "./date-words.ts";
import { given, type Telling } from "./letter.ts";
import type { OperatorNotice } from "./notices.ts";

type BackupFailed = Extract<OperatorNotice, { readonly kind: "backup-failed" }>;

export const backupFailed: Telling<BackupFailed> = {
  en: ({ at, sentence }) => ({
    subject: "The backup failed",
    paragraphs: [
      `The backup of ${dateWords(at, "en")} did not come about.`,
      given(sentence),
      "The sets that were there before are still good. Mend what is said above, then make one by hand:\n    altmail backup create",
    ],
  }),
  sv: ({ at, sentence }) => ({
    subject: "Säkerhetskopieringen misslyckades",
    paragraphs: [
      `Säkerhetskopian ${dateWords(at, "sv")} blev inte av. Programmet säger (på engelska):`,
      given(sentence),
      "De uppsättningar som fanns sedan tidigare är fortfarande bra. Åtgärda det som står ovan och gör sedan en för hand:\n    altmail backup create",
    ],
  }),
};
