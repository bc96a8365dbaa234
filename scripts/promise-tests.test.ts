import assert from "node:assert/strict";
import { test } from "node:test";
import { promiseRows, promiseTable, promiseTests } from "./promise-tests.ts";

test("tests that name promises are found, and the state follows from them and from what is open", () => {
  const call = "test";
  const source = `${call}("D4: gone", () => {});\n${call}(\n  'D4, L1: both "quoted"', f);\n${call}("nothing: named", f);`;
  const tests = [...promiseTests("a.test.ts", source), ...promiseTests("b.transcript", "# L1: one line\nS: x")];
  assert.deepEqual(
    tests.map((one) => [one.promises.join(), one.name]),
    [
      ["D4", "gone"],
      ["D4,L1", 'both "quoted"'],
      ["L1", "one line"],
    ],
  );
  const rows = promiseRows("| # | p | o |\n| D4 | is | backups |\n| L1 | is | |\n| M1 | is | all |\n");
  assert.deepEqual(promiseTable(rows, tests).split("\n").slice(2), [
    '| D4 | partly | gone (`a.test.ts`)<br>both "quoted" (`a.test.ts`) |',
    '| L1 | shown | both "quoted" (`a.test.ts`)<br>one line (`b.transcript`) |',
    "| M1 | not yet |  |",
  ]);
});
