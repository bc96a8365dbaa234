import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock, turns } from "../../../test/world/fake-clock.ts";
import { HOUR, MINUTE } from "../../host/clock.ts";
import type { Answer, Resolver } from "../../host/resolver/answer.ts";
import { readDnsList } from "../../rules/reputation/dns-list.ts";
import { createDnsLists, type DnsListLimits, dnsListLimits, type DnsLists } from "./dns-lists.ts";

/** Addresses by name; `timeout` and `hang` are what they say. */
type Zone = Record<string, string>;
/** The test entries of a list that is well. */
const sound = (zone: string): Zone => ({ [`2.0.0.127.${zone}`]: "127.0.0.2" });

function world(
  zone: Zone,
  lists: readonly string[],
  limits: DnsListLimits = dnsListLimits,
): {
  readonly clock: FakeClock;
  readonly lists: DnsLists;
  readonly asked: string[];
  readonly states: string[];
  readonly zone: Zone;
  readonly kinds: (address: string) => Promise<readonly string[]>;
} {
  const clock = new FakeClock("2026-03-01T10:00:00Z");
  const asked: string[] = [];
  const states: string[] = [];
  const resolve = async (name: string): Promise<Answer<"A">> => {
    asked.push(name);
    const found = zone[name];
    if (found === "hang") return new Promise(() => {});
    if (found === "timeout") return { kind: "timeout" };
    return found === undefined
      ? { kind: "nxdomain", secure: false }
      : { kind: "records", records: [found], name, secure: false, ttlS: 60 };
  };
  const resolver = { resolve: (name: string) => resolve(name) } as Resolver;
  const made = createDnsLists({
    resolver,
    clock,
    lists: lists.map((text) => readDnsList(text) ?? assert.fail(text)),
    log: (_, fields) => void states.push(Object.values(fields).join(" ")),
    limits,
  });
  const kinds = async (address: string): Promise<readonly string[]> =>
    (await made.ask(address)).map(({ kind }) => kind);
  return { clock, lists: made, asked, states, zone, kinds };
}

test("lists are asked about an address, each with its weight", async () => {
  const zone = { ...sound("a.test"), ...sound("b.test"), "7.2.0.192.a.test": "127.0.0.4" };
  const { lists, kinds } = world(zone, ["a.test*2", "b.test"]);
  assert.deepEqual(await lists.ask("::ffff:192.0.2.7"), [
    { kind: "listed", zone: "a.test", weight: 2 },
    { kind: "not-listed", zone: "b.test" },
  ]);
  assert.deepEqual(await kinds("192.0.2.8"), ["not-listed", "not-listed"]);
  assert.deepEqual(await kinds("no address"), ["unknown", "unknown"]);
});

test("none is asked by default", async () => {
  const { asked, kinds } = world({}, []);
  assert.deepEqual(await kinds("192.0.2.7"), []);
  assert.deepEqual(asked, []);
});

test("an answer is kept, a listing for longer; who asks meanwhile waits for the same one", async () => {
  const { clock, asked, kinds, zone } = world({ ...sound("a.test"), "7.2.0.192.a.test": "127.0.0.2" }, ["a.test"]);
  await Promise.all([kinds("192.0.2.7"), kinds("192.0.2.7")]);
  await kinds("192.0.2.8");
  const count = (name: string): number => asked.filter((one) => one === name).length;
  assert.equal(count("7.2.0.192.a.test"), 1);
  await clock.advance(2 * MINUTE);
  zone["8.2.0.192.a.test"] = "127.0.0.2";
  assert.deepEqual(await kinds("192.0.2.7"), ["listed"]);
  assert.deepEqual(await kinds("192.0.2.8"), ["listed"], "a new sender is seen soon");
  assert.deepEqual([count("7.2.0.192.a.test"), count("8.2.0.192.a.test")], [1, 2]);
  await clock.advance(dnsListLimits.keepListedMs);
  await kinds("192.0.2.7");
  assert.equal(count("7.2.0.192.a.test"), 2);
});

test("what does not answer in time is unknown, and holds up nothing longer", async () => {
  const { clock, kinds } = world(
    { ...sound("a.test"), ...sound("b.test"), "7.2.0.192.a.test": "hang", "7.2.0.192.b.test": "127.0.0.2" },
    ["a.test", "b.test"],
  );
  const answer = kinds("192.0.2.7");
  await turns(3);
  await clock.advance(dnsListLimits.patienceMs - 1);
  let isThere = false;
  void answer.then(() => (isThere = true));
  await turns(3);
  assert.equal(isThere, false);
  await clock.advance(1);
  assert.deepEqual(await answer, ["unknown", "listed"]);
});

for (const [state, zone] of [
  ["all", { ...sound("a.test"), "1.0.0.127.a.test": "127.0.0.2" }],
  ["empty", {}],
  ["silent", { "2.0.0.127.a.test": "timeout", "1.0.0.127.a.test": "timeout" }],
  ["silent", { "2.0.0.127.a.test": "192.0.2.80", "1.0.0.127.a.test": "192.0.2.80" }],
] as const) {
  test(`a list whose test entries are wrong counts nothing, and the operator is told: ${state}`, async () => {
    const { clock, kinds, states, zone: now } = world({ ...zone, "7.2.0.192.a.test": "127.0.0.2" }, ["a.test"]);
    assert.deepEqual(await kinds("192.0.2.7"), ["unknown"]);
    assert.deepEqual(states, [`a.test ${state}`]);
    for (const name of Object.keys(now)) if (name.endsWith(".0.0.127.a.test")) delete now[name];
    Object.assign(now, sound("a.test"));
    await clock.advance(2 * MINUTE);
    // The first question finds out, the second has the answer.
    await kinds("192.0.2.9");
    assert.deepEqual(await kinds("192.0.2.7"), ["listed"]);
    assert.deepEqual(states, [`a.test ${state}`, "a.test sound"]);
  });
}

test("while a list is tested again, what was known of it holds", async () => {
  const { clock, kinds, zone } = world({ ...sound("a.test"), "7.2.0.192.a.test": "127.0.0.2" }, ["a.test"]);
  assert.deepEqual(await kinds("192.0.2.7"), ["listed"]);
  await clock.advance(HOUR);
  zone["2.0.0.127.a.test"] = "hang";
  assert.deepEqual(await kinds("192.0.2.7"), ["listed"]);
});

test("no more addresses are remembered than the bound", async () => {
  const { asked, kinds } = world(sound("a.test"), ["a.test"], { ...dnsListLimits, addresses: 3 });
  for (const last of [1, 2, 3, 4, 1, 4]) await kinds(`192.0.2.${last}`);
  assert.deepEqual(
    asked.filter((name) => name.endsWith(".2.0.192.a.test")),
    ["1", "2", "3", "4", "1"].map((last) => `${last}.2.0.192.a.test`),
  );
});
