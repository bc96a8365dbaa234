import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { test } from "node:test";
import { turns } from "../../../test/world/fake-clock.ts";
import { contentOf, createWorld, envelopeTo, hostAt, MESSAGE, short } from "./client-world.fixture.ts";
import { bye, type Script, startPeer, take } from "./peer.fixture.ts";

/** Lets a conversation come to where it waits, then time pass. */
async function pass(world: { readonly clock: { advance(ms: number): Promise<void> } }, ms: number): Promise<void> {
  await turns(100);
  await world.clock.advance(ms);
}

const MINUTE = 60_000;
const silences: readonly [
  name: string,
  answers: readonly string[],
  reads: boolean,
  minutes: number,
  outcome: string,
][] = [
  ["MAIL", [], false, 5, "unreached - 4.4.2"],
  ["RCPT", ["250 ok"], false, 5, "temporary - 4.4.2"],
  ["DATA", ["250 ok", "250 ok"], false, 2, "temporary - 4.4.2"],
  ["the final dot", ["250 ok", "250 ok", "354 go"], true, 10, "uncertain - 4.4.2"],
];
for (const [name, answers, reads, minutes, outcome] of silences)
  test(`silence at ${name} lasts ${minutes} minutes`, async () => {
    const reached = Promise.withResolvers<void>();
    await using peer = await startPeer(async (p) => {
      await p.greet();
      await p.answer(...answers);
      await (reads ? p.data() : p.line());
      reached.resolve();
      await p.rest();
    });
    await using world = createWorld();
    const delivering = world.client.deliver(hostAt(peer.port), envelopeTo(["a@x.example"]), contentOf(MESSAGE));
    await reached.promise;
    await pass(world, minutes * MINUTE - 1);
    assert.equal(await Promise.race([delivering, turns(10)]), undefined);
    await world.clock.advance(1);
    assert.deepEqual(short(await delivering), [outcome]);
  });

test("a host that does not greet is given up, and the next address asked", async () => {
  const reached = Promise.withResolvers<void>();
  await using peer = await startPeer(
    async (p) => {
      reached.resolve();
      await p.rest();
    },
    async (p) => {
      await p.greet();
      await take(p);
      await bye(p);
    },
  );
  await using world = createWorld();
  const host = hostAt(peer.port, { addresses: ["127.0.0.1", "127.0.0.1"] });
  const delivering = world.client.deliver(host, envelopeTo(["a@x.example"]), contentOf(MESSAGE));
  await reached.promise;
  await pass(world, 5 * MINUTE);
  assert.deepEqual(short(await delivering), ["accepted 250 2.0.0"]);
});

test("RFC 5321 section 5.1: an address that is silent comes last for a minute, then one message asks it", async () => {
  const ok: Script = async (p) => {
    await p.greet();
    await take(p);
    await bye(p);
  };
  await using peer = await startPeer(ok, ok, ok);
  let asked = 0;
  const silent = createServer(() => void asked++).listen(peer.port, "127.0.0.2");
  await once(silent, "listening");
  await using world = createWorld({ limits: { maxMessages: 1 } });
  const host = hostAt(peer.port, { addresses: ["127.0.0.2", "127.0.0.1"] });
  const deliver = async (): Promise<readonly string[]> =>
    short(await world.client.deliver(host, envelopeTo(["a@x.example"]), contentOf(MESSAGE)));
  const first = deliver();
  await once(silent, "connection");
  await pass(world, 5 * MINUTE);
  assert.deepEqual(await first, ["accepted 250 2.0.0"]);
  assert.deepEqual(await deliver(), ["accepted 250 2.0.0"]);
  assert.equal(asked, 1);
  await world.clock.advance(MINUTE);
  const second = deliver();
  await once(silent, "connection");
  await pass(world, 5 * MINUTE);
  assert.deepEqual([await second, asked], [["accepted 250 2.0.0"], 2]);
  silent.close();
});

