/** Says that a mailed link is good no more, or never was: one answer for all of these. */
import { html } from "../markup.ts";
import type { Reply, Visit } from "../portal/route.ts";
import type { Language } from "../site/language.ts";
import { holderWords } from "./holder-words.ts";

const words: Readonly<Record<Language, { readonly title: string; readonly anew: string }>> = {
  en: { title: "This link is good no more", anew: "Ask for a new one" },
  sv: { title: "Länken gäller inte längre", anew: "Be om en ny" },
};

/** @param path where a new one is asked for */
export function linkGone(visit: Visit, path: string): Reply {
  const { title, anew } = words[visit.language];
  const body = html`<p>${holderWords[visit.language].refusals["link-gone"]}</p>
<p><a href="${visit.to(path)}">${anew}</a></p>`;
  return { kind: "page", code: 410, page: { title, body } };
}
