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
      `since ${dateWords(at, "en")} you can send from your account again.`,
      "What you had sent before the pause and was still on its way was held. It leaves now, within five minutes; please do not send it anew. If we took mail out that somebody else had sent in your name, the list of what you sent says so. What you tried to send during the pause was refused, not kept: please send that anew.",
      `If you did not set a new password and think that somebody else may know yours, please set one now. Answer this mail or write to ${contact} if something does not work.`,
      domain,
    ],
  }),
  sv: ({ at }, { contact, domain }) => ({
    subject: "Du kan skicka från ditt konto igen",
    paragraphs: [
      "Hej!",
      `Sedan ${dateWords(at, "sv")} kan du skicka från ditt konto igen.`,
      "Det som du hade skickat före pausen och som ännu var på väg hölls kvar. Det går i väg nu, inom fem minuter; skicka det inte på nytt. Om vi tog bort brev som någon annan hade skickat i ditt namn står det i listan över vad du har skickat. Det som du försökte skicka under pausen avvisades och sparades inte: skicka det på nytt.",
      `Om du inte har satt ett nytt lösenord och tror att någon annan kan ditt, sätt ett nu. Svara på det här brevet eller skriv till ${contact} om något inte fungerar.`,
      domain,
    ],
  }),
};
