/** What every `DmarcResults` must do; each implementation registers these tests with a way to open a fresh one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { DmarcResultLimits, DmarcResults, DmarcRowSum, DmarcSums } from "../dmarc-results.ts";
import { plannedReportsContract } from "./planned-reports-cases.ts";

const DAY = 86_400_000;

export const dmarcSums = (more: Partial<DmarcSums> = {}): DmarcSums => ({
  destination: "example.com",
  published: "reject",
  rows: [{ row: "192.0.2.1 pass", messages: 2 }],
  ...more,
});
const row = (name: string, messages = 1): DmarcRowSum => ({ row: name, messages });

export function dmarcResultsContract(name: string, open: (limits?: DmarcResultLimits) => Promise<DmarcResults>): void {
  test(`rows of one kind add up, by day and policy domain, and the last policy is kept (${name})`, async () => {
    await using results = await open();
    assert.equal(await results.add(DAY, [dmarcSums(), dmarcSums({ destination: "example.org" })]), 0);
    await results.add(DAY, [dmarcSums({ published: "none", rows: [row("192.0.2.1 fail", 7), row("192.0.2.1 pass")] })]);
    await results.add(2 * DAY, [dmarcSums()]);
    const both = [row("192.0.2.1 fail", 7), row("192.0.2.1 pass", 3)];
    assert.deepEqual(await results.sums(DAY, "example.com"), dmarcSums({ published: "none", rows: both }));
    assert.deepEqual(await results.sums(DAY, "example.org"), dmarcSums({ destination: "example.org" }));
    assert.deepEqual(await results.sums(2 * DAY, "example.com"), dmarcSums());
    assert.equal(await results.sums(3 * DAY, "example.com"), undefined);
  });

  test(`bounds hold for domains of a day, their rows, and all rows of a day (${name})`, async () => {
    await using results = await open({ destinations: 2, rows: 3, rowsOfDay: 4 });
    const add = (destination: string, ...rows: readonly DmarcRowSum[]): Promise<number> =>
      results.add(DAY, [dmarcSums({ destination, rows })]);
    assert.equal(await add("a", row("1"), row("2"), row("3"), row("4"), row("1")), 1, "rows of a domain");
    assert.equal(await add("b", row("1"), row("2")), 1, "rows of the day");
    assert.equal(await add("c", row("1"), row("2")), 2, "domains");
    assert.equal(await add("a", row("2", 5)), 0, "what is known adds up");
    assert.equal(await results.add(2 * DAY, [dmarcSums({ destination: "c" })]), 0, "another day has room");
    assert.deepEqual((await results.sums(DAY, "a"))?.rows, [row("1", 2), row("2", 6), row("3")]);
    assert.deepEqual((await results.sums(DAY, "b"))?.rows, [row("1")]);
    assert.equal(await results.sums(DAY, "c"), undefined);
  });

  plannedReportsContract<DmarcResults>(name, {
    open,
    add: (results, day, destination) => results.add(day, [dmarcSums({ destination })]),
    count: async (results, day, destination) => ((await results.sums(day, destination)) === undefined ? 0 : 1),
  });
}
