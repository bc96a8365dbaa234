import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../../../test/world/fake-clock.ts";
import { DAY } from "../../host/clock.ts";
import { noted } from "../../rules/dmarc-report/noted.fixture.ts";
import type { DmarcResults } from "../../store/dmarc-results.ts";
import { memoryDmarcResults } from "../../store/memory/dmarc-results.ts";
import { StoreError } from "../../store/store-error.ts";
import { createDmarcResultCounter } from "./result-counter.ts";

const day = Date.parse("2026-06-01");

function counting(results: DmarcResults = memoryDmarcResults(), most = 100) {
  const clock = new FakeClock("2026-06-01T23:59:00Z");
  const events: string[] = [];
  const counter = createDmarcResultCounter({
    results,
    clock,
    log: (name, fields) => void events.push(`${name} ${Object.values(fields).join(" ")}`),
    most,
  });
  const messages = async (of: number, domain: string): Promise<readonly number[]> =>
    (await results.sums(of, domain))?.rows.map((row) => row.messages) ?? [];
  return { clock, counter, events, messages, results };
}

test("messages are summed up by day and policy domain, and written when told to", async () => {
  const { clock, counter, messages } = counting();
  counter.note(noted());
  counter.note(noted());
  counter.note(noted({ sourceAddress: "192.0.2.9" }));
  counter.note(noted({ policyDomain: "example.org" }));
  assert.deepEqual(await messages(day, "example.com"), [], "no mail waits for it");
  await clock.advance(60_000);
  counter.note(noted());
  await counter.flush();
  assert.deepEqual(
    (await messages(day, "example.com")).toSorted((a, b) => a - b),
    [1, 2],
  );
  assert.deepEqual(await messages(day, "example.org"), [1]);
  assert.deepEqual(await messages(day + DAY, "example.com"), [1]);
  await counter.flush();
  assert.deepEqual(await messages(day + DAY, "example.com"), [1], "written once");
});

test("the policy that was seen last is the one that is told of", async () => {
  const { counter, results } = counting();
  counter.note(noted());
  counter.note(noted({ policy: { ...noted().policy, p: "reject" } }));
  await counter.flush();
  assert.match((await results.sums(day, "example.com"))?.published ?? "", /"p":"reject"/);
});

test("what a store does not take is written by the next call, and memory has its bound", async () => {
  const inner = memoryDmarcResults();
  let isBroken = true;
  const results: DmarcResults = {
    ...inner,
    add: async (of, sums) => {
      if (isBroken) throw new StoreError("io", "The disk fails.");
      return inner.add(of, sums);
    },
  };
  const { counter, events, messages } = counting(results, 3);
  for (let n = 0; n < 10; n++) counter.note(noted({ sourceAddress: `192.0.2.${n % 5}` }));
  await counter.flush();
  isBroken = false;
  await counter.flush();
  assert.deepEqual(await messages(day, "example.com"), [2, 2, 2]);
  assert.deepEqual(events, ["dmarcreport.broken count io", "dmarcreport.beyond 4"]);
});

test("a policy that stands at no name of a host makes no report", async () => {
  const { counter, results } = counting();
  for (const policyDomain of ["", "a b.example", 'a".example', "a\r\nb.example"]) counter.note(noted({ policyDomain }));
  await counter.flush();
  assert.equal(await results.plan(day + 2 * DAY, 9, () => ({ id: "0".repeat(32), dueAt: 0 })), 0);
});

test("many rows go to the store in pieces, none twice", async () => {
  const inner = memoryDmarcResults();
  const sizes: number[] = [];
  const results: DmarcResults = {
    ...inner,
    add: (of, sums) => {
      sizes.push(sums.reduce((sum, { rows }) => sum + rows.length, 0));
      return inner.add(of, sums);
    },
  };
  const { counter, messages } = counting(results, 1000);
  for (let n = 0; n < 450; n++) counter.note(noted({ sourceAddress: `10.0.${n >> 8}.${n & 255}` }));
  for (let n = 0; n < 30; n++) counter.note(noted({ policyDomain: `d${n}.example` }));
  await counter.flush();
  assert.deepEqual(sizes, [200, 200, 80]);
  assert.equal((await messages(day, "example.com")).length, 450);
  assert.deepEqual(await messages(day, "d29.example"), [1]);
});
