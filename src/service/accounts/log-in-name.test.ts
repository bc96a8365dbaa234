import assert from "node:assert/strict";
import { test } from "node:test";
import { logInName } from "./log-in-name.ts";

test("a name is the same in capitals, in letters of its domain, and in A-labels", () => {
  for (const typed of [
    "u1@xn--bcher-kva.test",
    "U1@XN--BCHER-KVA.Test",
    "u1@bücher.test",
    "U1@BÜCHER.TEST",
    "u1@bu\u0308cher.test",
    "u1@bücher\u3002test",
  ])
    assert.equal(logInName(typed), "u1@xn--bcher-kva.test", typed);
});

test("what is no address of ours does not become one", () => {
  for (const [typed, name] of [
    ["", ""],
    ["u1", "u1"],
    ["ü1@Example.test", "ü1@example.test"],
    ["\u212aarl@example.test", "\u212aarl@example.test"],
    ["u1@bücher.test/x", "u1@bücher.test/x"],
    ["u1@bücher.test?x", "u1@bücher.test?x"],
    ["u1@bücher.test:80", "u1@bücher.test:80"],
    ["u1@bü\tcher.test", "u1@bü\tcher.test"],
    ["u1@bücher..test", "u1@bücher..test"],
    ["u1@\ud800.test", "u1@\ud800.test"],
    ["@bücher.test", "@xn--bcher-kva.test"],
    ["bücher.test@", "bücher.test@"],
  ] as const)
    assert.equal(logInName(typed), name, JSON.stringify(typed));
});

test("domains that are longer than any stay as they are, and cost little", () => {
  const before = process.cpuUsage();
  for (const domain of ["ü.".repeat(128), "ü".repeat(64), "a\u0316\u0301".repeat(1_000_000)])
    assert.ok(logInName(`U1@${domain}`) === `u1@${domain}`);
  const { user, system } = process.cpuUsage(before);
  assert.ok(user + system < 2_000_000, `${(user + system) / 1000} ms`);
  assert.equal(logInName(`u1@${"ü.".repeat(20)}test`), `u1@${"xn--tda.".repeat(20)}test`);
});
