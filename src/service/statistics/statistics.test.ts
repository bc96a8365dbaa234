import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { FakeClock } from "../../../test/world/fake-clock.ts";
import { HOUR, MINUTE } from "../../host/clock.ts";
import { sealedLine } from "../../host/log/line.ts";
import type { FileKey } from "../../store/crypt/account-keys.ts";
import { openSqliteFigures } from "../../store/sqlite/figures/figures.ts";
import { createStatistics, type LoggedDays, type Statistics } from "./statistics.ts";

const folder = mkdtempSync(join(tmpdir(), "altmail-statistics-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

type World = { readonly statistics: Statistics; readonly clock: FakeClock; readonly made: string[] };

async function world(start: string): Promise<World> {
  const clock = new FakeClock(start);
  const key = randomBytes(32) as Uint8Array as FileKey;
  const figures = await openSqliteFigures({ file: join(folder, `${randomBytes(8).toString("hex")}.db`), key, clock });
  const made: string[] = [];
  const log = (name: string, fields: object): void => void made.push(`${name} ${JSON.stringify(fields)}`);
  return { statistics: createStatistics({ figures, clock, log }), clock, made };
}

const never = new AbortController().signal;

/** Each day `people` log in at nine. */
function logged(days: readonly string[], people = 20, each: (day: string) => unknown = () => {}): LoggedDays {
  return {
    days: async () => days,
    async *lines(day) {
      each(day);
      for (let n = 0; n < people; n++)
        yield sealedLine(Date.parse(`${day}T09:00:00Z`), "login.accepted", {
          account: n.toString(16).padStart(32, "0"),
          appPassword: false,
          remembered: false,
        });
    },
  };
}

test("L3: days that are over are counted once; today, and yesterday just after midnight, are not over", async () => {
  const { statistics, clock, made } = await world("2026-11-21T00:05:00Z");
  await using _ = statistics;
  const days = logged(["2026-11-19", "2026-11-20", "2026-11-21"]);
  assert.deepEqual(await statistics.catchUp(days, never), ["2026-11-19"]);
  await clock.advance(5 * MINUTE);
  assert.deepEqual(await statistics.catchUp(days, never), ["2026-11-20"]);
  assert.deepEqual(await statistics.catchUp(days, never), []);
  assert.deepEqual(made, [
    'statistics.made {"day":"2026-11-19","lines":20,"figures":2}',
    'statistics.made {"day":"2026-11-20","lines":20,"figures":2}',
  ]);
});

test("a day that was broken off begins again; a day that cannot be read keeps no other from being made", async () => {
  const { statistics } = await world("2026-11-21T12:00:00Z");
  await using _ = statistics;
  const broken = logged(["2026-11-18", "2026-11-19"], 20, (day) => {
    if (day === "2026-11-18") throw new Error("unreadable");
  });
  await assert.rejects(statistics.catchUp(broken, never), AggregateError);
  const stop = new AbortController();
  const stopped = logged(["2026-11-20"], 20, () => stop.abort());
  await assert.rejects(statistics.catchUp(stopped, stop.signal), { name: "AbortError" });
  const days = logged(["2026-11-18", "2026-11-19", "2026-11-20"]);
  assert.deepEqual(await statistics.catchUp(days, never), ["2026-11-18", "2026-11-20"]);
});

test("a day that dies while it is read is not kept by halves", async () => {
  const { statistics, made } = await world("2026-11-21T12:00:00Z");
  await using _ = statistics;
  const living = ["2026-11-11"];
  const dying = { ...logged([]), days: async () => [...living], lines: logged([], 20, () => living.pop()).lines };
  await assert.rejects(statistics.catchUp(dying, never), AggregateError);
  assert.deepEqual(made, []);
  const document = await statistics.document({ from: "2026-11-11", to: "2026-11-11" }, "day");
  assert.equal(document.days, 0);
});

test("L4: the document adds up events; of people it says how many there were on a day", async () => {
  const { statistics } = await world("2026-12-02T12:00:00Z");
  await using _ = statistics;
  await statistics.catchUp(logged(["2026-11-29", "2026-11-30", "2026-12-01"], 20), never);
  const range = { from: "2026-11-01", to: "2026-12-31" };
  const document = await statistics.document(range, "month");
  assert.equal(document.days, 3);
  const rows = (name: string): unknown => document.measures.find((one) => one.name === name)?.rows;
  const labels = { result: "accepted", password: "account" };
  assert.deepEqual(rows("log-ins"), [
    { period: "2026-11", labels, count: 40, sum: null },
    { period: "2026-12", labels, count: 20, sum: null },
  ]);
  assert.deepEqual(rows("accounts-active"), [
    { period: "2026-11", labels: {}, count: 20, sum: null },
    { period: "2026-12", labels: {}, count: 20, sum: null },
  ]);
  assert.deepEqual(rows("imap-commands"), []);
  const hours = await statistics.document(range, "hour");
  assert.deepEqual(
    hours.measures.find((one) => one.name === "log-ins")?.rows.map(({ period }) => period),
    ["2026-11-29T09", "2026-11-30T09", "2026-12-01T09"],
  );
});

test("L4: a day of fewer than ten is known and leaves no number behind", async () => {
  const { statistics, clock } = await world("2026-11-21T12:00:00Z");
  await using _ = statistics;
  assert.deepEqual(await statistics.catchUp(logged(["2026-11-20"], 9), never), ["2026-11-20"]);
  await clock.advance(HOUR);
  const document = await statistics.document({ from: "2026-11-20", to: "2026-11-20" }, "day");
  assert.equal(document.days, 1);
  assert.deepEqual(
    document.measures.flatMap(({ rows }) => rows),
    [],
  );
  assert.deepEqual(await statistics.check(), []);
});
