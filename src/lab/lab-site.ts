/** What the operator of a lab says on its pages: the examples in the manual of the pages (site/README.md). */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";

const MANUAL = resolve(import.meta.dirname, "../../site/README.md");
/** Settings give these; an example would stand in their place. */
const GIVEN: ReadonlySet<string> = new Set(
  "name domain host contact abuse logDays messageSize queueDays delayHours lapseReceivingDays lapseReadingDays lapseDeferDays lapseNoticeDays".split(
    " ",
  ),
);

/** As `site.values` has them. */
export function exampleValues(): readonly string[] {
  const rows = readFileSync(MANUAL, "utf8").matchAll(/^\| `([A-Za-z]+)` \|.*\| ([^|]+?) \|$/gm);
  return Array.from(rows, ([, name = "", example = ""]) => [name, example] as const)
    .filter(([name]) => !GIVEN.has(name))
    .map(([name, example]) => `${name} = ${example}`);
}
