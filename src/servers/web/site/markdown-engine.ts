/**
 * How a page's Markdown is read (CommonMark with tables, by markdown-it), whatever is made of it: without HTML of its own and
 * without pictures, quotation marks as the language has them, and the operator's values in the targets of links.
 */
import markdownIt, { type MarkdownIt } from "markdown-it";
import type { Language } from "./language.ts";
import { fill, type Values } from "./values.ts";

const QUOTES: Readonly<Record<Language, string>> = { en: "“”‘’", sv: "””’’" };

export function markdownEngine(language: Language, values: Values): MarkdownIt {
  const engine = markdownIt({ html: false, typographer: true, quotes: QUOTES[language] });
  // Of the typographer's work only quotation marks: two dashes may be an option of a program.
  engine.disable(["image", "replacements"]);
  const normalizeLink = engine.normalizeLink.bind(engine);
  engine.normalizeLink = (target) => normalizeLink(fill(target, values));
  return engine;
}
