/** Holds the English and the Swedish pages of the site to one another: the same pages, code, values, links and order of parts. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const folder = join(import.meta.dirname, "..", "site");
const read = (language: string, name: string): string => readFileSync(join(folder, language, name), "utf8");
const CODE = /^```\n[^]*?^```$/gm;

/** What must not differ between two languages. */
function shape(text: string): unknown {
  const prose = text.replace(CODE, "");
  const all = (pattern: RegExp, of: string): readonly string[] =>
    [...of.matchAll(pattern)].map(([whole, part]) => part ?? whole);
  return {
    head: all(/^(?:updated|path|order|faq): .*$/gm, text),
    code: text.match(CODE),
    headings: all(/^(#+) /gm, prose),
    rows: all(/^\|/gm, prose).length,
    paragraphs: prose.split("\n\n").length,
    links: all(/\]\((?:\/sv(?=\/))?([^)]+)\)/g, prose).toSorted(),
    values: all(/\{\{(\w+)\}\}/g, text).toSorted(),
  };
}

test("both languages have the same pages", () => {
  assert.deepEqual(readdirSync(join(folder, "sv")), readdirSync(join(folder, "en")));
});

for (const name of readdirSync(join(folder, "en")))
  test(`both languages say the same, part for part: ${name}`, () => {
    assert.deepEqual(shape(read("sv", name)), shape(read("en", name)));
  });

test("every value that a page names is explained to the operator, and no other", () => {
  const named = ["en", "sv"].flatMap((language) =>
    readdirSync(join(folder, language)).flatMap((name) => [...read(language, name).matchAll(/\{\{(\w+)\}\}/g)]),
  );
  const explained = [...readFileSync(join(folder, "README.md"), "utf8").matchAll(/^\| `(\w+)` \|/gm)];
  const names = (found: readonly RegExpMatchArray[]): readonly string[] =>
    [...new Set(found.map(([, name]) => String(name)))].toSorted();
  assert.deepEqual(["plans", ...names(explained)].toSorted(), names(named));
});
