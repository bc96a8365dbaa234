import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import test from "node:test";
import { fileURLToPath } from "node:url";
import type { Notice } from "../bus.ts";
import { FakeClock } from "../../../test/world/fake-clock.ts";
import { type Clock, systemClock } from "../clock.ts";
import { BusHub, type HubMember } from "./bus-hub.ts";
import { BusMember } from "./bus-member.ts";
import type { ToHub, ToMember } from "./bus-message.ts";

/** A worker at a hub; messages go at once, and are kept for a look. */
function worker(
  hub: BusHub,
  clock: Clock = systemClock,
): { readonly bus: BusMember; readonly seen: ToMember[]; readonly at: HubMember } {
  const seen: ToMember[] = [];
  const link: { at?: HubMember } = {};
  const bus = new BusMember((message) => link.at?.receive(message), clock);
  link.at = hub.join((message) => {
    seen.push(message);
    bus.receive(message);
  });
  return { bus, seen, at: link.at };
}

test("a notice reaches the other workers that subscribed, and nobody else", () => {
  const hub = new BusHub(systemClock);
  const [a, b, c] = [worker(hub), worker(hub), worker(hub)];
  const heard: Notice[] = [];
  b.bus.subscribe("mail 1", (notice) => heard.push(notice));
  a.bus.subscribe("mail 1", () => assert.fail("the publisher is not told"));
  c.bus.subscribe("mail 2", () => assert.fail("another topic"));
  a.bus.publish("mail 1", { modSeq: 7 });
  assert.deepEqual(heard, [{ modSeq: 7 }]);
  assert.ok(c.seen.every((message) => message.kind === "bus-interest"));
});

test("a topic is subscribed at the hub once, and left a while after its last listener", async () => {
  const sent: ToHub[] = [];
  const clock = new FakeClock("2026-06-01T12:00:00Z");
  const bus = new BusMember((message) => sent.push(message), clock);
  const listener = (): void => {};
  const first = bus.subscribe("t", listener);
  const second = bus.subscribe("t", listener);
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  assert.deepEqual(
    sent.map((message) => message.kind),
    ["bus-subscribe"],
  );
  second[Symbol.dispose]();
  await clock.advance(50_000);
  bus.subscribe("t", listener)[Symbol.dispose]();
  await clock.advance(50_000);
  assert.equal(sent.length, 1, "who comes back within the time has never left");
  await clock.advance(20_000);
  assert.deepEqual(sent.at(-1), { kind: "bus-unsubscribe", topic: "t" });
});

test("what nobody else listens to is not sent, until somebody does", () => {
  const hub = new BusHub(systemClock);
  const sent: ToHub[] = [];
  const at = hub.join((message) => bus.receive(message));
  const bus: BusMember = new BusMember((message) => {
    sent.push(message);
    at.receive(message);
  }, systemClock);
  bus.publish("t", { n: 1 });
  assert.equal(sent.length, 0);
  const heard: Notice[] = [];
  const other = worker(hub);
  other.bus.subscribe("t", (notice) => heard.push(notice));
  bus.publish("t", { n: 2 });
  assert.deepEqual(heard, [{ n: 1 }, { n: 2 }]);
  other.at.leave();
  bus.publish("t", { n: 3 });
  assert.equal(sent.length, 2);
  const late = worker(hub);
  late.bus.subscribe("other", () => assert.fail("another topic"));
  bus.publish("t", { n: 4 });
  assert.equal(sent.length, 2);
});

test("a worker that joins late learns what the others listen to", () => {
  const hub = new BusHub(systemClock);
  const [a] = [worker(hub)];
  const heard: Notice[] = [];
  a.bus.subscribe("t", (notice) => heard.push(notice));
  worker(hub).bus.publish("t", { n: 1 });
  assert.deepEqual(heard, [{ n: 1 }]);
});

test("a notice that overtook the subscription is not lost", () => {
  let now = 0;
  const clock = { ...systemClock, steady: () => now };
  const hub = new BusHub(clock);
  const [a, b] = [worker(hub, clock), worker(hub, clock)];
  a.bus.publish("t", { n: 1 });
  now += 60_000;
  a.bus.publish("t", { n: 2 });
  a.bus.publish("other", { n: 3 });
  const heard: Notice[] = [];
  b.bus.subscribe("t", (notice) => heard.push(notice));
  assert.deepEqual(heard, [{ n: 2 }]);
});

test("when a worker is lost every other one is told, once, and the lost one gets nothing more", () => {
  const hub = new BusHub(systemClock);
  const [a, b, c] = [worker(hub), worker(hub), worker(hub)];
  let lost = 0;
  b.bus.onLost(() => (lost += 1));
  a.bus.subscribe("t", () => assert.fail("it is gone"));
  a.at.leave();
  a.at.leave();
  b.bus.publish("t", {});
  assert.equal(lost, 1);
  assert.ok(!a.seen.some((message) => message.kind === "bus-lost"));
  assert.equal(c.seen.filter((message) => message.kind === "bus-lost").length, 1);
});

test("two processes: a notice, and the loss of a killed one", { timeout: 20_000 }, async () => {
  const hub = new BusHub(systemClock);
  const processes = ["listener", "publisher"].map((role) => {
    const child = fork(fileURLToPath(new URL("./process-bus.fixture.ts", import.meta.url)), [role]);
    const member = hub.join((message) => child.send(message));
    child.on("message", (message: ToHub | { readonly kind: "heard" }) => {
      if (message.kind !== "heard") member.receive(message);
    });
    child.once("exit", () => member.leave());
    return child;
  });
  const [listener, publisher] = processes as [(typeof processes)[0], (typeof processes)[0]];
  const reports: unknown[] = [];
  await new Promise<void>((resolve) => {
    listener.on("message", (message: { readonly kind: string }) => {
      if (message.kind !== "heard") return;
      reports.push(message);
      if (reports.length === 1) publisher.kill("SIGKILL");
      else resolve();
    });
  });
  assert.deepEqual(reports, [
    { kind: "heard", notice: { answer: 42 } },
    { kind: "heard", lost: true },
  ]);
  const gone = once(listener, "exit");
  listener.kill("SIGKILL");
  await gone;
});
