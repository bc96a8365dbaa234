/** The account has crossed 90 percent of its quota: what that means, and how there is room again. */
import { dateWords } from "./date-words.ts";
import type { Telling } from "./letter.ts";
import type { HolderNotice } from "./notices.ts";
import { sizeWords } from "./size-words.ts";

type MailboxNearlyFull = Extract<HolderNotice, { readonly kind: "mailbox-nearly-full" }>;

export const mailboxNearlyFull: Telling<MailboxNearlyFull> = {
  en: ({ at, octets, quotaBytes }, { contact, domain }) => ({
    subject: "Your mailbox is nearly full",
    paragraphs: [
      "Hello,",
      `since ${dateWords(at, "en")} your mail takes more than 90 percent of its room: ${sizeWords(octets, "en")} of ${sizeWords(quotaBytes, "en")}.`,
      "What this means: nothing is lost, and mail comes in as before. But when the room is used up, new mail can no longer be taken.",
      "What you can do: delete what you do not need, and empty Trash and Junk, for what lies there takes room too. Mail with large attachments takes the most; most mail programs can sort by size.",
      `Answer this mail or write to ${contact} if you need more room. You get another notice if your mailbox becomes full.`,
      domain,
    ],
  }),
  sv: ({ at, octets, quotaBytes }, { contact, domain }) => ({
    subject: "Din brevlåda är nästan full",
    paragraphs: [
      "Hej!",
      `Sedan ${dateWords(at, "sv")} tar dina brev mer än 90 procent av sitt utrymme: ${sizeWords(octets, "sv")} av ${sizeWords(quotaBytes, "sv")}.`,
      "Vad det betyder: ingenting går förlorat, och brev kommer in som förut. Men när utrymmet är slut kan nya brev inte längre tas emot.",
      "Vad du kan göra: radera det du inte behöver och töm papperskorgen och skräpposten, för det som ligger där tar också utrymme. Brev med stora bilagor tar mest; de flesta e-postprogram kan sortera efter storlek.",
      `Svara på det här brevet eller skriv till ${contact} om du behöver mer utrymme. Du får ett nytt meddelande om brevlådan blir full.`,
      domain,
    ],
  }),
};
