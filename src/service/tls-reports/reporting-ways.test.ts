/** Reports and other mail to the same domains, over ways and a counter as the service has them, to made-up hosts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../../../test/world/fake-clock.ts";
import { outbound, reply } from "../../store/contract/outbound-samples.ts";
import { inMemory } from "../../store/contract/samples.ts";
import { memoryTlsResults } from "../../store/memory/tls-results.ts";
import type { Route, RouteHost } from "../queue/route.ts";
import type { Handover } from "../queue/transport.ts";
import type { TlsHandover } from "./applied-sums.ts";
import { createReportingWays } from "./reporting-ways.ts";
import { createTlsSessionCounter } from "./session-counter.ts";

const day = Date.parse("2026-06-01");
const enforced: RouteHost = {
  name: "mx.good.example",
  addresses: ["192.0.2.1"],
  tls: { kind: "mta-sts", mode: "enforce" },
  nameIsSure: true,
};
const findings = { stsPolicy: ["version: STSv1"], leftOut: [], failures: [] };
const way: Route = { kind: "hosts", hosts: [enforced], findings };
const free: Route = { kind: "hosts", hosts: [{ ...enforced, tls: { kind: "opportunistic" } }], findings };
const refused: Route = {
  kind: "permanent",
  code: 550,
  enhanced: "5.7.1",
  sentence: "",
  findings: { ...findings, failures: [{ failure: "validation-failure", host: "mx.good.example" }] },
};
const unreached: Handover & TlsHandover = {
  kind: "unreached",
  reply: reply(451),
  tlsFailures: [{ failure: "certificate-expired", address: "192.0.2.1", detail: undefined }],
  tlsSuccesses: 0,
};

function between({
  smarthost,
  found = way,
  handover = unreached,
}: {
  readonly smarthost?: string;
  readonly found?: Route;
  readonly handover?: Handover;
} = {}) {
  const results = memoryTlsResults();
  const counter = createTlsSessionCounter({ results, clock: new FakeClock("2026-06-01T12:00:00Z"), log: () => {} });
  const ways = createReportingWays({
    ways: { route: async () => found, deliver: async () => handover },
    reportRouter: { route: async () => free },
    domains: ["ours.example"],
    smarthost,
    counter,
  });
  const attempt = async (destination: string): Promise<Route> => {
    const route = await ways.route(destination);
    const envelope = { ...outbound(), recipients: [] };
    if (route.kind === "hosts")
      for (const host of route.hosts) assert.equal(await ways.deliver(host, envelope, inMemory(Buffer.of())), handover);
    return route;
  };
  const failures = async (domain: string): Promise<number | undefined> => {
    await counter.flush();
    const sums = await results.sums(day, domain);
    return sums[0]?.failures;
  };
  return { ways, attempt, failures };
}

test("mail goes as it would, and is counted", async () => {
  const { attempt, failures } = between();
  assert.deepEqual(await attempt("good.example"), way);
  assert.equal(await failures("good.example"), 1);
});

test("F5: reports never make reports: theirs go without a policy, whatever TLS comes to, and are not counted", async () => {
  const { attempt, failures } = between();
  assert.deepEqual(await attempt("tlsrpt:good.example"), free);
  assert.equal(await failures("good.example"), undefined);
  await attempt("good.example");
  await attempt("tlsrpt:good.example");
  assert.equal(await failures("good.example"), 1);
});

test("a way that a policy forbids is counted, and reports go all the same", async () => {
  const { attempt, failures } = between({ found: refused });
  assert.deepEqual(await attempt("good.example"), refused);
  assert.equal(await failures("good.example"), 1);
  assert.deepEqual(await attempt("tlsrpt:good.example"), free);
});

test("what kept mail from a host counts once for each way over which something goes, not while its hosts have no place", async () => {
  const failed = { failure: "validation-failure", host: "mx.old.example" } as const;
  const found: Route = { ...way, findings: { ...findings, failures: [failed] } };
  const handover: Handover & TlsHandover = { ...unreached, tlsFailures: [], tlsSuccesses: 1 };
  const { ways, attempt, failures } = between({ found, handover });
  for (let n = 0; n < 30; n++) await ways.route("good.example");
  assert.equal(await failures("good.example"), undefined);
  const route = await attempt("good.example");
  const [host] = route.kind === "hosts" ? route.hosts : [];
  assert.ok(host !== undefined);
  await ways.deliver(host, { ...outbound(), recipients: [] }, inMemory(Buffer.of()));
  assert.equal(await failures("good.example"), 1);
  await attempt("good.example");
  assert.equal(await failures("good.example"), 2);
});

test("reports on DMARC go as other mail does, under its policies, and are not counted", async () => {
  const { attempt, failures } = between();
  assert.equal(await attempt("dmarc:good.example"), way);
  assert.equal(await failures("good.example"), undefined);
});

test("what stays here is not counted, reports for ourselves too", async () => {
  const { attempt, failures } = between();
  assert.equal(await attempt("ours.example"), way);
  assert.equal(await attempt("tlsrpt:ours.example"), way);
  assert.equal(await failures("ours.example"), undefined);
});

test("RFC 8460 section 1.1: over a smarthost it is the smarthost's TLS; reports take its way as well", async () => {
  const { attempt, failures } = between({ smarthost: "smart.example" });
  await attempt("good.example");
  assert.equal(await attempt("tlsrpt:good.example"), way);
  assert.deepEqual([await failures("good.example"), await failures("smart.example")], [undefined, 1]);
});

test("a handover that says nothing of TLS counts nothing", async () => {
  const { attempt, failures } = between({ handover: { kind: "unreached", reply: reply(451) } });
  await attempt("good.example");
  assert.equal(await failures("good.example"), undefined);
});
