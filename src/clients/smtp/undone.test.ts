/** What several addresses of one host come to together. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { contentOf, createWorld, envelopeTo, hostAt, MESSAGE, short } from "./client-world.fixture.ts";
import { bye, type Script, startPeer, take } from "./peer.fixture.ts";

const HERE = "127.0.0.1";
/** Nobody listens there. */
const DEAD = "127.0.0.9";

const small: Script = async (p) => {
  await p.greet("SIZE 10");
  await bye(p);
};
const withoutTls: Script = async (p) => {
  await p.greet("STARTTLS", "REQUIRETLS");
  await p.answer("454 4.7.0 TLS not available");
  await bye(p);
};
const busy: Script = async (p) => {
  p.say("421 4.3.2 busy");
  p.close();
};
const takes: Script = async (p) => {
  await p.greet();
  await take(p);
  await bye(p);
};
const refuses: Script = async (p) => {
  p.say("554 5.7.1 not you");
  await bye(p);
};

const courses: readonly (readonly [
  name: string,
  addresses: readonly string[],
  scripts: readonly Script[],
  outcome: string,
])[] = [
  ["none can have it: it is over", [HERE, HERE], [small, small], "unfit - 5.3.4"],
  ["one cannot have it, another can", [HERE, HERE], [small, takes], "accepted 250 2.0.0"],
  ["one cannot have it, another is dead: it waits alone", [HERE, DEAD], [small], "temporary - 4.3.4"],
  ["one is dead, another cannot have it: it waits alone", [DEAD, HERE], [small], "temporary - 4.3.4"],
  ["one cannot have it, another is busy: it waits alone", [HERE, HERE], [small, busy], "temporary 421 4.3.2"],
  ["one refuses us, another cannot have it: it is over", [HERE, HERE], [refuses, small], "unfit - 5.3.4"],
  ["one refuses us, another is dead: all waits", [HERE, DEAD], [refuses], "unreached - 4.4.1"],
];
for (const [name, addresses, scripts, outcome] of courses)
  test(`of a host's addresses ${name}`, async () => {
    await using peer = await startPeer(...scripts);
    await using world = createWorld();
    const host = hostAt(peer.port, { addresses });
    const delivered = await world.client.deliver(host, envelopeTo(["a@example.net"]), contentOf(MESSAGE));
    assert.deepEqual(short(delivered), [outcome]);
  });

test("TLS that a message asks for and that one address cannot give now is sought at all others", async () => {
  await using peer = await startPeer(withoutTls, withoutTls);
  await using world = createWorld();
  const host = hostAt(peer.port, { addresses: [HERE, DEAD, HERE], nameIsSure: true });
  const to = envelopeTo(["a@example.net", "b@example.net"], { tlsWish: "required" });
  assert.deepEqual(short(await world.client.deliver(host, to, contentOf(MESSAGE))), [
    "temporary - 4.7.10",
    "temporary - 4.7.10",
  ]);
});
