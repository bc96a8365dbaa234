/**
 * A page's Markdown as plain text, for letters: paragraphs whose lines have a letter's width, headings underlined, lists with
 * their signs, what is quoted or an example set in, the address of a link behind its words. A table becomes a list: each row
 * an entry, each cell with the heading of its column, so that no line is too wide. Nothing of the text is left out.
 */
import type { Token } from "markdown-it";
import { headed } from "../../../service/notices/letter.ts";
import type { Language } from "./language.ts";
import { markdownEngine } from "./markdown-engine.ts";
import { type PlainLines, plainLines } from "./plain-lines.ts";
import { type PlanCell, planCells, type ShownPlan } from "./plans.ts";
import { fill, isPlans, type Values } from "./values.ts";
import { words } from "./words.ts";

export type PlainOptions = {
  readonly language: Language;
  readonly values: Values;
  readonly plans: readonly ShownPlan[];
  /** The whole address of a link that begins with a slash. */
  readonly addressOf: (target: string) => string;
};

/** Gives paragraphs; the lines of each are parted by `\n`. */
export function plainText(text: string, options: PlainOptions): readonly string[] {
  const { language, values, plans } = options;
  const lines = plainLines();
  const table: string[][] = [];
  let [heading, isTight, isCell] = ["", false, false];
  for (const token of markdownEngine(language, values).parse(text, {}))
    switch (token.type) {
      case "blockquote_open":
        lines.beginQuote();
        break;
      case "bullet_list_open":
        lines.beginList(undefined);
        break;
      case "ordered_list_open":
        lines.beginList(Number(token.attrGet("start") ?? 1));
        break;
      case "list_item_open":
        lines.beginItem();
        break;
      case "blockquote_close":
      case "list_item_close":
        lines.end();
        break;
      case "bullet_list_close":
      case "ordered_list_close":
        lines.endList();
        break;
      case "heading_open":
        heading = token.tag;
        break;
      case "heading_close":
        heading = "";
        break;
      case "paragraph_open":
        isTight = token.hidden;
        break;
      case "tr_open":
        table.push([]);
        break;
      case "th_open":
      case "td_open":
        isCell = true;
        break;
      case "th_close":
      case "td_close":
        isCell = false;
        break;
      case "table_close":
        putTable(lines, table.splice(0));
        break;
      case "inline": {
        const said = inlineText(token, options);
        if (isCell) table.at(-1)?.push(said);
        else if (heading !== "") lines.put(heading === "h2" ? headed(said, "-") : said);
        else if (isPlans(token.content)) putPlans(lines, plans, language);
        else lines.put(said, isTight);
        break;
      }
      case "fence":
      case "code_block":
        lines.putExample(fill(token.content, values).trimEnd());
        break;
      case "hr":
        lines.put("* * *");
        break;
    }
  return lines.paragraphs;
}

function putTable(lines: PlainLines, [heads = [], ...rows]: readonly (readonly string[])[]): void {
  putRows(
    lines,
    rows.map((row) => row.map((text, column) => ({ head: heads[column] ?? "", text }))),
  );
}

function putPlans(lines: PlainLines, plans: readonly ShownPlan[], language: Language): void {
  if (plans.length === 0) lines.put(words[language].noPlans);
  putRows(
    lines,
    plans.map((plan) => planCells(plan, language)),
  );
}

function putRows(lines: PlainLines, rows: readonly (readonly PlanCell[])[]): void {
  lines.beginList(undefined);
  for (const row of rows) {
    lines.beginItem();
    for (const { head, text } of row) if (text !== "") lines.put(head === "" ? text : `${head}: ${text}`, true);
    lines.end();
  }
  lines.endList();
}

function inlineText(token: Token, { values, addressOf }: PlainOptions): string {
  let text = "";
  const links: { readonly target: string; readonly from: number }[] = [];
  for (const child of token.children ?? [])
    switch (child.type) {
      case "softbreak":
        text += " ";
        break;
      case "hardbreak":
        text += "\n";
        break;
      case "link_open":
        links.push({ target: String(child.attrGet("href")), from: text.length });
        break;
      case "link_close": {
        const { target, from } = links.pop() ?? { target: "", from: 0 };
        const address = target.startsWith("/") ? addressOf(target) : target.replace(/^mailto:/, "");
        // A place in the same text is found by its words.
        if (!address.startsWith("#") && address !== text.slice(from)) text += ` <${address}>`;
        break;
      }
      default:
        text += fill(child.content, values);
    }
  return text;
}
