/** The public site as it is served: every page in both languages, the indexes, style and icon, by address; made once. */
import { readFileSync } from "node:fs";
import { pageHeaders, transportHeaders } from "../security-headers.ts";
import { digest, IMMUTABLE, type Resource, resource, SHORT } from "../resource.ts";
import { docsIndex, documentMain, errorMain } from "./document.ts";
import { type Language, languageOf, LANGUAGES, pathIn } from "./language.ts";
import { type Frame, layout, type Leaf } from "./layout.ts";
import { icon } from "./mark.ts";
import { DOCS_PATH, type Page, readSite, type SiteText } from "./read-site.ts";
import { words } from "./words.ts";

export type Site = {
  readonly resources: ReadonlyMap<string, Resource>;
  readonly frame: Frame;
  /** A page for what cannot be shown, in the language of the path. */
  readonly errorPage: (code: 404 | 405 | 500, path: string) => string;
};

export type SiteOptions = SiteText & {
  /** Holds `en` and `sv`. */
  readonly folder: string;
  readonly name: string;
  readonly hasAccounts: boolean;
};

export const HTML = "text/html; charset=utf-8";
/** Pages that every footer names. */
const FOOTER = ["/docs/contact", "/docs/privacy", "/docs/terms"];
/** Robots may read everything public. */
const ROBOTS = "User-agent: *\nDisallow: /account/\nDisallow: /sv/account/\n";

/** Reads, checks and makes everything. @throws SiteError, HostError. */
export function makeSite(options: SiteOptions): Site {
  const { folder, name, hasAccounts } = options;
  const pages = readSite(folder, options);
  const style = readFileSync(new URL("style.css", import.meta.url), "utf8");
  const footer = Object.fromEntries(LANGUAGES.map((language) => [language, footerOf(pages, language)]));
  const frame: Frame = {
    name,
    hasAccounts,
    footer: footer as Frame["footer"],
    stylePath: `/style-${digest(style)}.css`,
    iconPath: `/icon-${digest(icon)}.svg`,
  };
  const resources = new Map<string, Resource>();
  const add = (address: string, text: string, type: string, cache: string): void => {
    const headers = type === HTML ? pageHeaders("no script") : transportHeaders;
    resources.set(address, resource(text, { type, cache, headers }));
  };
  for (const page of pages) add(page.address, layout(frame, leafOf(page, pages)).toString(), HTML, SHORT);
  for (const language of LANGUAGES)
    add(pathIn(language, DOCS_PATH), layout(frame, indexLeaf(pages, language)).toString(), HTML, SHORT);
  add(frame.stylePath, style, "text/css; charset=utf-8", IMMUTABLE);
  add(frame.iconPath, icon, "image/svg+xml", IMMUTABLE);
  add("/robots.txt", ROBOTS, "text/plain; charset=utf-8", SHORT);
  return { resources, frame, errorPage: (code, path) => errorPage(frame, code, languageOf(path)) };
}

function leafOf(page: Page, pages: readonly Page[]): Leaf {
  const { language, title, summary, path, updated } = page;
  const languages = pages.filter((other) => other.path === path).map((other) => other.language);
  const kind = path === "/" ? "home" : "docs";
  return { language, title, summary, path, languages, main: documentMain(page), updated, kind };
}

function indexLeaf(pages: readonly Page[], language: Language): Leaf {
  const { docs, docsSentence } = words[language];
  const listed = pages.filter((page) => page.language === language && page.path.startsWith(DOCS_PATH));
  const newest = listed
    .map(({ updated }) => updated)
    .toSorted()
    .at(-1);
  return {
    language,
    title: docs,
    summary: docsSentence,
    path: DOCS_PATH,
    languages: LANGUAGES,
    kind: "docs",
    main: docsIndex(pages, language),
    ...(newest === undefined ? {} : { updated: newest }),
  };
}

function footerOf(pages: readonly Page[], language: Language): Frame["footer"][Language] {
  return FOOTER.flatMap((path) => pages.find((page) => page.language === language && page.path === path) ?? []).map(
    ({ address, title }) => ({ address, title }),
  );
}

function errorPage(frame: Frame, code: 404 | 405 | 500, language: Language): string {
  const [title] = words[language].errors[code];
  const main = errorMain(code, language);
  return layout(frame, { language, title, path: undefined, languages: LANGUAGES, main, kind: "error" }).toString();
}
