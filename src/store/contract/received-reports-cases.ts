/** What every `ReceivedReports` must do; each implementation registers these tests with a way to open a fresh one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ReceivedReport, ReceivedReportLimits, ReceivedReports, ReceivedSum } from "../received-reports.ts";
import { StoreError } from "../store-error.ts";

const DAY = 86_400_000;

const result = (more: Partial<ReceivedReport["results"][number]> = {}): ReceivedReport["results"][number] => ({
  domain: "ours.example",
  result: "ours dkim=pass spf=pass none",
  count: 3,
  ...more,
});
export const received = (more: Partial<ReceivedReport> = {}): ReceivedReport => ({
  mark: "a".repeat(64),
  kind: "dmarc",
  day: DAY,
  submitter: "reporter.example",
  results: [result()],
  ...more,
});
const sum = (more: Partial<ReceivedSum> = {}): ReceivedSum => ({
  kind: "dmarc",
  day: DAY,
  submitter: "reporter.example",
  ...result(),
  ...more,
});

export function receivedReportsContract(
  name: string,
  open: (limits?: ReceivedReportLimits) => Promise<ReceivedReports>,
): void {
  test(`reports add up, each once (${name})`, async () => {
    await using reports = await open();
    assert.equal(await reports.add(received()), "added");
    assert.equal(await reports.add(received()), "known");
    assert.equal(await reports.add(received({ mark: "b" })), "added");
    assert.equal(await reports.add(received({ mark: "c", kind: "tls", results: [] })), "added");
    assert.equal(await reports.add(received({ mark: "c", kind: "tls" })), "known");
    assert.deepEqual(await reports.sums(0), [sum({ count: 6 })]);
  });

  test(`sums come with the newest day first, then by kind, domain, submitter and result (${name})`, async () => {
    await using reports = await open();
    await reports.add(received({ results: [result({ domain: "z.example" }), result({ result: "a" }), result()] }));
    await reports.add(received({ mark: "b", kind: "tls", results: [result({ result: "sts success" })] }));
    await reports.add(received({ mark: "c", submitter: "other.example" }));
    await reports.add(received({ mark: "d", day: 2 * DAY }));
    assert.deepEqual(await reports.sums(0), [
      sum({ day: 2 * DAY }),
      sum({ submitter: "other.example" }),
      sum({ result: "a" }),
      sum(),
      sum({ domain: "z.example" }),
      sum({ kind: "tls", result: "sts success" }),
    ]);
    assert.deepEqual(await reports.sums(2 * DAY), [sum({ day: 2 * DAY })]);
  });

  test(`a day has its bounds, and a report is counted wholly or not at all (${name})`, async () => {
    await using reports = await open({ sumsOfDay: 2, reportsOfDay: 2 });
    const more = [result({ result: "a" }), result({ result: "b" })];
    assert.equal(await reports.add(received()), "added");
    assert.equal(await reports.add(received({ mark: "b", results: more })), "beyond");
    assert.deepEqual(await reports.sums(0), [sum()]);
    assert.equal(await reports.add(received({ mark: "b" })), "added", "what is known has room");
    assert.equal(await reports.add(received({ mark: "c", results: [] })), "beyond");
    assert.equal(await reports.add(received({ mark: "c", day: 2 * DAY })), "added");
  });

  test(`D2: days are forgotten with their marks, later ones stay (${name})`, async () => {
    await using reports = await open();
    await reports.add(received());
    await reports.add(received({ mark: "b", day: 2 * DAY }));
    assert.equal(await reports.forget(DAY), 0);
    assert.equal(await reports.forget(2 * DAY), 2);
    assert.deepEqual(await reports.sums(0), [sum({ day: 2 * DAY })]);
    assert.equal(await reports.add(received()), "added");
  });

  test(`a closed store says so (${name})`, async () => {
    const reports = await open();
    await reports[Symbol.asyncDispose]();
    for (const call of [() => reports.add(received()), () => reports.sums(0), () => reports.forget(0)])
      await assert.rejects(
        async () => call(),
        (error) => error instanceof StoreError && error.code === "closed",
      );
  });
}
