/** For the operator, each day: the head of the record of accesses, so that it lies somewhere that this machine cannot alter. */
import { dateWords } from "./date-words.ts";
import type { Telling } from "./letter.ts";
import type { OperatorNotice } from "./notices.ts";

type ChainHead = Extract<OperatorNotice, { readonly kind: "chain-head" }>;

export const chainHead: Telling<ChainHead> = {
  en: ({ at, entries, head }) => ({
    subject: `The record of accesses has ${entries} entries`,
    paragraphs: [
      `On ${dateWords(at, "en")} the record of staff access had ${entries} entries, and its head was:`,
      head,
      "Keep this mail outside the server. Whoever alters the record later cannot make it have this head again.",
    ],
  }),
  sv: ({ at, entries, head }) => ({
    subject: `Förteckningen över åtkomster har ${entries} poster`,
    paragraphs: [
      `Förteckningen över personalens åtkomster, ${dateWords(at, "sv")}, hade ${entries} poster, och dess huvud var:`,
      head,
      "Spara det här brevet utanför servern. Den som ändrar förteckningen i efterhand kan inte få den att ha det huvudet igen.",
    ],
  }),
};
