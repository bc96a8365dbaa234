import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { FETCH_PAUSE_MS, nextStep } from "./next-step.ts";
import { matchesPolicy, readPolicy } from "./policy.ts";
import { readPolicyId } from "./record.ts";

for (const [title, records, expected] of [
  ["the example of RFC 8461 section 3.1", ["v=STSv1; id=20160831085700Z;"], "20160831085700Z"],
  ["no delimiter at the end", ["v=STSv1;id=1"], "1"],
  ["other records are discarded", ["v=spf1 -all", "v=STSv1; id=a1"], "a1"],
  ["unknown fields are ignored", ["v=STSv1; x-y.z=a:b; id=1;"], "1"],
  ["the first id counts", ["v=STSv1; id=1; id=2"], "1"],
  ["white space around delimiters", ["v=STSv1 \t; \tid=1 ; "], "1"],
  ["two records are none", ["v=STSv1; id=1", "v=STSv1; id=1"], undefined],
  ["no record", [], undefined],
  ["no id", ["v=STSv1; x=1"], undefined],
  ["an empty id", ["v=STSv1; id=;"], undefined],
  ["an id too long", [`v=STSv1; id=${"1".repeat(33)}`], undefined],
  ["an id with a wrong sign", ["v=STSv1; id=1-2"], undefined],
  ["the version is not first", ["id=1; v=STSv1"], undefined],
  ["another version", ["v=STSv2; id=1"], undefined],
  ["the version's case counts", ["V=STSv1; id=1"], undefined],
  ["two delimiters", ["v=STSv1;; id=1"], undefined],
  ["a field without value", ["v=STSv1; id=1; x"], undefined],
] as const)
  test(`a policy's id: ${title}`, () => assert.equal(readPolicyId(records), expected));

const EXAMPLE =
  "version: STSv1\r\nmode: enforce\r\nmx: mail.example.com\r\nmx: *.example.net\r\nmx: backupmx.example.com\r\nmax_age: 604800\r\n";

test("the example of RFC 8461 section 3.2", () => {
  const policy = {
    mode: "enforce",
    maxAgeS: 604_800,
    mx: ["mail.example.com", "*.example.net", "backupmx.example.com"],
  };
  assert.deepEqual(readPolicy(EXAMPLE), policy);
  assert.deepEqual(readPolicy(EXAMPLE.replaceAll("\r\n", "\n").trimEnd()), policy, "LF, and none at the end");
  assert.deepEqual(readPolicy(EXAMPLE.replaceAll(": ", ":\t ").replaceAll("\r\n", " \t\r\n")), policy);
  assert.deepEqual(
    readPolicy(`${EXAMPLE}mode: none\nx-more: caf\u00e9 au lait\nmax_age: 1`),
    policy,
    "the first counts",
  );
});

test("a policy is as long in force as it says, a year at most", () => {
  const age = (text: string): number | undefined => readPolicy(EXAMPLE.replace("604800", text))?.maxAgeS;
  assert.equal(age("0"), 0);
  assert.equal(age("31557601"), 31_557_600);
  assert.equal(age("9999999999"), 31_557_600);
  for (const wrong of ["99999999999", "-1", "1.5", "1 day", ""]) assert.equal(age(wrong), undefined);
});

for (const [title, text] of [
  ["empty", ""],
  ["no version", EXAMPLE.replace("version: STSv1\r\n", "")],
  ["another version", EXAMPLE.replace("STSv1", "STSv2")],
  ["no mode", EXAMPLE.replace("mode: enforce\r\n", "")],
  ["an unknown mode", EXAMPLE.replace("enforce", "Enforce")],
  ["no max_age", EXAMPLE.replace("max_age: 604800\r\n", "")],
  ["no mx", EXAMPLE.replaceAll(/mx: .*\r\n/g, "")],
  ["an mx that is no name", EXAMPLE.replace("mail.example.com", "mail@example.com")],
  ["a wildcard inside", EXAMPLE.replace("*.example.net", "mx.*.example.net")],
  ["a line that is no field", `${EXAMPLE}hello\r\n`],
  ["an empty line in the middle", EXAMPLE.replace("mode", "\r\nmode")],
  ["a control character", `${EXAMPLE}x: a\u0001b\r\n`],
  ["a page of HTML", "<!doctype html><title>404</title>"],
] as const)
  test(`no policy: ${title}`, () => assert.equal(readPolicy(text), undefined));

