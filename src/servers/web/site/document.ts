/** The main part of a public page: its text, and for long ones the list of its headings; and the index of all of them. */
import { type Html, html } from "../markup.ts";
import { type Language, pathIn } from "./language.ts";
import { DOCS_PATH, type Page } from "./read-site.ts";
import { words } from "./words.ts";

/** Below this many headings a list of them is longer than a look at the page. */
const LISTED_FROM = 4;

export function documentMain(page: Page): Html {
  const { language, title, headings, html: text, group } = page;
  const word = words[language];
  const place =
    page.path.startsWith(DOCS_PATH) &&
    html`<p class="place"><a href="${pathIn(language, DOCS_PATH)}">${word.docs}</a>${group === undefined ? "" : html` <span aria-hidden="true">/</span> ${group}`}</p>\n`;
  const head = html`${place}<h1>${title}</h1>`;
  const parts = headings.filter(({ level }) => level === 2);
  const kind = page.isFaq ? "text faq" : "text";
  if (parts.length < LISTED_FROM || page.path === "/")
    return html`<article class="${kind}">\n${head}\n${text}</article>`;
  return html`<article class="${kind} listed">
<div class="head">
${head}
</div>
<nav class="contents" aria-labelledby="contents"><p id="contents">${page.isFaq ? word.questions : word.contents}</p>
<ul>${parts.map(({ id, text: name }) => html`\n<li><a href="#${id}">${name}</a></li>`)}
</ul></nav>
<div class="body">
${text}</div>
</article>`;
}

/** The index in the order of the pages, a part a group; groups come in the order of their first page. */
export function docsIndex(pages: readonly Page[], language: Language): Html {
  const word = words[language];
  const mine = pages
    .filter((page) => page.language === language && page.path.startsWith(DOCS_PATH))
    .toSorted((a, b) => a.order - b.order || a.title.localeCompare(b.title, language));
  const groups = Map.groupBy(mine, ({ group }) => group ?? word.more);
  return html`<article class="text index">
<h1>${word.docs}</h1>
<p class="lead">${word.docsSentence}</p>
${[...groups].map(
  ([group, own]) => html`<section><h2>${group}</h2>
<ul>${own.map(({ address, title, summary }) => html`<li><a href="${address}">${title}</a>${summary === undefined ? "" : html`<br><span>${summary}</span>`}</li>`)}</ul></section>
`,
)}</article>`;
}

export function errorMain(code: 404 | 405 | 500, language: Language): Html {
  const [title, sentence] = words[language].errors[code];
  return html`<article class="text">
<p class="place"><span>${code}</span></p>
<h1>${title}</h1>
<p>${sentence}</p>
<p><a href="${pathIn(language, DOCS_PATH)}">${words[language].toDocs}</a></p>
</article>`;
}
