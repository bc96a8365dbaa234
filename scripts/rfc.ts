/**
 * Holds what the sources cite against rfc/index.tsv (number, title, status, sections cited) and, where the texts are at
 * hand (../shared/rfc or ALTMAIL_RFC), against their headings. `--write` brings the sections column up to date and
 * adds RFCs that are new, with the title of their text; status and title of those that are there stay.
 */
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { type Citations, cite, hasSection, inOrder, titleOf } from "./rfc-citations.ts";

type Row = { readonly title: string; readonly status: string; readonly sections: string };

const HEADER = "number\ttitle\tstatus\tsections cited";
const STATUSES: ReadonlySet<string> = new Set(["yes", "partly", "no"]);
const root = resolve(import.meta.dirname, "..");
const indexFile = resolve(root, "rfc/index.tsv");
const folder = resolve(root, process.env["ALTMAIL_RFC"] ?? "../shared/rfc");

const cited: Citations = new Map();
for (const file of globSync("src/**/*.{ts,transcript}", { cwd: root }))
  cite(readFileSync(resolve(root, file), "utf8"), cited);
const index = readIndex();

if (process.argv.includes("--write")) write();
else check();

function check(): void {
  const problems: string[] = [];
  for (const [number, sections] of cited) {
    const row = index.get(number);
    if (row === undefined) problems.push(`the sources cite RFC ${number}, which rfc/index.tsv does not name`);
    else if (row.sections !== inOrder(sections).join(" "))
      problems.push(`rfc/index.tsv: RFC ${number}: sections differ from the sources`);
    const text = textOf(number);
    if (text !== undefined)
      for (const section of sections)
        if (!hasSection(text, section)) problems.push(`RFC ${number} has no section ${section}`);
  }
  for (const [number, { title, status, sections }] of index) {
    if (title === "") problems.push(`rfc/index.tsv: RFC ${number} has no title`);
    if (!STATUSES.has(status)) problems.push(`rfc/index.tsv: RFC ${number}: status must be yes, partly or no`);
    if (sections !== "" && !cited.has(number))
      problems.push(`rfc/index.tsv: RFC ${number}: the sources cite it no more`);
  }
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) {
    console.error("to bring numbers and sections up to date: npm run rfc -- --write");
    process.exitCode = 1;
  }
}

function write(): void {
  const numbers = [...new Set([...index.keys(), ...cited.keys()])].toSorted((a, b) => a - b);
  const lines = numbers.map((number) => {
    const text = textOf(number);
    const title = index.get(number)?.title ?? (text === undefined ? undefined : titleOf(text)) ?? "";
    const status = index.get(number)?.status ?? "partly";
    return [number, title, status, inOrder(cited.get(number) ?? []).join(" ")].join("\t");
  });
  writeFileSync(indexFile, `${[HEADER, ...lines].join("\n")}\n`);
  console.log(`rfc/index.tsv: ${numbers.length} RFCs`);
}

function readIndex(): ReadonlyMap<number, Row> {
  const rows = new Map<number, Row>();
  for (const line of (read(indexFile) ?? "").split("\n").slice(1)) {
    const [number = "", title = "", status = "", sections = ""] = line.split("\t");
    if (number !== "") rows.set(Number(number), { title, status, sections });
  }
  return rows;
}

function textOf(number: number): string | undefined {
  return read(resolve(folder, `rfc${number}.txt`)) ?? read(resolve(folder, `rfc${number}.md`));
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
