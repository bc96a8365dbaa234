/**
 * A page's Markdown to HTML: the operator's values put in as text, an id on every heading, and whatever may be wider than a
 * narrow window in a box that scrolls by itself.
 */
import type { MarkdownIt, Token } from "markdown-it";
import { type Html, html, madeHtml } from "../markup.ts";
import type { Language } from "./language.ts";
import { markdownEngine } from "./markdown-engine.ts";
import { type ShownPlan, plansTable } from "./plans.ts";
import { fill, isPlans, type Values } from "./values.ts";
import { words } from "./words.ts";

export type Heading = { readonly level: number; readonly id: string; readonly text: string };
export type Link = { readonly target: string; readonly line: number };

export type Rendered = {
  readonly html: Html;
  readonly headings: readonly Heading[];
  /** As written; `resolve` says where they lead. */
  readonly links: readonly Link[];
};

export type RenderOptions = {
  readonly language: Language;
  readonly values: Values;
  readonly plans: readonly ShownPlan[];
  /** The second and third headings are questions, each with a link to itself. */
  readonly isFaq: boolean;
  /** Each second heading and what follows it are a part of their own. */
  readonly inParts: boolean;
  /** Lines of the file before the text. */
  readonly linesBefore: number;
  /** Where a link leads that begins with a slash. */
  readonly resolve: (target: string) => string;
};

export function renderMarkdown(text: string, options: RenderOptions): Rendered {
  const { values, language } = options;
  const engine = engineFor(language, values);
  const headings: Heading[] = [];
  const links: Link[] = [];
  let line = options.linesBefore + 1;
  const tokens = engine.parse(text, {});
  for (const [index, token] of tokens.entries()) {
    line = token.map === null ? line : token.map[0] + options.linesBefore + 1;
    for (const inner of [token, ...(token.children ?? [])]) {
      inner.content = fill(inner.content, values);
      if (inner.type !== "link_open") continue;
      const target = String(inner.attrGet("href"));
      links.push({ target, line });
      if (target.startsWith("/")) inner.attrSet("href", options.resolve(target));
    }
    if (token.type === "heading_open") {
      const heading = headingOf(token, tokens[index + 1], headings);
      headings.push(heading);
      if (options.isFaq && heading.level > 1) tokens[index + 1]?.children?.push(permalink(engine, heading, language));
    }
    if (token.type === "inline" && isPlans(token.content)) placePlans(tokens, index, options);
  }
  headTables(tokens);
  const made = engine.renderer.render(tokens, engine.options, {});
  return { html: madeHtml(options.inParts ? inParts(made) : made), headings, links };
}

/** The heading of a part stands beside the rest of it, so the rest is one box. */
function inParts(made: string): string {
  const [before = "", ...parts] = made.split(/(?=<h2 )/);
  return [
    before,
    ...parts.map((part) => `<section>\n${part.replace("</h2>", "</h2>\n<div>")}</div>\n</section>\n`),
  ].join("");
}

function engineFor(language: Language, values: Values): MarkdownIt {
  const engine = markdownEngine(language, values);
  const { table, example } = words[language];
  const box = (label: string): string => html`role="group" aria-label="${label}" tabindex="0"`.toString();
  const { rules } = engine.renderer;
  rules["table_open"] = () => `<div class="scroll" ${box(table)}><table>\n`;
  rules["table_close"] = () => "</table></div>\n";
  const code = (content: string): string =>
    html`<pre ${madeHtml(box(example))}><code>${content}</code></pre>\n`.toString();
  rules["fence"] = (tokens, index) => code(tokens[index]?.content ?? "");
  rules["code_block"] = (tokens, index) => code(tokens[index]?.content ?? "");
  return engine;
}

function headingOf(token: Token, inline: Token | undefined, before: readonly Heading[]): Heading {
  const text = (inline?.children ?? []).map(({ content }) => content).join("");
  const slug = slugOf(text);
  const isTaken = (id: string): boolean => before.some((heading) => heading.id === id);
  let id = slug;
  for (let n = 2; isTaken(id); n++) id = `${slug}-${n}`;
  token.attrSet("id", id);
  return { level: Number(token.tag.slice(1)), id, text };
}

/** Letters and digits of ASCII with dashes between, a letter first: "2. Får jag byta namn?" is "far-jag-byta-namn". */
function slugOf(text: string): string {
  const slug = text
    .normalize("NFKD")
    .replace(/[\u0300-\u036f'’"“”]/g, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[0-9-]+|-$/g, "");
  return slug === "" ? "section" : slug;
}

function permalink(engine: MarkdownIt, { id, text }: Heading, language: Language): Token {
  const [token] = engine.parseInline("x", {})[0]?.children ?? [];
  if (token === undefined) throw new Error("a letter is a token");
  token.type = "html_inline";
  token.content = html` <a class="self" href="#${id}" aria-label="${words[language].linkTo}: ${text}">§</a>`.toString();
  return token;
}

/** Says which cells are headings: those of the first row, and of the first column where that one's heading is empty. */
function headTables(tokens: readonly Token[]): void {
  let [column, isHeaded] = [0, false];
  for (const [index, token] of tokens.entries()) {
    if (token.type === "tr_open") column = 0;
    if (token.type !== "th_open" && token.type !== "td_open") continue;
    const close = tokens[index + 2];
    const isEmpty = tokens[index + 1]?.content === "";
    if (token.type === "th_open" && column === 0) isHeaded = isEmpty;
    const isHeading = token.type === "th_open" ? !isEmpty : column === 0 && isHeaded;
    token.tag = isHeading ? "th" : "td";
    if (close !== undefined) close.tag = token.tag;
    if (isHeading) token.attrSet("scope", token.type === "th_open" ? "col" : "row");
    column += 1;
  }
}

/** The paragraph around the place becomes the table. */
function placePlans(tokens: readonly Token[], index: number, { plans, language }: RenderOptions): void {
  const [open, inline, close] = [tokens[index - 1], tokens[index], tokens[index + 1]];
  if (open === undefined || inline === undefined || close === undefined) return;
  open.hidden = close.hidden = true;
  open.type = close.type = inline.type = "html_block";
  open.content = close.content = "";
  inline.content = plansTable(plans, language).toString();
}
