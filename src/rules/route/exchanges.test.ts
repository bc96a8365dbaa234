import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { type Exchange, exchangesOf } from "./exchanges.ts";
import { readHostName } from "./host-name.ts";

const mx = (...records: readonly (readonly [number, string])[]): readonly Exchange[] =>
  records.map(([preference, exchange]) => ({ preference, exchange }));
const middle = (): number => 0.5;

for (const [title, records, expected] of [
  [
    "RFC 5321 section 5.1: lower preference first",
    mx([20, "b.test"], [10, "a.test"]),
    { kind: "hosts", names: ["a.test", "b.test"], notNames: [] },
  ],
  ["RFC 7505 section 3: null MX", mx([0, ""]), { kind: "null-mx" }],
  [
    "a root among others is no null MX",
    mx([0, ""], [10, "a.test"]),
    { kind: "hosts", names: ["a.test"], notNames: [""] },
  ],
  [
    "RFC 5321 section 5.1: our own name cuts what is not preferred to it",
    mx([10, "a.test"], [20, "Us.Test"], [20, "b.test"], [30, "c.test"]),
    { kind: "hosts", names: ["a.test"], notNames: [] },
  ],
  ["RFC 5321 section 5.1: we are the best host", mx([10, "us.test"], [20, "b.test"]), { kind: "ourselves" }],
  [
    "a host that stands there twice is tried once, at its best place",
    mx([30, "a.test"], [20, "b.test"], [10, "A.TEST"]),
    { kind: "hosts", names: ["a.test", "b.test"], notNames: [] },
  ],
  [
    "an address is no host",
    mx([10, "192.0.2.1"], [20, "a.test"]),
    { kind: "hosts", names: ["a.test"], notNames: ["192.0.2.1"] },
  ],
  ["nothing usable", mx([10, "*.test"]), { kind: "none", notNames: ["*.test"] }],
] as const)
  test(title, () => assert.deepEqual(exchangesOf(records, ["us.test."], middle), expected));

test("RFC 5321 section 5.1: hosts of equal preference share the load", () => {
  const records = mx([10, "a.test"], [10, "b.test"], [10, "c.test"]);
  const first = new Set<string>();
  for (const order of [
    [0.1, 0.5, 0.9],
    [0.9, 0.1, 0.5],
    [0.5, 0.9, 0.1],
  ]) {
    const chances = order.values();
    const found = exchangesOf(records, [], () => chances.next().value ?? 0);
    assert.ok(found.kind === "hosts");
    assert.equal(found.names.length, 3);
    first.add(found.names[0] ?? "");
  }
  assert.equal(first.size, 3);
});

test("hosts come by preference, each once, whatever the records", () => {
  const name = fc.constantFrom("a.test", "b.test", "C.test", "us.test", "", "1.2.3.4", "x y");
  const records = fc.array(fc.record({ preference: fc.nat(5), exchange: name }), { minLength: 1 });
  fc.assert(
    fc.property(records, fc.infiniteStream(fc.double({ min: 0, max: 0.99, noNaN: true })), (list, chances) => {
      const found = exchangesOf(list, ["us.test"], () => chances.next().value as number);
      if (found.kind !== "hosts") return;
      const best = (host: string): number =>
        Math.min(...list.filter((one) => readHostName(one.exchange) === host).map((one) => one.preference));
      const order = found.names.map(best);
      assert.deepEqual(
        order,
        order.toSorted((a, b) => a - b),
      );
      assert.equal(new Set(found.names).size, found.names.length);
      assert.ok(order.every((preference) => preference < best("us.test")));
    }),
  );
});

for (const [text, expected] of [
  ["Mail.Example.COM.", "mail.example.com"],
  ["localhost", "localhost"],
  ["_a-b.example", "_a-b.example"],
  ["xn--mller-kva.example", "xn--mller-kva.example"],
  ["", undefined],
  [".", undefined],
  ["a..b", undefined],
  ["-a.test", undefined],
  ["a-.test", undefined],
  ["müller.example", undefined],
  ["192.0.2.1", undefined],
  ["a b.test", undefined],
  [`${"a".repeat(63)}.test`, `${"a".repeat(63)}.test`],
  [`${"a".repeat(64)}.test`, undefined],
  [`${"a.".repeat(126)}b`, `${"a.".repeat(126)}b`],
  [`${"a.".repeat(127)}b`, undefined],
] as const)
  test(`a host's name: ${text.slice(0, 30)} (${text.length})`, () => assert.equal(readHostName(text), expected));
