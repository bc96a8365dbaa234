/**
 * What stands at the head of a page's file between two lines `---`: one `name: value` a line, the names below and no
 * others. So a slip of the pen is a sentence with its line, and never a page that looks a little wrong.
 */
import type { Fault } from "./site-error.ts";

export type FrontMatter = {
  readonly title: string;
  /** The day of the last change, "2026-11-21". */
  readonly updated: string;
  /** As in English: without the prefix of a language. */
  readonly path: string;
  /** Among its group in the index; lower first. */
  readonly order: number;
  /** Heading in the index. */
  readonly group: string | undefined;
  /** One sentence for the index and for search engines. */
  readonly summary: string | undefined;
  /** Each second and third heading is a question with a link to itself. */
  readonly isFaq: boolean;
};

export type Opened = {
  readonly front: FrontMatter;
  readonly body: string;
  /** Lines of the file before the body's first. */
  readonly linesBefore: number;
};

const FENCE = "---";
const NAMES: ReadonlySet<string> = new Set(["title", "updated", "path", "order", "group", "summary", "faq"]);
const PATH = /^\/(?:[a-z0-9-]+\/)*(?:[a-z0-9-]+)?$/;

/** Takes a file apart; every fault is put into `faults`, and then the answer is `undefined`. */
export function openPage(file: string, text: string, faults: Fault[]): Opened | undefined {
  const lines = text.replaceAll("\r\n", "\n").split("\n");
  const end = lines.indexOf(FENCE, 1);
  const before = faults.length;
  const fault = (line: number, sentence: string): void => void faults.push({ file, line, sentence });
  if (lines[0] !== FENCE || end < 0) {
    fault(1, "a page begins with its title, date and path between two lines of three dashes");
    return undefined;
  }
  const given = new Map<string, { readonly value: string; readonly line: number }>();
  for (const [index, line] of lines.slice(1, end).entries()) {
    const [, name = "", value = ""] = /^([a-z]+):\s*(.*?)\s*$/.exec(line) ?? [];
    if (!NAMES.has(name)) fault(index + 2, `there is no such name here: the names are ${[...NAMES].join(", ")}`);
    else if (given.has(name)) fault(index + 2, `${name} is given twice`);
    else given.set(name, { value, line: index + 2 });
  }
  const take = (name: string, form: RegExp, like: string, otherwise?: string): string => {
    const { value, line } = given.get(name) ?? { value: otherwise, line: 1 };
    if (value === undefined || !form.test(value)) fault(line, `${name} must be ${like}`);
    return value ?? "";
  };
  const optional = (name: string): string | undefined => {
    const value = given.get(name)?.value;
    return value === "" ? undefined : value;
  };
  const title = take("title", /^\S.{0,100}$/, "a title of 100 signs at most");
  const updated = take("updated", /^\d{4}-\d{2}-\d{2}$/, "a day, as 2026-11-21");
  if (/^\d/.test(updated) && Number.isNaN(Date.parse(updated)))
    fault(given.get("updated")?.line ?? 1, "updated must be a day that exists");
  const path = take("path", PATH, "a path in lower case, as /docs/thunderbird").replace(/^\/sv(?=\/|$)/, "") || "/";
  const order = Number(take("order", /^\d{1,4}$/, "a number", "1000"));
  const isFaq = take("faq", /^(?:yes|no)$/, "yes or no", "no") === "yes";
  if (faults.length > before) return undefined;
  const front = { title, updated, path, order, group: optional("group"), summary: optional("summary"), isFaq };
  return { front, body: lines.slice(end + 1).join("\n"), linesBefore: end + 1 };
}
