/** How reports to the sender of one message come together in the outbound queue, and stay as they are once they are told. */
import assert from "node:assert/strict";
import { type PendingReport, REPORT_WAITS_MS, type Work } from "../outbound-queue.ts";
import { allOf, report, settlement, wish } from "./outbound-samples.ts";
import { only, type RegisterOutboundCase, type World } from "./outbound-world.ts";

const addresses = ({ recipients }: PendingReport): readonly string[] => recipients.map(({ address }) => address);

/** One message to these domains, each claimed. */
async function claimed({ queue, put }: World, domains: readonly string[]): Promise<readonly Work[]> {
  await put(domains.map((domain) => `x@${domain}`));
  const works: Work[] = [];
  for (const _ of domains) works.push(only(await queue.claim(wish(1000, { until: 900_000 }))));
  return works.toSorted((a, b) => a.item - b.item);
}

export function outboundReportCases(claims: RegisterOutboundCase): void {
  claims("what ends one after the other is told in one report, without waiting when it was the last", async (world) => {
    const { queue } = world;
    const [a, b, c] = await claimed(world, ["a.example", "b.example", "c.example"]);
    assert.ok(a && b && c);
    const first = report("failed", "x@a.example");
    const fail = (work: Work, now: number, reports = [report("failed", `x@${work.recipients[0]?.destination}`)]) =>
      queue.settle(work, settlement(now, { results: allOf(work, "failed"), reports }));
    await fail(a, 1000, [first, report("relayed", "y@a.example")]);
    await fail(b, 2000);
    assert.deepEqual(await queue.reports(1000 + REPORT_WAITS_MS - 1, 10), []);
    await fail(c, 3000);
    const due = await queue.reports(3000, 10);
    assert.deepEqual(
      new Map(due.map((one) => [one.id === first.id, addresses(one)])),
      new Map([
        [true, ["x@a.example", "x@b.example", "x@c.example"]],
        [false, ["y@a.example"]],
      ]),
    );
    for (const { id } of due) await queue.reported(id);
    assert.equal((await queue.sums()).messages, 0);
  });

  claims("a report that was taken stays as it is: what comes later is told in another", async (world) => {
    const { queue } = world;
    const [a, b, c] = await claimed(world, ["a.example", "b.example", "c.example"]);
    assert.ok(a && b && c);
    const [first, second] = [report("failed", "x@a.example"), report("failed", "x@b.example")];
    await queue.settle(a, settlement(1000, { results: allOf(a, "failed"), reports: [first] }));
    const [taken] = await queue.reports(1000 + REPORT_WAITS_MS, 10);
    assert.equal(taken?.id, first.id);
    // Of a clock that goes back, or a commit that waited: what was taken is no matter of time.
    await queue.settle(b, settlement(1001, { results: allOf(b, "failed"), reports: [second] }));
    assert.deepEqual((await queue.reports(1001 + REPORT_WAITS_MS, 10)).map(addresses), [
      ["x@a.example"],
      ["x@b.example"],
    ]);
    for (const { id } of [first, second]) await queue.reported(id);
    await queue.settle(c, settlement(1002, { results: allOf(c, "delivered") }));
    assert.equal((await queue.sums()).messages, 0);
  });

  claims("that a message takes long is told once, whatever of it is late when", async (world) => {
    const { queue, put, at } = world;
    await put(["x@a.example", "x@b.example", "x@c.example", "x@d.example"]);
    const d = only(await queue.claim(wish(1000, { until: 900_000 })));
    at(20_000);
    const [a, b, c] = await queue.late(20_000, 20_000, 10);
    assert.ok(a && b && c);
    await queue.noteLate(a.item, report("delayed", "x@a.example"));
    await queue.noteLate(b.item, report("delayed", "x@b.example"));
    assert.deepEqual(await queue.reports(20_000 + REPORT_WAITS_MS - 1, 10), []);
    const [told] = await queue.reports(20_000 + REPORT_WAITS_MS, 10);
    assert.deepEqual(told && addresses(told), ["x@a.example", "x@b.example"]);
    await queue.noteLate(c.item, report("delayed", "x@c.example"));
    assert.equal((await queue.reports(900_000, 10)).length, 1);
    await queue.reported(told?.id ?? assert.fail());
    assert.deepEqual(await queue.reports(900_000, 10), []);
    await queue.putBack([d]);
    assert.deepEqual(
      await queue.late(900_000, 900_000, 10),
      [],
      "what was being tried meanwhile is not told of either",
    );
  });
}
