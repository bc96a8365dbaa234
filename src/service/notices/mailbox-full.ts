/** The account is full: what becomes of mail that does not fit, and until when there is time. */
import { DAY } from "../../host/clock.ts";
import { dateWords } from "./date-words.ts";
import type { Telling } from "./letter.ts";
import type { HolderNotice } from "./notices.ts";
import { sizeWords } from "./size-words.ts";

type MailboxFull = Extract<HolderNotice, { readonly kind: "mailbox-full" }>;

/** As long as senders are asked to come again (service/delivery/recipient.ts). */
const WEEK_MS: number = 7 * DAY;

export const mailboxFull: Telling<MailboxFull> = {
  en: ({ at, octets, quotaBytes }, { contact, domain }) => ({
    subject: "Your mailbox is full",
    paragraphs: [
      "Hello,",
      `since ${dateWords(at, "en")} your mailbox is full: your mail takes ${sizeWords(octets, "en")} of ${sizeWords(quotaBytes, "en")}.`,
      `What this means: all your mail is still there, and you can read, delete and send. New mail that does not fit is not taken. Until ${dateWords(at + WEEK_MS, "en")} we ask the senders' hosts to come again, so most of it still arrives if you make room soon. After that it goes back to its senders, with the reason.`,
      "What you can do: delete what you do not need, and empty Trash and Junk, for what lies there takes room too. Mail with large attachments takes the most; most mail programs can sort by size. As soon as there is room, mail comes in again.",
      `Answer this mail or write to ${contact} if you need more room.`,
      domain,
    ],
  }),
  sv: ({ at, octets, quotaBytes }, { contact, domain }) => ({
    subject: "Din brevlåda är full",
    paragraphs: [
      "Hej!",
      `Sedan ${dateWords(at, "sv")} är din brevlåda full: dina brev tar ${sizeWords(octets, "sv")} av ${sizeWords(quotaBytes, "sv")}.`,
      `Vad det betyder: alla dina brev finns kvar, och du kan läsa, radera och skicka. Nya brev som inte får plats tas inte emot. Till och med ${dateWords(at + WEEK_MS, "sv")} ber vi avsändarnas servrar att försöka igen, så det mesta kommer ändå fram om du gör plats snart. Därefter går breven tillbaka till avsändarna, med skälet.`,
      "Vad du kan göra: radera det du inte behöver och töm papperskorgen och skräpposten, för det som ligger där tar också utrymme. Brev med stora bilagor tar mest; de flesta e-postprogram kan sortera efter storlek. Så snart det finns plats kommer nya brev in igen.",
      `Svara på det här brevet eller skriv till ${contact} om du behöver mer utrymme.`,
      domain,
    ],
  }),
};