test("a host that does not read holds us up for three minutes, and memory is one piece", async () => {
  const reached = Promise.withResolvers<void>();
  await using peer = await startPeer(async (p) => {
    await p.greet("8BITMIME");
    await p.answer("250 ok", "250 ok", "354 go");
    p.stopReading();
    await reached.promise;
    p.readOn();
    await p.rest();
  });
  await using world = createWorld();
  let given = 0;
  const piece = Buffer.alloc(256 * 1024, "a line of 30 octets, no more\r\n");
  const content = {
    size: piece.length * 400,
    bytes: undefined,
    async *pieces() {
      for (; given < 400; given++) yield piece;
    },
  };
  const delivering = world.client.deliver(hostAt(peer.port), envelopeTo(["a@x.example"]), content);
  // Waits start as buffers fill; time passes until one of them has lasted too long.
  while ((await Promise.race([delivering, turns(200)])) === undefined) await world.clock.advance(MINUTE);
  assert.ok(given < 100, `${given} pieces were read`);
  reached.resolve();
  assert.deepEqual(short(await delivering), ["temporary - 4.4.2"]);
});

test("who answers each step late does not hold a message for ever", async () => {
  await using peer = await startPeer(async (p) => {
    await p.greet();
    for (;;) {
      const line = await p.line().catch(() => undefined);
      if (line === undefined) return;
      await world.clock.advance(4 * MINUTE);
      p.say("250 ok");
    }
  });
  await using world = createWorld();
  const envelope = envelopeTo(Array.from({ length: 60 }, (_, n) => `a${n}@x.example`));
  const delivered = await world.client.deliver(hostAt(peer.port), envelope, contentOf(MESSAGE));
  assert.deepEqual([...new Set(short(delivered))], ["temporary - 4.4.2"]);
});

test("a handover ends in its time, however few recipients a host takes at a time", async () => {
  await using peer = await startPeer(async (p) => {
    await p.greet();
    for (let isFirst = true; ; ) {
      const line = await p.line().catch(() => undefined);
      if (line === undefined) return;
      if (line.startsWith("RCPT")) {
        p.say(isFirst ? "250 ok" : "452 4.5.3 too many");
        isFirst = false;
      } else if (line === "DATA") {
        p.say("354 go");
        await p.data();
        // Within the time for it: who gives up earlier makes duplicates.
        await world.clock.advance(9 * MINUTE);
        p.say("250 2.0.0 taken");
        isFirst = true;
      } else p.say("250 ok");
    }
  });
  await using world = createWorld();
  const begun = world.clock.steady();
  const envelope = envelopeTo(Array.from({ length: 40 }, (_, n) => `a${n}@x.example`));
  const outcomes = short(await world.client.deliver(hostAt(peer.port), envelope, contentOf(MESSAGE)));
  // The last transaction begins before the end, and is waited for.
  assert.equal(world.clock.steady() - begun, 14 * 9 * MINUTE);
  const [taken, late] = [Array<string>(14).fill("accepted 250 2.0.0"), Array<string>(26).fill("temporary - 4.4.2")];
  assert.deepEqual(outcomes, [...taken, ...late]);
});

test("a handover ends in its time, however long each address of a host takes to say that it is busy", async () => {
  const busy: Script = async (p) => {
    p.say("220 ready");
    for (const reply of ["502 what", "250 ok", "421 4.3.2 busy"]) {
      if ((await p.line().catch(() => undefined)) === undefined) return;
      await pass(world, 4 * MINUTE);
      p.say(reply);
    }
    await p.rest();
  };
  await using peer = await startPeer(busy, busy, busy);
  await using world = createWorld({ limits: { handoverTimeoutMs: 30 * MINUTE } });
  const begun = world.clock.steady();
  const host = hostAt(peer.port, { addresses: Array<string>(5).fill("127.0.0.1") });
  const delivered = await world.client.deliver(host, envelopeTo(["a@x.example"]), contentOf(MESSAGE));
  assert.deepEqual(short(delivered), ["unreached - 4.4.2"]);
  assert.ok(world.clock.steady() - begun <= 32 * MINUTE);
});

