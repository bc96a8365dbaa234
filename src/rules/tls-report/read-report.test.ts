import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { readTlsReport } from "./read-report.ts";
import { writeReport } from "./report.ts";

const day = Date.parse("2026-06-01");

test("F5: what we write we can read", () => {
  const detail = {
    sendingAddress: "192.0.2.1",
    host: "mx.example.com",
    receivingAddress: undefined,
    reason: undefined,
  };
  const json = writeReport({
    organisation: "Our Mail",
    contact: "a@b.example",
    id: "x1",
    day,
    policies: [
      {
        policy: { type: "sts", domain: "example.com", lines: ["version: STSv1"] },
        successes: 10,
        failures: 9,
        details: [
          { ...detail, result: "certificate-expired", sessions: 3 },
          { ...detail, result: "certificate-expired", host: undefined, sessions: 1 },
          { ...detail, result: "their own word", sessions: 2 },
        ],
      },
      { policy: { type: "tlsa", domain: "mx.example.com", lines: [] }, successes: 0, failures: 0, details: [] },
    ],
  });
  assert.deepEqual(readTlsReport(json), {
    kind: "tls",
    organisation: "Our Mail",
    id: "x1",
    from: day,
    until: day + 86_399_000,
    results: [
      { domain: "example.com", result: "sts certificate-expired", count: 4 },
      // Two in a word of theirs, three that the details do not tell of.
      { domain: "example.com", result: "sts other", count: 5 },
      { domain: "example.com", result: "sts success", count: 10 },
    ],
  });
});

test("what is no report is none, and values of wrong kinds count nothing", () => {
  const range = { "start-datetime": "2026-06-01T00:00:00Z", "end-datetime": "2026-06-01T23:59:59+00:00" };
  for (const wrong of [
    "",
    "[]",
    "null",
    "7",
    "{",
    "{}",
    `{"date-range":${JSON.stringify(range)}}`,
    "[".repeat(100_000),
  ])
    assert.equal(readTlsReport(wrong), undefined, wrong.slice(0, 20));
  const policy = { policy: { "policy-domain": "a.example" }, summary: { "total-successful-session-count": "7" } };
  for (const policies of [
    [],
    [null, 7, [], {}],
    [policy],
    [{ ...policy, "failure-details": [null, { "failed-session-count": -1 }] }],
  ])
    assert.deepEqual(readTlsReport(JSON.stringify({ "date-range": range, policies }))?.results, []);
  for (const start of ["yesterday", 7, "2026-13-01T00:00:00Z", "1"])
    assert.equal(
      readTlsReport(JSON.stringify({ "date-range": { ...range, "start-datetime": start }, policies: [] })),
      undefined,
    );
});

test("any JSON is a report or none", () => {
  fc.assert(
    fc.property(fc.json(), (json) => {
      const report = readTlsReport(json);
      assert.ok(report === undefined || report.kind === "tls");
    }),
  );
});
