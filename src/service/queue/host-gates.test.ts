import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../../../test/world/fake-clock.ts";
import { MINUTE, SECOND } from "../../host/clock.ts";
import { createHostGates, type HostGates, type HostGatesOptions } from "./host-gates.ts";

const HOST = "mx.example";

function open(more: Partial<HostGatesOptions> = {}): {
  readonly clock: FakeClock;
  readonly gates: HostGates;
  readonly calls: () => number;
} {
  const clock = new FakeClock("2026-06-01T12:00:00Z");
  let calls = 0;
  const called = (): void => void calls++;
  const gates = createHostGates({ clock, chance: () => 0.5, connections: 1, called, ...more });
  return { clock, gates, calls: () => calls };
}

test("who waits is called in the order of coming, one for each place that is free", async () => {
  const { clock, gates, calls } = open({ connections: 2 });
  for (const name of ["a", "b"]) assert.equal(gates.enter(HOST, name).kind, "open");
  for (const name of ["c", "d", "e"]) {
    assert.equal(gates.enter(HOST, name).kind, "full");
    assert.ok(gates.waitFor(HOST, name));
  }
  assert.deepEqual([...gates.waiting], ["c", "d", "e"]);
  gates.leave(HOST);
  await clock.advance(1);
  assert.deepEqual([[...gates.waiting], calls()], [["d", "e"], 1]);
  gates.leave(HOST);
  await clock.advance(1);
  assert.deepEqual([...gates.waiting], ["e"]);
});

test("a place is kept for who is called, and not for longer than it takes to come", async () => {
  const { clock, gates } = open();
  gates.enter(HOST, "a");
  gates.waitFor(HOST, "b");
  gates.waitFor(HOST, "c");
  gates.leave(HOST);
  await clock.advance(1);
  assert.equal(gates.enter(HOST, "a").kind, "full");
  assert.equal(gates.enter(HOST, "b").kind, "open");
  gates.leave(HOST);
  await clock.advance(1);
  assert.equal(gates.enter(HOST, "a").kind, "full");
  await clock.advance(2 * SECOND);
  assert.equal(gates.enter(HOST, "a").kind, "open", "c does not come");
  gates.leave(HOST);
});

test("who goes on at once keeps the place", async () => {
  const { clock, gates } = open();
  gates.enter(HOST, "a");
  gates.waitFor(HOST, "b");
  gates.leave(HOST);
  assert.equal(gates.enter(HOST, "a").kind, "open");
  await clock.advance(1);
  assert.deepEqual([...gates.waiting], ["b"]);
});

test("at a host that asked for less nobody waits in line", async () => {
  const { clock, gates, calls } = open();
  gates.enter(HOST, "a");
  for (const name of ["b", "c"]) gates.waitFor(HOST, name);
  assert.ok(gates.slow(HOST));
  gates.leave(HOST);
  await clock.advance(1);
  assert.deepEqual([gates.waiting.size, calls()], [0, 1]);
  assert.equal(gates.enter(HOST, "b").kind, "slowed");
  await clock.advance(2 * MINUTE);
  assert.equal(gates.enter(HOST, "d").kind, "open");
});

test("a line has a bound over all hosts, and one that waits already waits on", () => {
  const { gates } = open({ mostWaiting: 2 });
  assert.ok(gates.waitFor("one.example", "a"));
  assert.ok(gates.waitFor("two.example", "b"));
  assert.equal(gates.waitFor("two.example", "c"), false);
  assert.ok(gates.waitFor("two.example", "a"));
  assert.equal(gates.waiting.size, 2);
});
