/** Mail came back into the account from a backup, by staff: what, and where to look. */
import { dateWords } from "./date-words.ts";
import type { Telling } from "./letter.ts";
import type { HolderNotice } from "./notices.ts";

type MailRestored = Extract<HolderNotice, { readonly kind: "mail-restored" }>;

export const mailRestored: Telling<MailRestored> = {
  en: ({ at, messages, takenAt }, { contact, domain }) => ({
    subject: "Mail was brought back from a backup",
    paragraphs: [
      "Hello,",
      `on ${dateWords(at, "en")} we brought mail back into your account from a backup: ${count(messages, "message", "messages")}. The backup was made on ${dateWords(takenAt, "en")}.`,
      'What this means: what came back lies in folders whose names begin with "Restored", and nothing else was changed. If there are none, the whole account had to be restored: then it is as it was when the backup was made, and later mail may be missing. Mail that you deleted shortly before the loss may be among it; what you delete now is deleted for good, here at once and in the backups within 10 days.',
      `What you can do: look through it, move what you want to keep, and delete the rest. If you did not ask for this, or if something is missing, answer this mail or write to ${contact}.`,
      `${domain}, by a program that tells each such restore`,
    ],
  }),
  sv: ({ at, messages, takenAt }, { contact, domain }) => ({
    subject: "Brev har hämtats tillbaka från en säkerhetskopia",
    paragraphs: [
      "Hej!",
      `Vi hämtade tillbaka brev till ditt konto från en säkerhetskopia, ${dateWords(at, "sv")}: ${count(messages, "brev", "brev")}. Säkerhetskopian gjordes ${dateWords(takenAt, "sv")}.`,
      'Vad det betyder: det som kom tillbaka ligger i mappar vars namn börjar med "Restored", och inget annat har ändrats. Om det inte finns några sådana fick hela kontot återställas: då är det som när säkerhetskopian gjordes, och senare brev kan saknas. Brev som du raderade strax före förlusten kan finnas bland dem; det du raderar nu är raderat för gott, här genast och i säkerhetskopiorna inom 10 dagar.',
      `Vad du kan göra: gå igenom dem, flytta det du vill behålla och radera resten. Om du inte har bett om detta, eller om något saknas, svara på det här brevet eller skriv till ${contact}.`,
      `${domain}, genom ett program som berättar om varje sådan återställning`,
    ],
  }),
};

const count = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`;
