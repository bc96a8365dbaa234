/** What every store that plans daily reports must do, whatever sums it has. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { DueReport, PlannedReports } from "../planned-reports.ts";
import { StoreError } from "../store-error.ts";

const DAY = 86_400_000;
const ID = "0".repeat(32);

const report = (more: Partial<DueReport> = {}): DueReport => ({
  day: DAY,
  destination: "example.com",
  id: ID,
  attempts: 0,
  firstAt: undefined,
  sentTo: [],
  ...more,
});

type SumsForReports<R extends PlannedReports> = {
  readonly open: () => Promise<R>;
  /** Adds one row of sums, always the same. */
  readonly add: (results: R, day: number, destination: string) => Promise<unknown>;
  readonly count: (results: R, day: number, destination: string) => Promise<number>;
};

export function plannedReportsContract<R extends PlannedReports>(
  name: string,
  { open, add, count }: SumsForReports<R>,
): void {
  test(`each day and destination gets one report, which is due, postponed and done (${name})`, async () => {
    await using results = await open();
    await add(results, DAY, "example.com");
    await add(results, DAY, "example.org");
    await add(results, 2 * DAY, "example.com");
    let planned = 0;
    const plan = (before: number): Promise<number> =>
      results.plan(before, 9, (day) => ({ id: String(planned++).padStart(32, "0"), dueAt: day + 100 - planned }));
    assert.equal(await plan(DAY), 0);
    assert.equal(await plan(2 * DAY), 2);
    assert.equal(await plan(2 * DAY), 0);
    assert.deepEqual(await results.due(DAY + 97, 9), []);
    const both = await results.due(DAY + 99, 9);
    assert.deepEqual(
      both.map(({ id }) => id),
      ["1".padStart(32, "0"), ID],
    );
    assert.deepEqual(await results.due(DAY + 99, 1), both.slice(0, 1));
    const [{ destination } = report(), { destination: other } = report()] = both;
    assert.deepEqual([destination, other].toSorted(), ["example.com", "example.org"]);

    await results.noteSent(DAY, destination, "place 2");
    await results.noteSent(DAY, destination, "place 1");
    await results.noteSent(DAY, destination, "place 1");
    await results.postpone(DAY, destination, DAY + 7, 3 * DAY);
    await results.done(DAY, other);
    assert.deepEqual(await results.due(3 * DAY - 1, 9), []);
    const id = "1".padStart(32, "0");
    const postponed = report({ destination, id, attempts: 1, firstAt: DAY + 7, sentTo: ["place 1", "place 2"] });
    assert.deepEqual(await results.due(3 * DAY, 9), [postponed]);
  });

  test(`reports are planned some at a time, until all are (${name})`, async () => {
    await using results = await open();
    for (const destination of ["a", "b", "c"]) await add(results, DAY, destination);
    const plan = (): Promise<number> => results.plan(2 * DAY, 2, () => ({ id: ID, dueAt: 5 }));
    assert.deepEqual([await plan(), await plan(), await plan()], [2, 1, 0]);
    assert.equal((await results.due(5, 9)).length, 3);
  });

  test(`what is done is never due or planned again, and its sums are gone (${name})`, async () => {
    await using results = await open();
    await add(results, DAY, "example.com");
    await results.plan(2 * DAY, 9, () => ({ id: ID, dueAt: 5 }));
    await results.done(DAY, "example.com");
    assert.equal(await count(results, DAY, "example.com"), 0);
    await add(results, DAY, "example.com");
    await results.postpone(DAY, "example.com", 5, 6);
    assert.equal(await results.plan(2 * DAY, 9, () => ({ id: "f".repeat(32), dueAt: 5 })), 0);
    assert.deepEqual(await results.due(9 * DAY, 9), []);
  });

  test(`D2: days are forgotten with all that belongs to them, later ones stay (${name})`, async () => {
    await using results = await open();
    await add(results, DAY, "example.com");
    await add(results, 2 * DAY, "example.com");
    await results.plan(9 * DAY, 9, () => ({ id: ID, dueAt: 5 }));
    await results.noteSent(DAY, "example.com", "place");
    assert.equal(await results.forget(DAY), 0);
    assert.ok((await results.forget(2 * DAY)) >= 3);
    assert.equal(await results.forget(2 * DAY), 0);
    assert.equal(await count(results, DAY, "example.com"), 0);
    assert.equal(await count(results, 2 * DAY, "example.com"), 1);
    assert.deepEqual(await results.due(5, 9), [report({ day: 2 * DAY })]);
    assert.equal(await results.plan(9 * DAY, 9, () => ({ id: ID, dueAt: 5 })), 0);
  });

  test(`a closed store says so (${name})`, async () => {
    const results = await open();
    await results[Symbol.asyncDispose]();
    for (const call of [
      () => add(results, DAY, "example.com"),
      () => count(results, DAY, "example.com"),
      () => results.plan(DAY, 9, () => ({ id: ID, dueAt: 5 })),
      () => results.due(1, 1),
      () => results.noteSent(DAY, "example.com", "place"),
      () => results.postpone(DAY, "example.com", 1, 1),
      () => results.done(DAY, "example.com"),
      () => results.forget(DAY),
    ])
      await assert.rejects(
        async () => call(),
        (error) => error instanceof StoreError && error.code === "closed",
      );
  });
}
