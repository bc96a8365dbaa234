import assert from "node:assert/strict";
import { test } from "node:test";
import type { TlsFailureSum, TlsSums } from "../../store/tls-results.ts";
import type { RouteFindings, RouteHost, TlsPolicy } from "../queue/route.ts";
import { sumsOfHandover, sumsOfRoute, type TlsHandover } from "./applied-sums.ts";

const lines = ["version: STSv1", "mode: testing", "mx: mx.good.example"];
const found = (more: Partial<RouteFindings> = {}): RouteFindings => ({
  stsPolicy: undefined,
  leftOut: [],
  failures: [],
  ...more,
});
const hostWith = (tls: TlsPolicy, name = "mx.good.example"): RouteHost => ({
  name,
  addresses: ["192.0.2.1"],
  tls,
  nameIsSure: false,
});
const good: TlsHandover = { tlsFailures: [], tlsSuccesses: 1 };
const failed = (failure: string, detail?: string): TlsHandover => ({
  tlsFailures: [{ failure, address: "192.0.2.1", detail }],
  tlsSuccesses: 0,
});
const of = (findings: RouteFindings, tls: TlsPolicy, handover: TlsHandover): readonly TlsSums[] =>
  sumsOfHandover("good.example", findings, hostWith(tls), handover);
const detail = (result: string, more: Partial<TlsFailureSum> = {}): TlsFailureSum => ({
  result,
  host: "mx.good.example",
  receivingAddress: "192.0.2.1",
  reason: undefined,
  sessions: 1,
  ...more,
});
const unconnected = (result: string, more: Partial<TlsFailureSum> = {}): TlsFailureSum =>
  detail(result, { host: undefined, receivingAddress: undefined, ...more });
const sums = (
  policy: TlsSums["policy"],
  successes: number,
  failures: number,
  details: readonly TlsFailureSum[] = [],
): TlsSums => ({
  destination: "good.example",
  policy,
  successes,
  failures,
  details,
});
const none = { type: "no-policy-found", domain: "good.example", lines: [] } as const;
const sts = { type: "sts", domain: "good.example", lines } as const;
const unknownSts = { ...sts, lines: [] };
const opportunistic: TlsPolicy = { kind: "opportunistic" };
const testing: TlsPolicy = { kind: "mta-sts", mode: "testing" };

test("a session counts under the policy that was applied to it", () => {
  assert.deepEqual(of(found(), opportunistic, good), [sums(none, 1, 0)]);
  assert.deepEqual(of(found({ stsPolicy: lines }), testing, good), [sums(sts, 1, 0)]);
  const data = Uint8Array.of(1, 255);
  const dane: TlsPolicy = {
    kind: "dane",
    serverName: "base.example",
    names: ["base.example"],
    records: [{ usage: 3, selector: 1, matchingType: 1, data }],
  };
  const tlsa = { type: "tlsa", domain: "base.example", lines: ["3 1 1 01FF"] } as const;
  assert.deepEqual(of(found({ stsPolicy: lines }), dane, good), [sums(tlsa, 1, 0)], "DANE decides where both are");
});

test("failures bear host, address, and a reason that is short and printable", () => {
  assert.deepEqual(of(found(), opportunistic, failed("starttls-not-supported")), [
    sums(none, 0, 1, [detail("starttls-not-supported")]),
  ]);
  const [one] = of(
    found({ stsPolicy: lines }),
    testing,
    failed("certificate-not-trusted", `A\r\n\u00e5${"x".repeat(999)}`),
  );
  assert.deepEqual(one, sums(sts, 0, 1, [detail("certificate-not-trusted", { reason: `A???${"x".repeat(96)}` })]));
  const both = { tlsFailures: failed("certificate-expired").tlsFailures, tlsSuccesses: 2 };
  assert.deepEqual(of(found(), opportunistic, both), [sums(none, 2, 1, [detail("certificate-expired")])]);
});

test("a connection that is used again, or that never was, counts nothing", () => {
  assert.deepEqual(of(found(), opportunistic, { tlsFailures: [], tlsSuccesses: 0 }), []);
});

