/**
 * Reads the pages of a folder, `en/*.md` and `sv/*.md`, and holds them to one another: no path twice, every value known,
 * every link to a page or heading that is there. All faults are said at once.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { HostError } from "../../../host/host-error.ts";
import { type FrontMatter, type Opened, openPage } from "./front-matter.ts";
import { type Language, LANGUAGES, pathIn } from "./language.ts";
import { type Rendered, renderMarkdown } from "./markdown.ts";
import type { ShownPlan } from "./plans.ts";
import { type Fault, SiteError } from "./site-error.ts";
import { checkPlaces, fill, type Values } from "./values.ts";

export type Page = FrontMatter &
  Rendered & {
    readonly language: Language;
    /** With the prefix of the language: where it is served. */
    readonly address: string;
  };

export type SiteText = {
  /** Texts a language: some values are written otherwise in another one. */
  readonly values: Readonly<Record<Language, Values>>;
  readonly plans: readonly ShownPlan[];
};

type Source = Opened & { readonly file: string; readonly language: Language; readonly address: string };

/** The index, which is made and not written. */
export const DOCS_PATH = "/docs/";
/** The portal, which is no page of these. */
const ACCOUNT = "/account/";
/** Served by others than pages. */
const ELSEWHERE = /^(?:\/sv)?\/(?:account|\.well-known)\//;
const FILE = /^[a-z0-9-]+\.md$/;

/** Reads and renders all pages. @throws SiteError, HostError when there is no such folder. */
export function readSite(folder: string, text: SiteText): readonly Page[] {
  const faults: Fault[] = [];
  const sources = LANGUAGES.flatMap((language) => openPages(folder, language, text, faults));
  for (const [index, { file, address }] of sources.entries())
    if (sources.findIndex((other) => other.address === address) < index)
      faults.push({ file, line: 1, sentence: `another page has the path ${address} too` });
  if (faults.length > 0) throw new SiteError(faults);
  const addresses = addressesOf(sources);
  const pages = sources.map((source) => renderPage(source, text, addresses, faults));
  checkLinks(sources, pages, addresses, faults);
  if (faults.length > 0) throw new SiteError(faults);
  return pages;
}

/** The pages of one language, with the operator's values in their heads; faults are put into `faults`. @throws HostError. */
export function openPages(
  folder: string,
  language: Language,
  { values }: SiteText,
  faults: Fault[],
): readonly Source[] {
  const place = join(folder, language);
  return filesOf(place).flatMap((name) => {
    const file = join(place, name);
    const text = readFileSync(file, "utf8");
    const opened = openPage(file, text, faults);
    if (opened === undefined) return [];
    const mine = values[language];
    faults.push(...checkPlaces(file, text, mine));
    const { title, summary, group } = opened.front;
    const filled = (given: string | undefined): string | undefined => given && fill(given, mine);
    const front = { ...opened.front, title: fill(title, mine), summary: filled(summary), group: filled(group) };
    return [{ ...opened, front, file, language, address: pathIn(language, front.path) }];
  });
}

function filesOf(place: string): readonly string[] {
  try {
    return readdirSync(place)
      .filter((name) => FILE.test(name))
      .toSorted();
  } catch (cause) {
    throw new HostError(`the pages of the website cannot be read in ${place}: is the folder there?`, { cause });
  }
}

function renderPage(source: Source, text: SiteText, addresses: ReadonlySet<string>, faults: Fault[]): Page {
  const { file, front, body, linesBefore, language, address } = source;
  const rendered = renderMarkdown(body, {
    language,
    plans: text.plans,
    values: text.values[language],
    isFaq: front.isFaq,
    linesBefore,
    inParts: front.path === "/",
    resolve: (target) => resolve(target, language, addresses),
  });
  for (const { level, text: heading } of rendered.headings)
    if (level === 1)
      faults.push({
        file,
        line: linesBefore + 1,
        sentence: `the title is the heading of the page: ${heading} needs two #`,
      });
  return { ...front, ...rendered, language, address };
}

/** All that a link may lead to: pages, and the indexes. */
export const addressesOf = (sources: readonly Source[]): ReadonlySet<string> =>
  new Set([...sources.map(({ address }) => address), ...LANGUAGES.map((language) => pathIn(language, DOCS_PATH))]);

/** A page's own language where it has that page, else the English one. */
export function resolve(target: string, language: Language, addresses: ReadonlySet<string>): string {
  const [path = "", ...anchor] = target.replace(/^\/sv(?=\/|$)/, "").split("#");
  const own = pathIn(language, path === "" ? "/" : path);
  return [addresses.has(own) || path.startsWith(ACCOUNT) ? own : path, ...anchor].join("#");
}

function checkLinks(
  sources: readonly Source[],
  pages: readonly Page[],
  addresses: ReadonlySet<string>,
  faults: Fault[],
): void {
  const anchors = new Map(pages.map(({ address, headings }) => [address, new Set(headings.map(({ id }) => id))]));
  for (const [index, { address, language, links }] of pages.entries())
    for (const { target, line } of links) {
      const isWithin = target.startsWith("#");
      if (!isWithin && !target.startsWith("/")) continue;
      const [path = "", anchor] = (isWithin ? `${address}${target}` : resolve(target, language, addresses)).split("#");
      const file = sources[index]?.file ?? "";
      if (ELSEWHERE.test(path)) continue;
      if (!addresses.has(path)) faults.push({ file, line, sentence: `there is no page ${path}` });
      else if (anchor !== undefined && anchors.get(path)?.has(anchor) !== true)
        faults.push({ file, line, sentence: `the page ${path} has no heading with the id ${anchor}` });
    }
}
