/** A page of the portal in the frame of the site: title, what is wrong, body. Its title says at once when something is wrong. */
import { type Html, html } from "../markup.ts";
import { type Language, LANGUAGES, pathIn } from "../site/language.ts";
import { type Frame, layout } from "../site/layout.ts";
import { words } from "../site/words.ts";
import { noProblems, problemList } from "./fields.ts";
import { portalWords } from "./portal-words.ts";
import type { PortalPage } from "./route.ts";

export function portalPage(
  frame: Frame,
  { title, body, problems = noProblems, script }: PortalPage,
  { language, path }: { readonly language: Language; readonly path: string },
): Html {
  const main = html`<article class="text">
<h1>${title}</h1>
${problemList(problems, language)}${body}
</article>`;
  const heading = problems.size === 0 ? title : `${words[language].problemPrefix}: ${title}`;
  return layout(frame, {
    language,
    title: heading,
    path,
    languages: LANGUAGES,
    main,
    kind: "account",
    ...(script === undefined ? {} : { script }),
  });
}

/** `later`: it cannot be answered for now. */
export type Refusal = "stale" | "strange" | "later";

/** Says that what was sent was not taken, or that it is not known. */
export function refusalPage(why: Refusal, language: Language): PortalPage {
  const { again, [why]: refused } = portalWords[language];
  const [title, sentence] = refused;
  return { title, body: html`<p>${sentence}</p>\n<p><a href="${pathIn(language, "/account/")}">${again}</a></p>` };
}
