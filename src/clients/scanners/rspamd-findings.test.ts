import assert from "node:assert/strict";
import { test } from "node:test";
import { findingsOfConfiguration } from "./rspamd-findings.ts";

const findings = (value: unknown): readonly string[] => findingsOfConfiguration(Buffer.from(JSON.stringify(value)));
const GOOD = {
  logging: { level: "warning" },
  options: { history_rows: 1 },
  history_redis: { enabled: false, nrows: 200 },
  clickhouse: { limit: 1000 },
  metadata_exporter: { rules: {} },
};

test("a configuration that keeps nothing of anybody has no findings", () => {
  assert.deepEqual(findings(GOOD), []);
  assert.deepEqual(findings({ logging: { level: "error" }, options: { history_rows: 1 } }), []);
});

test("what keeps or writes down who wrote to whom is found", () => {
  const found = (more: object, word: RegExp): void => {
    const all = findings({ ...GOOD, ...more });
    assert.equal(all.length, 1);
    assert.match(all[0] ?? "", word);
  };
  for (const level of ["info", "notice", "debug", 5, undefined]) found({ logging: { level } }, /logs addresses/);
  found({ history_redis: { nrows: 200 } }, /Redis/);
  found({ options: { history_rows: 200 } }, /history in memory/);
  found({ options: {} }, /history in memory/);
  found({ clickhouse: { servers: "127.0.0.1:8123" } }, /module clickhouse/);
  found({ elastic: { server: ["127.0.0.1"] } }, /module elastic/);
  found({ metadata_exporter: { rules: { a: {} } } }, /module metadata_exporter/);
});

test("a configuration that cannot be read is no good sign", () => {
  for (const octets of [undefined, Buffer.from(""), Buffer.from("[]"), Buffer.from("{}"), Buffer.from("\0".repeat(99))])
    assert.match(findingsOfConfiguration(octets)[0] ?? "", /cannot be read/);
});
