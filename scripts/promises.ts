/** Holds docs/promises.md against the tests that name promises; `--write` makes the page's table anew (`npm run promises`). */
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { promiseRows, promiseTable, promiseTests } from "./promise-tests.ts";

const START = "<!-- made by npm run promises -->\n";
const END = "\n<!-- end -->";
const root = resolve(import.meta.dirname, "..");
const file = resolve(root, "docs/promises.md");
const page = readFileSync(file, "utf8");
const from = page.indexOf(START);
const to = page.indexOf(END, from);
if (from < 0 || to < 0) throw new Error("docs/promises.md has lost the marks around its table");
// The table of tests looks like the tables above it, and is no source of promises.
const rows = promiseRows(page.slice(0, from));
const known = new Set(rows.map((row) => row.id));
const tests = globSync(["src/**/*.{test.ts,transcript}", "test/**/*.{test.ts,transcript}"], { cwd: root })
  .toSorted()
  .flatMap((name) => promiseTests(name, readFileSync(resolve(root, name), "utf8")));

for (const test of tests)
  for (const id of test.promises)
    if (!known.has(id)) {
      console.error(`${test.file}: there is no promise ${id}`);
      process.exitCode = 1;
    }

const fresh = page.slice(0, from + START.length) + promiseTable(rows, tests) + page.slice(to);
if (process.argv.includes("--write")) writeFileSync(file, fresh);
else if (fresh !== page) {
  console.error("docs/promises.md and the tests disagree: run npm run promises, and read what changed");
  process.exitCode = 1;
}
