import assert from "node:assert/strict";
import { test } from "node:test";
import { MINUTE, SECOND } from "../../host/clock.ts";
import { outbound, recipient, reply } from "../../store/contract/outbound-samples.ts";
import { inMemory } from "../../store/contract/samples.ts";
import { domainOfPlace, hostsFor, placeOf, placesOf } from "./optional-tls.ts";
import { nowhere, QueueWorld, routeTo } from "./queue-world.fixture.ts";
import type { Route, RouteHost } from "./route.ts";
import type { Handover } from "./transport.ts";

const wrongCertificate: Handover = {
  kind: "unreached",
  reply: reply(0, "The host's certificate is not right", { code: undefined, enhanced: "4.7.5", tls: undefined }),
};

/** No host, but for one that the domain's policy does not name. */
const forbidden: Route = {
  ...nowhere("temporary", 451, "4.7.5"),
  findings: {
    stsPolicy: ["version: STSv1"],
    leftOut: [
      { name: "gone.a.example", why: "no-address" },
      { name: "new.a.example", why: "not-in-mta-sts-policy", addresses: ["192.0.2.7"] },
    ],
    failures: [],
  },
};

test("mail for which TLS is optional has destinations of its own", () => {
  assert.equal(placeOf("a.example", "optional"), "tls-optional:a.example");
  for (const wish of ["policy", "required"] as const) assert.equal(placeOf("a.example", wish), "a.example");
  for (const place of placesOf("a.example")) assert.equal(domainOfPlace(place), "a.example");
  assert.equal(domainOfPlace("[IPv6:2001:db8::1]"), "[IPv6:2001:db8::1]");
});

test("RFC 8689 section 4.2.2: hosts that a policy leaves out come last, and for no other mail", () => {
  const beyond: RouteHost = {
    name: "new.a.example",
    addresses: ["192.0.2.7"],
    tls: { kind: "opportunistic" },
    nameIsSure: false,
    isBeyondPolicy: true,
  };
  const way = { ...routeTo("mx.a.example"), findings: forbidden.findings };
  const [named = assert.fail()] = hostsFor(way, "policy");
  assert.deepEqual(hostsFor(way, "optional"), [named, beyond]);
  assert.deepEqual(hostsFor(way, "required"), [named]);
  assert.deepEqual(hostsFor(forbidden, "optional"), [beyond]);
  assert.deepEqual(hostsFor(forbidden, "policy"), []);
});

test("F2: a wrong certificate keeps back mail that cares, and what does not care never waits behind it", async () => {
  await using world = await QueueWorld.open();
  world.behaviours.set("mx.a.example", (to) =>
    to.some((one) => one.startsWith("sure")) ? wrongCertificate : world.takeAfter(to, 10),
  );
  world.start();
  for (let n = 0; n < 5; n++) await world.send([`sure${n}@a.example`]);
  await world.clock.advance(MINUTE);
  assert.equal(world.attempts.size, 1, "one asks, and all rest");
  await world.send(["postmaster@a.example"], { tlsWish: "optional" });
  await world.clock.advance(SECOND);
  assert.equal(world.count("postmaster@a.example"), 1);
  await world.clock.advance(MINUTE);
  assert.equal(world.attempts.size, 2, "that it took this says nothing of the others");
  assert.equal((await world.queue.sums()).messages, 5);
});

test("F2: where a policy names no host, mail that does not care goes all the same", async () => {
  await using world = await QueueWorld.open();
  world.routes.set("a.example", forbidden);
  world.start();
  await world.send(["sure@a.example"]);
  await world.send(["postmaster@a.example"], { tlsWish: "optional" });
  await world.clock.advance(SECOND);
  assert.deepEqual([...world.attempts.keys()], ["new.a.example postmaster@a.example"]);
  const [waiting] = await world.queue.list(undefined, 0, 10);
  assert.deepEqual([waiting?.destination, waiting?.recipients[0]?.reply?.enhanced], ["a.example", "4.7.5"]);
});

test("RFC 8689 section 4.2.2: hosts of the policy are asked first by every message, also while they are silent", async () => {
  await using world = await QueueWorld.open();
  world.routes.set("a.example", { ...routeTo("mx.a.example"), findings: forbidden.findings });
  world.behaviours.set("mx.a.example", () => world.silentFor(10));
  world.start();
  await world.send(["one@a.example"], { tlsWish: "optional" });
  await world.clock.advance(SECOND);
  world.behaviours.delete("mx.a.example");
  await world.send(["two@a.example"], { tlsWish: "optional" });
  await world.clock.advance(SECOND);
  assert.deepEqual(
    [...world.attempts.keys()],
    ["mx.a.example one@a.example", "new.a.example one@a.example", "mx.a.example two@a.example"],
  );
});

test("each message of a batch has its own wish", async () => {
  await using world = await QueueWorld.open();
  world.routes.set("a.example", forbidden);
  const now = world.clock.now();
  const times = { dueAt: now, deadline: now + 100 * MINUTE, delayAt: now + 50 * MINUTE };
  const wishes = { one: "policy", two: "optional", three: "policy", four: "optional" } as const;
  for (const [local, tlsWish] of Object.entries(wishes)) {
    const message = outbound({ submittedAt: now, tlsWish });
    await world.queue.add(message, [recipient(`${local}@a.example`)], times, inMemory(new Uint8Array(10)));
  }
  await world.queue.well("a.example");
  world.start();
  await world.clock.advance(0);
  await world.clock.advance(MINUTE);
  assert.deepEqual(world.taken.map(({ recipient: address }) => address).toSorted(), [
    "four@a.example",
    "two@a.example",
  ]);
  assert.equal((await world.queue.sums()).messages, 2);
});

test("RFC 8689 section 5: a report on mail that asked for REQUIRETLS never returns the body", async () => {
  await using world = await QueueWorld.open();
  world.routes.set("a.example", nowhere("permanent", 556, "5.1.10"));
  world.start();
  await world.send(["one@a.example"], { ret: "FULL", tlsWish: "required" });
  await world.send(["two@a.example"], { ret: "FULL", tlsWish: "optional" });
  await world.clock.advance(MINUTE);
  const inbox = await world.inbox();
  const bodies = inbox.filter((report) => report.includes("\r\nbody\r\n"));
  assert.deepEqual([inbox.length, bodies.length], [2, 1]);
  assert.match(bodies[0] ?? "", /two@a\.example/);
});
