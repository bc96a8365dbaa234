import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { FakeClock } from "../../../test/world/fake-clock.ts";
import { DAY, HOUR } from "../clock.ts";
import { appendToChain, auditChain } from "../record/chain.ts";
import { dayOf, startOfDay } from "./log-day.ts";
import { destroyOldDays, nextDestruction, type RetentionOptions, type RetentionStep } from "./retention.ts";

const SECRET = "5e".repeat(32);

type Home = RetentionOptions & {
  readonly clock: FakeClock;
  readonly put: (day: string) => void;
  readonly names: () => readonly string[];
  readonly noted: () => readonly unknown[];
};

/** A home with a segment and a secret of each of `days`. */
function home(now: string, days: readonly string[]): Home & Disposable {
  const folder = mkdtempSync(join(tmpdir(), "altmail-retention-"));
  const at = { logFolder: join(folder, "log"), secretFolder: join(folder, "secret"), chain: join(folder, "chain") };
  mkdirSync(at.logFolder);
  mkdirSync(at.secretFolder);
  const put = (day: string): void => {
    writeFileSync(join(at.logFolder, `${day}.seg`), "sealed");
    writeFileSync(join(at.secretFolder, `day-${day}`), `${SECRET}\n`);
  };
  for (const day of days) put(day);
  writeFileSync(join(at.secretFolder, "epoch"), SECRET);
  return {
    ...at,
    clock: new FakeClock(now),
    days: 10,
    put,
    names: () => [...readdirSync(at.logFolder), ...readdirSync(at.secretFolder)].toSorted(),
    noted() {
      const audit = auditChain(at.chain);
      assert.ok(audit.kind === "whole");
      return audit.lines.map(({ what, says }) => ({ what, ...says }));
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}

test("L2: a day of the log lives for ten days of the calendar, and not a moment into the eleventh", async () => {
  using at = home("2026-03-10T23:59:59.999Z", ["2026-03-01", "2026-03-02", "2026-03-10"]);
  assert.deepEqual(destroyOldDays(at), { destroyed: [], left: [] });
  await at.clock.advance(1);
  assert.deepEqual(destroyOldDays(at), { destroyed: ["2026-03-01"], left: [] });
  assert.deepEqual(at.names(), ["2026-03-02.seg", "2026-03-10.seg", "day-2026-03-02", "day-2026-03-10", "epoch"]);
  assert.deepEqual(at.noted(), [{ what: "log-day", day: "2026-03-01" }]);
  assert.deepEqual(destroyOldDays(at), { destroyed: [], left: [] });
});

test("L2: who keeps fewer days has fewer, also those that were kept before", () => {
  using at = home("2026-03-10T12:00:00Z", ["2026-03-07", "2026-03-08", "2026-03-09", "2026-03-10"]);
  assert.deepEqual(destroyOldDays({ ...at, days: 2 }).destroyed, ["2026-03-07", "2026-03-08"]);
  assert.deepEqual(destroyOldDays({ ...at, days: 1 }).destroyed, ["2026-03-09"]);
});

for (const step of ["set aside", "overwritten", "segment gone", "noted", "gone"] satisfies RetentionStep[])
  test(`L2: a crash after a day was ${step}: its secret opens nothing, and the next run ends it and notes it once`, () => {
    using at = home("2026-03-12T00:00:00Z", ["2026-03-01", "2026-03-02"]);
    const crash = (now: RetentionStep): void => {
      if (now === step) throw new Error("crash");
    };
    assert.deepEqual(destroyOldDays({ ...at, afterStep: crash }).destroyed, []);
    assert.equal(existsSync(join(at.secretFolder, "day-2026-03-01")), false, "the secret goes first");
    const overwritten = at.names().filter((name) => name.startsWith("dying-"));
    for (const name of overwritten)
      assert.equal(readFileSync(join(at.secretFolder, name), "latin1").includes(SECRET), step === "set aside");
    const before = at.noted().length;
    const second = destroyOldDays(at);
    assert.equal(second.destroyed.length, step === "gone" ? 0 : 2);
    assert.equal(before, step === "noted" || step === "gone" ? 2 : 0);
    assert.deepEqual(at.names(), ["epoch"]);
    assert.deepEqual(at.noted(), [
      { what: "log-day", day: "2026-03-01" },
      { what: "log-day", day: "2026-03-02" },
    ]);
  });

test("L2: a day that lost its segment or its secret before is ended and noted like others", () => {
  using at = home("2026-03-12T00:00:00Z", ["2026-03-01", "2026-03-02"]);
  rmSync(join(at.logFolder, "2026-03-01.seg"));
  rmSync(join(at.secretFolder, "day-2026-03-02"));
  assert.deepEqual(destroyOldDays(at).destroyed, ["2026-03-01", "2026-03-02"]);
  assert.equal(at.noted().length, 2);
  assert.deepEqual(at.names(), ["epoch"]);
});

test("strange names and days that have not come are left and told of", () => {
  using at = home("2026-03-10T12:00:00Z", ["2026-03-01", "2026-03-11"]);
  writeFileSync(join(at.logFolder, "2026-02-30.seg"), "");
  writeFileSync(join(at.logFolder, "notes.txt"), "");
  writeFileSync(join(at.secretFolder, "day-before"), "");
  const { left } = destroyOldDays(at);
  assert.deepEqual(left.map(({ name }) => name).toSorted(), [
    "2026-02-30.seg",
    "2026-03-11.seg",
    "day-2026-03-11",
    "day-before",
    "notes.txt",
  ]);
  assert.match(left.find(({ name }) => name === "day-2026-03-11")?.reason ?? "", /has not come/);
});

test("L2: a clock set back ends nothing until it is right again; one set forward ends at once", () => {
  using at = home("2026-03-11T00:00:00Z", ["2026-03-01", "2026-03-02"]);
  destroyOldDays(at);
  const back = new FakeClock("2026-02-01T00:00:00Z");
  assert.deepEqual(destroyOldDays({ ...at, clock: back }).destroyed, []);
  const forward = new FakeClock("2030-01-01T00:00:00Z");
  assert.deepEqual(destroyOldDays({ ...at, clock: forward }).destroyed, ["2026-03-02"]);
});

test("a chain that was altered keeps no day alive: it is noted when the chain is whole again", () => {
  using at = home("2026-03-12T00:00:00Z", ["2026-03-01", "2026-03-02"]);
  appendToChain(at.chain, 0, "other", {});
  const whole = readFileSync(at.chain, "utf8");
  writeFileSync(at.chain, whole.replace("other", "othex"));
  const { destroyed, left } = destroyOldDays(at);
  assert.deepEqual(destroyed, []);
  assert.match(left[0]?.reason ?? "", /was altered/);
  assert.deepEqual(at.names(), ["dying-2026-03-01", "dying-2026-03-02", "epoch"]);
  assert.equal(readFileSync(join(at.secretFolder, "dying-2026-03-01"), "latin1").includes(SECRET), false);
  writeFileSync(at.chain, whole);
  assert.deepEqual(destroyOldDays(at).destroyed, ["2026-03-01", "2026-03-02"]);
  assert.equal(at.noted().length, 3);
});

test("one day that cannot be ended keeps none of the others", () => {
  using at = home("2026-03-12T00:00:00Z", ["2026-03-02"]);
  const elsewhere = join(at.secretFolder, "epoch");
  symlinkSync(elsewhere, join(at.secretFolder, "dying-2026-03-01"));
  const { destroyed, left } = destroyOldDays(at);
  assert.deepEqual(destroyed, ["2026-03-02"]);
  assert.deepEqual(left, [{ name: "dying-2026-03-01", reason: "ELOOP" }]);
  assert.equal(readFileSync(elsewhere, "latin1"), SECRET, "what a link points to is never overwritten");
});

test("an empty home has nothing to end; the coming midnight is the next time to look", () => {
  using at = home("2026-03-12T13:00:00Z", []);
  rmSync(at.logFolder, { recursive: true });
  assert.deepEqual(destroyOldDays(at), { destroyed: [], left: [] });
  assert.equal(nextDestruction(at.clock) - at.clock.now(), 11 * HOUR);
});

test("days are those of the calendar in UTC", () => {
  assert.equal(startOfDay("2026-02-29"), undefined);
  assert.equal(startOfDay("2028-02-29"), Date.UTC(2028, 1, 29));
  assert.equal(startOfDay("../epoch"), undefined);
  assert.equal(dayOf(Date.UTC(2026, 2, 1) + DAY - 1), "2026-03-01");
});
