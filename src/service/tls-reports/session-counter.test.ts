import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../../../test/world/fake-clock.ts";
import { DAY } from "../../host/clock.ts";
import { memoryTlsResults } from "../../store/memory/tls-results.ts";
import { StoreError } from "../../store/store-error.ts";
import type { TlsResults } from "../../store/tls-results.ts";
import type { RouteFindings, RouteHost } from "../queue/route.ts";
import type { ReportLog } from "./report-events.ts";
import { createTlsSessionCounter, type NotedHandover } from "./session-counter.ts";

const findings: RouteFindings = { stsPolicy: undefined, leftOut: [], failures: [] };
const host: RouteHost = {
  name: "mx.good.example",
  addresses: ["192.0.2.1"],
  tls: { kind: "opportunistic" },
  nameIsSure: false,
};
const noted = (more: Partial<NotedHandover> = {}): NotedHandover => ({
  destination: "good.example",
  findings,
  host,
  handover: { tlsFailures: [], tlsSuccesses: 1 },
  ...more,
});
const failing = (address: string): Partial<NotedHandover> => ({
  handover: { tlsFailures: [{ failure: "certificate-expired", address, detail: undefined }], tlsSuccesses: 0 },
});
const day = Date.parse("2026-06-01");

function counting(more: { readonly most?: number; readonly results?: TlsResults } = {}) {
  const clock = new FakeClock("2026-06-01T12:00:00Z");
  const results = more.results ?? memoryTlsResults();
  const events: string[] = [];
  const log: ReportLog = (name, fields) => void events.push(`${name} ${Object.values(fields).join(" ")}`);
  const counter = createTlsSessionCounter({ clock, log, ...more, results });
  const totals = async (destination: string, of = day): Promise<readonly [number, number] | undefined> => {
    const [one] = await results.sums(of, destination);
    return one && [one.successes, one.failures];
  };
  return { clock, results, events, counter, totals };
}

test("what was counted is written down when it is told to, under its day, whatever the letters of the domain", async () => {
  const { clock, counter, totals, results, events } = counting();
  counter.noteHandover(noted());
  counter.noteHandover(noted({ destination: "GOOD.example", ...failing("192.0.2.1") }));
  counter.noteHandover(noted(failing("192.0.2.1")));
  counter.noteHandover(noted({ destination: "g\u00e5d.example" }));
  assert.equal(await totals("good.example"), undefined);
  await clock.advance(DAY);
  counter.noteHandover(noted());
  await counter.flush();
  assert.deepEqual(await totals("good.example"), [1, 2]);
  assert.deepEqual(
    (await results.sums(day, "good.example"))[0]?.details.map(({ sessions }) => sessions),
    [2],
  );
  assert.deepEqual(await totals("xn--gd-yia.example"), [1, 0]);
  assert.deepEqual(await totals("good.example", day + DAY), [1, 0]);
  await counter.flush();
  assert.deepEqual(await totals("good.example"), [1, 2], "once");
  assert.deepEqual(events, []);
});

test("ways that lead nowhere count, address literals and names that are none do not", async () => {
  const { counter, totals } = counting();
  const failures = [{ failure: "sts-policy-invalid", host: undefined }] as const;
  const refusal = { kind: "temporary", code: 451, enhanced: "4.4.3", sentence: "" } as const;
  counter.noteRoute("good.example", { ...refusal, findings: { ...findings, failures } });
  for (const destination of ["[192.0.2.1]", "192.0.2.1", "a b.example", ""]) {
    counter.noteRoute(destination, { ...refusal, findings: { ...findings, failures } });
    counter.noteHandover(noted({ destination }));
  }
  await counter.flush();
  assert.deepEqual(await totals("good.example"), [0, 1]);
});

test("memory is bounded: what is beyond is counted and told, and so are details", async () => {
  const { counter, totals, results, events } = counting({ most: 2 });
  for (const destination of ["a.example", "b.example", "c.example", "a.example", "d.example"])
    counter.noteHandover(noted({ destination }));
  for (let n = 0; n < 300; n++) counter.noteHandover(noted({ destination: "b.example", ...failing(`192.0.2.${n}`) }));
  await counter.flush();
  assert.deepEqual(
    [await totals("a.example"), await totals("b.example")],
    [
      [2, 0],
      [1, 300],
    ],
  );
  assert.equal((await results.sums(day, "b.example"))[0]?.details.length, 100);
  assert.deepEqual(events, ["tlsreport.beyond 2"]);
});

test("what the store could not take is kept for the next time, and nobody waits or fails", async () => {
  const inner = memoryTlsResults();
  let isFull = true;
  const add: TlsResults["add"] = async (...added) => {
    if (isFull) throw new StoreError("full", "The disk is full.");
    return inner.add(...added);
  };
  const { counter, totals, events } = counting({ results: { ...inner, add } });
  counter.noteHandover(noted());
  await counter.flush();
  isFull = false;
  counter.noteHandover(noted());
  await counter.flush();
  assert.deepEqual(await totals("good.example"), [2, 0]);
  assert.deepEqual(events, ["tlsreport.broken count full"]);
});
