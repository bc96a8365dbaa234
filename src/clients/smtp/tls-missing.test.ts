/** TLS that a host offers and that could not be had this time: what is refused for the want of it waits. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { contentOf, createWorld, envelopeTo, hostAt, MESSAGE, short } from "./client-world.fixture.ts";
import { bye, type Peer, type Script, startPeer } from "./peer.fixture.ts";

const MUST = "530 5.7.0 Must issue a STARTTLS command first";

/** Greets, offers TLS and does not give it. */
async function refuseTls(p: Peer): Promise<void> {
  await p.greet("STARTTLS", "REQUIRETLS");
  assert.deepEqual(await p.answer("454 4.7.0 TLS not available"), ["STARTTLS"]);
}
const brokenHandshake: Script = async (p) => {
  await p.greet("STARTTLS");
  await p.answer("220 go");
  p.say("this is no handshake");
  await p.rest();
};

async function deliver(scripts: readonly Script[], ...more: Parameters<typeof envelopeTo>): Promise<readonly string[]> {
  await using peer = await startPeer(...scripts);
  await using world = createWorld();
  const host = hostAt(peer.port, { nameIsSure: true });
  return short(await world.client.deliver(host, envelopeTo(...more), contentOf(MESSAGE)));
}

const refusedAfter = (begin: Script, ...answers: readonly string[]): Script => {
  return async (p) => {
    await begin(p);
    await p.answer(...answers);
    await bye(p);
  };
};

test("TLS not had this time, and the host takes mail over it alone: the message waits", async () => {
  const to = ["a@example.net"];
  assert.deepEqual(await deliver([refusedAfter(refuseTls, MUST)], to), ["unreached 530 4.7.0"]);
  const inTheClear = refusedAfter((p) => p.greet("STARTTLS"), MUST);
  assert.deepEqual(await deliver([brokenHandshake, inTheClear], to), ["unreached 530 4.7.0"]);
  const atRcpt = refusedAfter(refuseTls, "250 ok", MUST);
  assert.deepEqual(await deliver([atRcpt], to), ["temporary 530 4.7.0"]);
  const inWords = refusedAfter(refuseTls, "250 ok", "550 5.7.10 Encryption needed");
  assert.deepEqual(await deliver([inWords], to), ["temporary 550 4.7.10"]);
});

test("without an offer of TLS, or for another reason, a refusal is for good", async () => {
  const to = ["a@example.net"];
  assert.deepEqual(await deliver([refusedAfter((p) => p.greet(), MUST)], to), ["permanent 530 5.7.0"]);
  const other = refusedAfter(refuseTls, "250 ok", "550 5.7.1 not you");
  assert.deepEqual(await deliver([other], to), ["permanent 550 5.7.1"]);
});

test("REQUIRETLS waits for TLS that could not be had this time, over new connections", async () => {
  const two: Script = async (p) => {
    await refuseTls(p);
    await p.answer("250 ok", "250 ok", "354 go");
    await p.data();
    p.say("250 taken");
    await bye(p);
  };
  await using peer = await startPeer(two, refusedAfter(refuseTls));
  await using world = createWorld();
  const host = hostAt(peer.port, { nameIsSure: true });
  const results: string[] = [];
  for (const tlsWish of ["policy", "required"] as const) {
    const to = envelopeTo(["a@example.net"], { tlsWish });
    results.push(...short(await world.client.deliver(host, to, contentOf(MESSAGE))));
  }
  // A word on this message: what asks for less goes to the host.
  assert.deepEqual(results, ["accepted 250 2.0.0", "temporary - 4.7.10"]);
});

test("a host that answers STARTTLS with 421 asks for less: that is told, and is no failure of its TLS", async () => {
  await using peer = await startPeer(async (p) => {
    await p.greet("STARTTLS");
    await p.answer("421 4.7.0 too many of you");
    p.close();
  });
  await using world = createWorld();
  const delivered = await world.client.deliver(hostAt(peer.port), envelopeTo(["a@example.net"]), contentOf(MESSAGE));
  assert.deepEqual([short(delivered), delivered.tlsFailures], [["unreached 421 4.7.0"], []]);
});

for (const [when, answers] of [
  ["before the answer to STARTTLS", []],
  ["during the handshake", ["220 go"]],
] as const)
  test(`our own stop ${when} is no failure of the host's TLS`, async () => {
    const stop = new AbortController();
    await using peer = await startPeer(async (p) => {
      await p.greet("STARTTLS");
      await p.answer(...answers);
      // The line behind EHLO, or what begins the handshake.
      await p.octets(1);
      stop.abort();
      await p.rest();
    });
    await using world = createWorld({ signal: stop.signal });
    const delivered = await world.client.deliver(hostAt(peer.port), envelopeTo(["a@example.net"]), contentOf(MESSAGE));
    assert.deepEqual([delivered.kind, delivered.tlsFailures], ["unreached", []]);
  });