test("RFC 8460 section 4.4: a policy in force that could not be renewed is told; what TLS came to under it counts", () => {
  const failures = [{ failure: "sts-policy-fetch-error", host: undefined }] as const;
  const findings = found({ failures, stsPolicy: lines });
  const twice = unconnected("sts-policy-fetch-error", { sessions: 2 });
  assert.deepEqual(of(findings, testing, { tlsFailures: [], tlsSuccesses: 2 }), [sums(sts, 2, 0, [twice])]);
  const mixed = { ...failed("certificate-expired"), tlsSuccesses: 1 };
  assert.deepEqual(of(findings, testing, mixed), [sums(sts, 1, 1, [detail("certificate-expired"), twice])]);
  const [, besides] = of(findings, { kind: "encrypted" }, good);
  assert.deepEqual(besides, sums(sts, 0, 0, [unconnected("sts-policy-fetch-error")]), "DANE decided");
});

test("a policy that could not be had is a failure of MTA-STS besides what TLS came to", () => {
  const failures = [{ failure: "sts-policy-fetch-error", host: undefined }] as const;
  assert.deepEqual(of(found({ failures }), opportunistic, good), [
    sums(none, 1, 0),
    sums(unknownSts, 0, 1, [unconnected("sts-policy-fetch-error")]),
  ]);
});

test("a host that a policy in testing does not name fails by that", () => {
  const failures = [
    { failure: "validation-failure", host: "mx.good.example" },
    { failure: "validation-failure", host: "mx2.good.example" },
  ] as const;
  const outside = unconnected("validation-failure", { host: "mx.good.example", reason: "mx-not-in-sts-policy" });
  assert.deepEqual(of(found({ failures, stsPolicy: lines }), opportunistic, good), [sums(sts, 0, 1, [outside])]);
});

test("TLSA records that nobody can use are invalid", () => {
  const failures = [{ failure: "tlsa-invalid", host: "mx.good.example" }] as const;
  assert.deepEqual(of(found({ failures }), { kind: "encrypted" }, good), [
    sums({ type: "tlsa", domain: "mx.good.example", lines: [] }, 0, 1, [
      unconnected("tlsa-invalid", { host: "mx.good.example" }),
    ]),
  ]);
});

test("what kept mail from a host counts once a way, and only where no connection can count it", () => {
  const failures = [
    { failure: "sts-policy-invalid", host: undefined },
    { failure: "dnssec-invalid", host: "mx1.good.example" },
    { failure: "validation-failure", host: "mx2.good.example" },
    { failure: "validation-failure", host: "mx3.good.example" },
    { failure: "tlsa-invalid", host: "mx.good.example" },
  ] as const;
  const findings = found({ failures, stsPolicy: lines });
  const dnssec = sums({ type: "tlsa", domain: "mx1.good.example", lines: [] }, 0, 1, [
    unconnected("dnssec-invalid", { host: "mx1.good.example" }),
  ]);
  const outside = ["mx2.good.example", "mx3.good.example"].map((host) =>
    unconnected("validation-failure", { host, reason: "mx-not-in-sts-policy" }),
  );
  const hosts = [hostWith({ kind: "encrypted" })];
  assert.deepEqual(sumsOfRoute("good.example", { kind: "hosts", hosts, findings }), [dnssec, sums(sts, 0, 2, outside)]);
  const refusal = { kind: "temporary", code: 451, enhanced: "4.4.3", sentence: "" } as const;
  const alone = found({ failures: failures.slice(0, 1) });
  assert.deepEqual(sumsOfRoute("good.example", { ...refusal, findings: alone }), [
    sums(unknownSts, 0, 1, [unconnected("sts-policy-invalid")]),
  ]);
  assert.deepEqual(sumsOfRoute("good.example", { ...refusal, findings: found() }), []);
});

test("a policy of a stranger takes a bounded place", () => {
  const many = Array.from({ length: 5000 }, (_line, n) => `mx: mx${n}.good.example`);
  const [one] = of(found({ stsPolicy: many }), testing, good);
  assert.ok((one?.policy.lines ?? []).join("").length <= 8192);
  assert.equal(one?.policy.lines[0], many[0]);
});