test("mode none needs no mx", () => {
  assert.deepEqual(readPolicy("version: STSv1\nmode: none\nmax_age: 86400\n"), {
    mode: "none",
    maxAgeS: 86_400,
    mx: [],
  });
});

test("a page is read in linear time", () => {
  const started = performance.now();
  readPolicy(`x: ${" \t".repeat(30_000)}\u0001`);
  readPolicyId([`v=STSv1${" ;\t".repeat(20_000)}`, `v=STSv1${"; a=b".repeat(12_000)} `]);
  assert.ok(performance.now() - started < 2000);
});

test("RFC 8461 section 4.1: a wildcard stands for one label", () => {
  const policy = readPolicy(EXAMPLE);
  assert.ok(policy);
  for (const [host, expected] of [
    ["mail.example.com", true],
    ["mx1.example.net", true],
    ["example.net", false],
    ["a.b.example.net", false],
    ["sub.mail.example.com", false],
    ["net", false],
    ["evilexample.net", false],
  ] as const)
    assert.equal(matchesPolicy(policy, host), expected, host);
});

test("what is written is read, and no text makes a reader throw", () => {
  const label = fc.stringMatching(/^[a-z0-9]{1,10}$/);
  const pattern = fc.tuple(fc.boolean(), label, label).map(([isWild, a, b]) => `${isWild ? "*." : ""}${a}.${b}x`);
  const policies = fc.record({
    mode: fc.constantFrom("enforce" as const, "testing" as const),
    maxAgeS: fc.nat(31_557_600),
    mx: fc.array(pattern, { minLength: 1, maxLength: 5 }),
  });
  fc.assert(
    fc.property(policies, fc.constantFrom("\n", "\r\n"), (policy, end) => {
      const lines = ["version: STSv1", `mode: ${policy.mode}`, ...policy.mx.map((mx) => `mx: ${mx}`)];
      assert.deepEqual(readPolicy([...lines, `max_age:${policy.maxAgeS}`].join(end)), { ...policy });
    }),
  );
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      readPolicy(text);
      readPolicyId([text, `v=STSv1;${text}`]);
    }),
  );
});

const known = { id: "1", expiresAt: 1000 };
for (const [title, announced, before, failed, expected] of [
  ["nothing known, nothing announced", undefined, undefined, undefined, "no-policy"],
  ["announced for the first time", "1", undefined, undefined, "fetch"],
  ["known and announced", "1", known, undefined, "use-known"],
  ["RFC 8461 section 3.3: known, and the DNS says nothing", undefined, known, undefined, "use-known"],
  ["a new version", "2", known, undefined, "fetch"],
  ["the known one is over", "1", { id: "1", expiresAt: 500 }, undefined, "fetch"],
  ["the known one is over, and the DNS says nothing", undefined, { id: "1", expiresAt: 500 }, undefined, "no-policy"],
  ["the fetch failed just now", "1", undefined, { id: "1", at: 499 }, "no-policy"],
  ["the fetch of a new version failed just now", "2", known, { id: "2", at: 499 }, "use-known"],
  ["another version failed", "2", known, { id: "3", at: 499 }, "fetch"],
  ["RFC 8461 section 3.3: five minutes after a failure", "2", known, { id: "2", at: 500 - FETCH_PAUSE_MS }, "fetch"],
] as const)
  test(`the next step: ${title}`, () => assert.equal(nextStep(announced, before, failed, 500), expected));
