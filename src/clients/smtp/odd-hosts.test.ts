import assert from "node:assert/strict";
import { test } from "node:test";
import { turns } from "../../../test/world/fake-clock.ts";
import { contentOf, createWorld, envelopeTo, hostAt, MESSAGE, short } from "./client-world.fixture.ts";
import { startPeer, take, type Peer } from "./peer.fixture.ts";

type Odd = readonly [name: string, script: (peer: Peer) => Promise<unknown>, outcome: string];
const odd: readonly Odd[] = [
  ["closes at once", async (p) => p.close(), "unreached - 4.4.2"],
  [
    "resets",
    async (p) => {
      p.say("220 ready");
      await p.line();
      p.reset();
    },
    "unreached - 4.4.2",
  ],
  ["greets with 421", async (p) => p.say("421 4.3.2 busy"), "unreached 421 4.3.2"],
  ["greets with 554", async (p) => p.say("554 5.7.1 not you"), "unfit 554 5.7.1"],
  ["greets with 521", async (p) => p.say("521 no mail"), "unfit 521 5.0.0"],
  ["greets with 250", async (p) => p.say("250 hello"), "unreached 250 4.5.0"],
  ["speaks HTTP", async (p) => p.say("HTTP/1.1 400 Bad Request"), "unreached - 4.5.0"],
  ["never ends a line", async (p) => p.raw("2".repeat(100_000)), "unreached - 4.5.0"],
  ["never ends a reply", async (p) => p.say(...Array.from({ length: 500 }, () => "220-x")), "unreached - 4.5.0"],
  ["chatters", async (p) => p.say(...Array.from({ length: 600 }, () => "220 x")), "unreached - 4.5.0"],
  ["mixes codes", async (p) => p.say("220-x", "250 y"), "unreached - 4.5.0"],
  [
    "knows only HELO",
    async (p) => {
      p.say("220 old");
      assert.deepEqual(await p.answer("502 what", "250 ok"), ["EHLO out.example.org", "HELO out.example.org"]);
      await take(p);
    },
    "accepted 250 2.0.0",
  ],
  [
    "speaks octet by octet",
    async (p) => {
      await p.drip("220-mx", "220 ready");
      await p.line();
      await p.drip("250-mx", "250 8BITMIME");
      for (const reply of ["250 ok", "250 ok", "354 go"]) {
        await p.line();
        await p.drip(reply);
      }
      await p.data();
      await p.drip("250-2.0.0 one", "250 2.0.0 two");
    },
    "accepted 250 2.0.0",
  ],
  [
    "refuses the sender",
    async (p) => {
      await p.greet();
      await p.answer("550 5.7.1 no");
    },
    "permanent 550 5.7.1",
  ],
  [
    "says 552 to MAIL, of the size",
    async (p) => {
      await p.greet("SIZE");
      await p.answer("552 too large");
    },
    "permanent 552 5.0.0",
  ],
  [
    "says 552 to the message, of the size",
    async (p) => {
      await p.greet();
      await take(p, "552 too large");
    },
    "permanent 552 5.0.0",
  ],
  [
    "says 421 to MAIL",
    async (p) => {
      await p.greet();
      await p.answer("421 4.7.0 too much of you");
    },
    "unreached 421 4.7.0",
  ],
  [
    "says 421 to RCPT",
    async (p) => {
      await p.greet();
      await p.answer("250 ok", "421 4.7.0 too much of you");
    },
    "temporary 421 4.7.0",
  ],
  [
    "closes at RCPT",
    async (p) => {
      await p.greet();
      await p.answer("250 ok");
      await p.line();
      p.close();
    },
    "temporary - 4.4.2",
  ],
  [
    "refuses DATA",
    async (p) => {
      await p.greet();
      await p.answer("250 ok", "250 ok", "554 5.7.1 no");
    },
    "permanent 554 5.7.1",
  ],
  [
    "answers DATA with 250",
    async (p) => {
      await p.greet();
      await p.answer("250 ok", "250 ok", "250 go");
    },
    "temporary 250 4.5.0",
  ],
  [
    "closes after the final dot",
    async (p) => {
      await p.greet();
      await p.answer("250 ok", "250 ok", "354 go");
      await p.data();
      p.close();
    },
    "uncertain - 4.4.2",
  ],
  [
    "answers the final dot with nonsense",
    async (p) => {
      await p.greet();
      await p.answer("250 ok", "250 ok", "354 go");
      await p.data();
      p.say("250thanks");
    },
    "uncertain - 4.5.0",
  ],
];
for (const [name, script, outcome] of odd)
  test(`a host that ${name}: ${outcome}`, async () => {
    await using peer = await startPeer(async (p) => {
      await script(p);
      p.close();
    });
    await using world = createWorld();
    const delivered = await world.client.deliver(hostAt(peer.port), envelopeTo(["a@x.example"]), contentOf(MESSAGE));
    assert.deepEqual(short(delivered), [outcome]);
  });

test("what a host says in the middle of a message is its word on it", async () => {
  const large = "line of text that goes on\r\n".repeat(10_000);
  await using peer = await startPeer(async (p) => {
    await p.greet();
    await p.answer("250 ok", "250 ok", "354 go");
    await p.octets(1000);
    p.say("421 4.3.2 going down");
    assert.ok(!(await p.rest()).endsWith("\r\n.\r\n"));
  });
  await using world = createWorld();
  const content = {
    size: large.length * 2,
    bytes: undefined,
    async *pieces() {
      yield Buffer.from(large);
      await turns(50);
      yield Buffer.from(large);
    },
  };
  const delivered = await world.client.deliver(hostAt(peer.port), envelopeTo(["a@x.example"]), content);
  assert.deepEqual(short(delivered), ["temporary 421 4.3.2"]);
});
