/** What the public suites leave out: how much is asked, addresses in another form, names that are none. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { texts, type Zone, zoneLookup } from "../zone.fixture.ts";
import { checkSpf, type Spf } from "./check.ts";
import { expandDomain, readMacroText } from "./macro.ts";
import { readSpfRecord } from "./record.ts";

async function check(zone: Zone, address = "192.0.2.1", asked: string[] = []): Promise<Spf> {
  const lookup = zoneLookup(zone, (name, type) => void asked.push(`${type} ${name}`));
  const question = { address, helo: "host.test", local: "a", domain: "Example.Test.", scope: "mailfrom" } as const;
  return checkSpf(question, lookup);
}

test("RFC 7208 section 4.6.4: no policy makes us ask more than its limits", async () => {
  const asked: string[] = [];
  const includes = Array.from({ length: 30 }, (_, n) => `include:i${n}.test`).join(" ");
  const records = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`i${n}.test`, "v=spf1 ?all"]));
  const spf = await check(texts({ "example.test": `v=spf1 ${includes} -all`, ...records }), undefined, asked);
  assert.equal(spf.result, "permerror");
  assert.equal(asked.length, 11);
});

test("RFC 7208 section 5: an IPv4 address in the form of IPv6 is an IPv4 address", async () => {
  const zone = texts({ "example.test": "v=spf1 ip4:192.0.2.1 -all" });
  assert.equal((await check(zone, "::ffff:192.0.2.1")).result, "pass");
  assert.equal((await check(zone, "::ffff:192.0.2.2")).result, "fail");
  assert.equal((await check(zone, "2001:db8::1")).result, "fail");
});

test("a policy whose hosts have thousands of addresses is not gone through", async () => {
  const many = (count: number): Zone => ({
    "example.test": [{ TXT: "v=spf1 mx mx mx -all" }, { MX: [1, "mx.test"] }],
    "mx.test": Array.from({ length: count }, (_, n) => ({ A: `10.0.${n >> 8}.${n & 255}` })),
  });
  assert.equal((await check(many(666))).result, "fail");
  const found = await check(many(667));
  assert.deepEqual([found.result, found.reason], ["permerror", "the DNS gives more than 2000 addresses"]);
  assert.equal((await check(many(667), "10.0.2.0")).result, "pass");
});

test("hosts without an address of the client's family are no mistake of the policy", async () => {
  const mx = [1, 2, 3, 4].map((n) => ({ MX: [n, `mx${n}.test`] }));
  const hosts = Object.fromEntries([1, 2, 3, 4].map((n) => [`mx${n}.test`, [{ A: "192.0.2.1" }]]));
  const zone: Zone = { "example.test": [{ TXT: "v=spf1 mx -all" }, ...mx], ...hosts };
  assert.equal((await check(zone, "2001:db8::1")).result, "fail");
  assert.equal((await check(zone)).result, "pass");
});

test("the domain is given in lower case without its dot, and a name that cannot be asked is none", async () => {
  const spf = await check(texts({ "example.test": "v=spf1 -all" }));
  assert.deepEqual(spf, {
    result: "fail",
    domain: "example.test",
    scope: "mailfrom",
    reason: "the mechanism all matches",
  });
  const lookup = zoneLookup({});
  for (const domain of ["", "localhost", "a..test", `${"a".repeat(64)}.test`, "ä.test", "[192.0.2.1]"]) {
    const spf = await checkSpf({ address: "192.0.2.1", helo: "", local: "", domain, scope: "helo" }, lookup);
    assert.equal(spf.result, "none", domain);
  }
});

test("RFC 7208 section 7.3: of a name that is too long, labels on the left are left out", async () => {
  const asked: string[] = [];
  const sender = "%{o}.".repeat(30);
  assert.equal(
    (await check(texts({ "example.test": `v=spf1 exists:${sender}end.test -all` }), undefined, asked)).result,
    "fail",
  );
  const [, question = ""] = asked;
  assert.match(question, /^A (?:example\.test\.|test\.)(?:example\.test\.)*end\.test$/);
  assert.ok(question.length > 230 && question.length <= 255, question);
  const label = "a".repeat(64).repeat(4);
  assert.equal((await check(texts({ "example.test": `v=spf1 exists:${label}.test -all` }))).result, "fail");
  assert.equal((await check(texts({ "example.test": `v=spf1 exists:${label}%{d} -all` }))).result, "fail");
});

test("RFC 7208 section 7.3: what is left out on the left is not expanded, however many macros ask for it", async () => {
  const asked: string[] = [];
  const record = (macros: number): Zone =>
    texts({ "example.test": `v=spf1 exists:${"%{o}.".repeat(macros)}end.test -all` });
  await check(record(30), undefined, asked);
  await check(record(120), undefined, asked);
  const [, few, , many] = asked;
  assert.equal(many, few);
  // Macros and dots are pieces, and as many as a name has octets are taken.
  assert.equal((await check(record(127))).result, "fail");
  assert.equal((await check(record(128))).result, "permerror");
  let reads = 0;
  const value = { get: () => (reads++, "ab.test"), enumerable: true };
  const values = Object.defineProperties({}, Object.fromEntries(Array.from("slodipvh", (letter) => [letter, value])));
  const name = expandDomain(readMacroText("%{o}.".repeat(127)) ?? [], values as Parameters<typeof expandDomain>[1]);
  assert.ok(name.length > 245 && reads <= 253 / "ab.test.".length + 1, `${reads} values`);
});

test("reading a record is total and linear", () => {
  const word = fc.constantFrom("a", "mx:", "ip4:", "include:", "%{", "d", "}", "%", "/", "24", "=", ".", "x", "-", " ");
  fc.assert(fc.property(fc.array(word), (words) => void readSpfRecord(`v=spf1 ${words.join("")}`)));
  for (const piece of ["%{i}", "1", "/", "a ", "%", "a.", ":", "//1"])
    assert.doesNotThrow(() => readSpfRecord(`v=spf1 a:${piece.repeat(8000 / piece.length)}`));
});
