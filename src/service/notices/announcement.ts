/** Promise W5: when terms or policy change, holders are told; the words are the operator's. */
import type { Telling } from "./letter.ts";
import type { HolderNotice } from "./notices.ts";

type AnnouncementNotice = Extract<HolderNotice, { readonly kind: "announcement" }>;

export const announcement: Telling<AnnouncementNotice> = {
  en: ({ words }, { domain }) => ({ subject: words.en.subject, paragraphs: [...words.en.paragraphs, domain] }),
  sv: ({ words }, { domain }) => ({ subject: words.sv.subject, paragraphs: [...words.sv.paragraphs, domain] }),
};
