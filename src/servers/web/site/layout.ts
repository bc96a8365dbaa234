/** The frame of every page, public and of the portal: head, header with Home, Account and Docs, main part, footer. */
import { type Html, html, type Part } from "../markup.ts";
import { type Language, LANGUAGES, pathIn } from "./language.ts";
import { mark } from "./mark.ts";
import { dayIn, words } from "./words.ts";

/** What is the same on every page of a site. */
export type Frame = {
  /** Of the service. */
  readonly name: string;
  /** Where the style and the icon are served. */
  readonly stylePath: string;
  readonly iconPath: string;
  /** Whether there is a portal to lead to. */
  readonly hasAccounts: boolean;
  /** Pages that every footer names, as far as they are there: address and title. */
  readonly footer: Readonly<Record<Language, readonly { readonly address: string; readonly title: string }[]>>;
};

export type Leaf = {
  readonly language: Language;
  readonly title: string;
  readonly summary?: string | undefined;
  /** As in English; `undefined`: a page without an address of its own, such as an error. */
  readonly path: string | undefined;
  /** Languages that have this page. */
  readonly languages: readonly Language[];
  readonly main: Part;
  /** The day of the last change. */
  readonly updated?: string;
  /** Words of the style: "home", "docs", "account". */
  readonly kind: string;
  /** Address of the one script that the page has; public pages have none. */
  readonly script?: string;
};

export function layout(frame: Frame, leaf: Leaf): Html {
  const { language, title, path, summary } = leaf;
  const word = words[language];
  const heading = path === "/" ? `${frame.name} · ${title}` : `${title} · ${frame.name}`;
  return html`<!DOCTYPE html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${heading}</title>${summary === undefined ? "" : html`\n<meta name="description" content="${summary}">`}
<link rel="icon" type="image/svg+xml" href="${frame.iconPath}">
<link rel="stylesheet" href="${frame.stylePath}">${alternates(leaf)}${leaf.script === undefined ? "" : html`\n<script src="${leaf.script}" defer></script>`}
</head>
<body class="${leaf.kind}">
<a class="skip" href="#main">${word.skip}</a>
<header>
<a class="name" href="${pathIn(language, "/")}">${mark}<span>${frame.name}</span></a>
<nav aria-label="${word.navigation}"><ul>${entries(frame, leaf)}</ul></nav>
${otherLanguage(leaf)}
</header>
<main id="main" tabindex="-1">
${leaf.main}
</main>
<footer>${leaf.updated === undefined ? "" : html`\n<p>${word.updated} <time datetime="${leaf.updated}">${dayIn(language, leaf.updated)}</time>${leaf.script === undefined && leaf.kind !== "account" ? html`. ${word.still}` : ""}</p>`}
${links(frame.footer[language])}
</footer>
</body>
</html>
`;
}

const links = (given: Frame["footer"][Language]): Html | "" =>
  given.length === 0
    ? ""
    : html`<ul>${given.map(({ address, title }) => html`<li><a href="${address}">${title}</a></li>`)}</ul>`;

/** The entry that the reader is in is marked: exactly there as the page, else as its part. */
function entries({ hasAccounts }: Frame, { language, kind, path }: Leaf): readonly Html[] {
  const { home, account, docs } = words[language];
  const all = [
    { kind: "home", path: "/", text: home },
    ...(hasAccounts ? [{ kind: "account", path: "/account/", text: account }] : []),
    { kind: "docs", path: "/docs/", text: docs },
  ];
  return all.map((entry) => {
    const current = entry.path === path ? "page" : "true";
    const mark = entry.kind === kind ? html` aria-current="${current}"` : "";
    return html`<li><a href="${pathIn(language, entry.path)}"${mark}>${entry.text}</a></li>`;
  });
}

function alternates({ path, languages }: Leaf): readonly Html[] {
  if (path === undefined || languages.length < 2) return [];
  return languages.map((one) => html`\n<link rel="alternate" hreflang="${one}" href="${pathIn(one, path)}">`);
}

/** The same page in the other language; the beginning where it has none. */
function otherLanguage({ language, path, languages }: Leaf): Html {
  const other = LANGUAGES.find((one) => one !== language) ?? language;
  const to = pathIn(other, path !== undefined && languages.includes(other) ? path : "/");
  return html`<a class="language" href="${to}" lang="${other}" hreflang="${other}">${words[language].other}</a>`;
}