test("a handover ends in its time, also within a handshake", async () => {
  const reached = Promise.withResolvers<void>();
  await using peer = await startPeer(async (p) => {
    await p.greet("STARTTLS");
    await p.answer("220 go");
    await p.octets(1);
    reached.resolve();
    await p.rest();
  });
  await using world = createWorld({ limits: { handoverTimeoutMs: MINUTE / 2 } });
  const host = hostAt(peer.port, { tls: { kind: "mta-sts", mode: "enforce" } });
  const delivering = world.client.deliver(host, envelopeTo(["a@x.example"]), contentOf(MESSAGE));
  await reached.promise;
  await pass(world, MINUTE / 2);
  assert.deepEqual(short(await delivering), ["unreached - 4.7.5"]);
});

test("when the service stops, what was not said to its end waits, and the rest is uncertain", async () => {
  for (const [answers, outcome] of [
    [["250 ok"], "temporary - 4.3.2"],
    [["250 ok", "250 ok", "354 go"], "uncertain - 4.3.2"],
  ] as const) {
    const stop = new AbortController();
    await using peer = await startPeer(async (p) => {
      await p.greet();
      await p.answer(...answers);
      await (answers.length === 3 ? p.data() : p.line());
      stop.abort();
    });
    await using world = createWorld({ signal: stop.signal });
    const delivered = await world.client.deliver(hostAt(peer.port), envelopeTo(["a@x.example"]), contentOf(MESSAGE));
    assert.deepEqual(short(delivered), [outcome]);
    const late = await world.client.deliver(hostAt(peer.port), envelopeTo(["a@x.example"]), contentOf(MESSAGE));
    assert.deepEqual(short(late), ["unreached - 4.4.1"]);
  }
});

test("a message whose source fails, or ends too early, is not sent to its end", async () => {
  const sources = [
    { size: 100, bytes: undefined, pieces: () => contentOf("abc\r\n").pieces() },
    {
      size: 100,
      bytes: undefined,
      async *pieces() {
        yield Buffer.from("abc\r\n");
        throw new Error("the disk is gone");
      },
    },
  ];
  for (const source of sources)
    for (const keywords of [["8BITMIME"], ["8BITMIME", "CHUNKING"]]) {
      await using peer = await startPeer(async (p) => {
        await p.greet(...keywords);
        await p.answer("250 ok", "250 ok", ...(keywords.length === 1 ? ["354 go"] : []));
        const rest = await p.rest();
        assert.ok(!rest.includes("LAST") && !rest.includes("\r\n.\r\n"));
      });
      await using world = createWorld();
      await assert.rejects(world.client.deliver(hostAt(peer.port), envelopeTo(["a@x.example"]), source));
    }
});

test("our own address is chosen for each of theirs; nobody there is told as such", async () => {
  const asked: string[] = [];
  await using world = createWorld({
    localAddress: (address) => {
      asked.push(address);
      return address.startsWith("127.") ? "127.0.0.3" : undefined;
    },
  });
  await using peer = await startPeer(async (p) => {
    assert.equal(p.clientAddress, "127.0.0.3");
    p.say("554 no");
    p.close();
  });
  const host = hostAt(peer.port, { addresses: ["not-an-address", "127.0.0.1"] });
  const delivered = await world.client.deliver(host, envelopeTo(["a@x.example"]), contentOf(MESSAGE));
  assert.deepEqual(asked, ["not-an-address", "127.0.0.1"]);
  // The one may come back, so it is not the end.
  assert.deepEqual(short(delivered), ["unreached - 4.4.1"]);
  const none = await world.client.deliver({ ...host, addresses: [] }, envelopeTo(["a@x.example"]), contentOf(MESSAGE));
  assert.deepEqual(short(none), ["unreached - 4.4.1"]);
});
