import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { FileKey } from "../../crypt/account-keys.ts";
import type { Figure } from "../../figures.ts";
import { openSqliteFigures } from "./figures.ts";

const folder = mkdtempSync(join(tmpdir(), "altmail-figures-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const key = randomBytes(32) as Uint8Array as FileKey;
const newFile = (): string => join(folder, `${randomBytes(8).toString("hex")}.db`);

const figure = (more: Partial<Figure> = {}): Figure => ({
  measure: "imap-commands",
  hour: 9,
  hours: 1,
  labels: { command: "FETCH", result: "OK" },
  count: 20,
  sum: 10,
  ...more,
});
const ALL = { from: "0000-00-00", to: "9999-99-99" };

test("figures are there after a restart, and a day is kept once", async () => {
  const file = newFile();
  {
    await using figures = await openSqliteFigures({ file, key });
    assert.equal(await figures.keep("2026-11-20", [figure()]), "kept");
    assert.equal(await figures.keep("2026-11-21", []), "kept");
    assert.equal(await figures.keep("2026-11-20", [figure({ hour: 10 })]), "known");
  }
  await using figures = await openSqliteFigures({ file, key });
  assert.deepEqual(await figures.days(ALL), ["2026-11-20", "2026-11-21"]);
  assert.deepEqual(await figures.days({ from: "2026-11-21", to: "2026-12-01" }), ["2026-11-21"]);
  assert.deepEqual(await figures.sums(ALL, "hour"), [{ ...sumOf(figure()), period: "2026-11-20T09" }]);
  assert.deepEqual(await figures.check(), []);
});

test("L4: the file takes no number that rule L4 cannot have let through, and then nothing of the day", async () => {
  await using figures = await openSqliteFigures({ file: newFile(), key });
  const wrong = [{ count: 0 }, { count: 9 }, { count: 15 }, { sum: 3 }, { hours: 6, hour: 9 }] as const;
  for (const more of wrong)
    await assert.rejects(figures.keep("2026-11-20", [figure({ hour: 1 }), figure(more)]), JSON.stringify(more));
  await assert.rejects(figures.keep("yesterday", []));
  assert.deepEqual(await figures.days(ALL), []);
  assert.deepEqual(await figures.sums(ALL, "year"), []);
});

test("figures are added up by hour, day, month and year", async () => {
  await using figures = await openSqliteFigures({ file: newFile(), key });
  const parts = [
    figure({ count: 30 }),
    figure({ hour: 6, hours: 6, sum: undefined }),
    figure({ hour: 0, hours: 24, count: 10 }),
  ];
  await figures.keep("2026-10-31", parts);
  await figures.keep("2026-11-01", parts);
  await figures.keep("2027-01-01", [figure({ sum: undefined })]);
  const periods = async (by: "hour" | "day" | "month" | "year"): Promise<readonly unknown[]> =>
    (await figures.sums(ALL, by)).map(({ period, count, sum, days }) => [period, count, sum, days]);
  assert.deepEqual((await periods("hour")).slice(0, 3), [
    ["2026-10-31", 10, 10, 1],
    ["2026-10-31T06/6h", 20, undefined, 1],
    ["2026-10-31T09", 30, 10, 1],
  ]);
  assert.deepEqual((await periods("day"))[0], ["2026-10-31", 60, 20, 1]);
  assert.deepEqual(await periods("year"), [
    ["2026", 120, 40, 2],
    ["2027", 20, undefined, 1],
  ]);
  assert.equal((await periods("month")).length, 3);
});

test("D3: nothing of the figures can be read from the disk without the key", async () => {
  const file = newFile();
  await using figures = await openSqliteFigures({ file, key });
  await figures.keep("2026-11-20", [figure()]);
  const bytes = Buffer.concat([readFileSync(file), readFileSync(`${file}-wal`)]);
  for (const text of ["imap-commands", "FETCH", "2026-11", "CREATE TABLE"]) assert.equal(bytes.includes(text), false);
});

function sumOf({ measure, labels, count, sum }: Figure): object {
  return { measure, labels, count, sum, days: 1 };
}
