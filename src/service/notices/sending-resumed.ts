/** A person has looked: the account may send again. */
import { dateWords } from "./date-words.ts";
import type { Telling } from "./letter.ts";
import type { HolderNotice } from "./notices.ts";

type SendingResumed = Extract<HolderNotice, { readonly kind: "sending-resumed" }>;

export const sendingResumed: Telling<SendingResumed> = {
  en: ({ at }, { contact, domain }) => ({
    subject: "You can send from your account again",
    paragraphs: [
      "Hello,",
      `since ${dateWords(at, "en")} you can send from your account again. Mail that could not be sent in the meantime was refused, not kept: please send it anew.`,
      `If you did not set a new password and think that somebody else may know yours, please set one now. Answer this mail or write to ${contact} if something does not work.`,
      domain,
    ],
  }),
  sv: ({ at }, { contact, domain }) => ({
    subject: "Du kan skicka från ditt konto igen",
    paragraphs: [
      "Hej!",
      `Sedan ${dateWords(at, "sv")} kan du skicka från ditt konto igen. Brev som inte kunde skickas under tiden avvisades och sparades inte: skicka dem gärna på nytt.`,
      `Om du inte har satt ett nytt lösenord och tror att någon annan kan ditt, sätt ett nu. Svara på det här brevet eller skriv till ${contact} om något inte fungerar.`,
      domain,
    ],
  }),
};
