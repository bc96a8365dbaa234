/** Reads one page of a folder as plain text, for a letter that holds it: the same text that the website shows. */
import { HostError } from "../../../host/host-error.ts";
import { headed } from "../../../service/notices/letter.ts";
import { type Language, LANGUAGES, pathIn } from "./language.ts";
import { plainText } from "./plain-text.ts";
import { addressesOf, openPages, resolve, type SiteText } from "./read-site.ts";
import { type Fault, SiteError } from "./site-error.ts";
import { dayIn, words } from "./words.ts";

export type PlainPageOptions = SiteText & {
  /** Holds `en` and `sv`. */
  readonly folder: string;
  /** As `https://example.org`: links within the site begin with it. */
  readonly origin: string;
};

/**
 * Gives title, date and text, a string a paragraph; in English where `language` does not have the page.
 *
 * @param path as in English
 * @throws SiteError; HostError when there is no such page
 */
export function readPlainPage(options: PlainPageOptions, path: string, language: Language): readonly string[] {
  const { folder, plans, values, origin } = options;
  const faults: Fault[] = [];
  const sources = LANGUAGES.flatMap((one) => openPages(folder, one, options, faults));
  if (faults.length > 0) throw new SiteError(faults);
  const page =
    sources.find(({ address }) => address === pathIn(language, path)) ??
    sources.find(({ address }) => address === path);
  if (page === undefined)
    throw new HostError(
      `there is no page with the path ${path} in ${folder}: a letter to those who buy an account holds its text, so write it`,
    );
  const addresses = addressesOf(sources);
  const own = page.language;
  return [
    headed(page.front.title, "="),
    `${words[own].updated} ${dayIn(own, page.front.updated)}`,
    ...plainText(page.body, {
      language: own,
      values: values[own],
      plans,
      addressOf: (target) => origin + resolve(target, own, addresses),
    }),
  ];
}
