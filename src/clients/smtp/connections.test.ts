import assert from "node:assert/strict";
import { test } from "node:test";
import { connectionKey } from "./connection-key.ts";
import type { RelayHost } from "./delivered.ts";
import { contentOf, createWorld, envelopeTo, hostAt, MESSAGE, short } from "./client-world.fixture.ts";
import { bye, startPeer, take, type Peer } from "./peer.fixture.ts";

test("one connection carries many messages; RSET stands where one did not come to its end", async () => {
  await using peer = await startPeer(async (p) => {
    await p.greet();
    assert.deepEqual((await p.answer("250 ok", "450 4.7.1 greylisted", "250 reset")).slice(2), ["RSET"]);
    assert.match((await take(p))[0] ?? "", /^MAIL/);
    assert.match((await take(p, "451 4.3.0 not now"))[0] ?? "", /^MAIL/);
    assert.deepEqual(await p.answer("250 reset"), ["RSET"]);
    await take(p);
    await bye(p);
    assert.equal(await p.rest(), "");
  });
  await using world = createWorld();
  const results: string[] = [];
  for (let n = 0; n < 4; n++) {
    const delivered = await world.client.deliver(hostAt(peer.port), envelopeTo(["a@example.net"]), contentOf(MESSAGE));
    results.push(...short(delivered));
  }
  assert.deepEqual(results, ["temporary 450 4.7.1", "accepted 250 2.0.0", "temporary 451 4.3.0", "accepted 250 2.0.0"]);
  assert.equal(peer.count, 1);
  // Nobody needs it for a while: QUIT.
  await world.clock.advance(11_000);
});

test("a connection that was closed while it lay idle, or that says 421 then, costs no attempt", async () => {
  for (const farewell of [undefined, "421 4.3.2 closing"]) {
    await using peer = await startPeer(
      async (p) => {
        await p.greet();
        await take(p);
        if (farewell === undefined) p.close();
        else {
          await p.line();
          p.say(farewell);
          p.close();
        }
      },
      async (p) => {
        await p.greet();
        await take(p);
        await bye(p);
      },
    );
    await using world = createWorld();
    for (let n = 0; n < 2; n++) {
      const message = contentOf(MESSAGE);
      const delivered = await world.client.deliver(hostAt(peer.port), envelopeTo(["a@example.net"]), message);
      assert.deepEqual(short(delivered), ["accepted 250 2.0.0"]);
    }
  }
});

test("a connection is used again however the DNS turns addresses and records, and while its address is the host's", async () => {
  await using peer = await startPeer(async (p) => {
    await p.greet();
    for (let n = 0; n < 3; n++) await take(p);
    await bye(p);
  });
  await using world = createWorld();
  const [here, nobody] = ["127.0.0.1", "127.0.0.9"];
  const results: string[] = [];
  for (const addresses of [[here, nobody], [nobody, here], [here], [nobody]]) {
    const to = envelopeTo(["a@example.net"]);
    results.push(...short(await world.client.deliver(hostAt(peer.port, { addresses }), to, contentOf(MESSAGE))));
  }
  assert.deepEqual(results, [...Array<string>(3).fill("accepted 250 2.0.0"), "unreached - 4.4.1"]);
  assert.equal(peer.count, 1);
});

test("the key of a connection holds all of a host but its addresses, without the order of records", () => {
  const record = { usage: 3, selector: 1, matchingType: 1, data: Uint8Array.of(1, 255) } as const;
  const dane = { kind: "dane", serverName: "base.example", names: ["base.example"], records: [record] } as const;
  const other = { ...record, data: Uint8Array.of(2) };
  const credentials = { user: "a", password: "b" };
  const more: readonly Partial<RelayHost>[] = [
    {},
    { name: "mx2.example.net" },
    { implicitTls: true },
    { credentials },
    { credentials: { user: "b", password: "b" } },
    { nameIsSure: true },
    { isTlsOptional: true },
    { tls: { kind: "encrypted" } },
    { tls: { kind: "mta-sts", mode: "enforce" } },
    { tls: { kind: "mta-sts", mode: "testing" } },
    { tls: dane },
    { tls: { ...dane, serverName: "mx.example.net" } },
    { tls: { ...dane, names: ["mx.example.net"] } },
    { tls: { ...dane, records: [other] } },
    { tls: { ...dane, records: [record, other] } },
  ];
  const keys = new Set([...more.map((one) => connectionKey(hostAt(25, one))), connectionKey(hostAt(26))]);
  assert.equal(keys.size, more.length + 1);
  assert.ok(keys.has(connectionKey(hostAt(25, { addresses: ["192.0.2.1"] }))));
  assert.ok(keys.has(connectionKey(hostAt(25, { tls: { ...dane, records: [other, record] } }))));
});

test("a connection serves one policy, and no more messages than the host or we want", async () => {
  const one = async (p: Peer): Promise<void> => {
    await p.greet("LIMITS MAILMAX=2");
    await take(p);
    await bye(p);
  };
  const two = async (p: Peer): Promise<void> => {
    await p.greet("LIMITS MAILMAX=2");
    await take(p);
    await take(p);
    await bye(p);
  };
  await using peer = await startPeer(two, one, one);
  await using world = createWorld();
  const hosts = [{}, {}, {}, { nameIsSure: true }].map((more) => hostAt(peer.port, more));
  for (const host of hosts) await world.client.deliver(host, envelopeTo(["a@example.net"]), contentOf(MESSAGE));
});

test("where the host asks nothing of TLS, all mail shares a connection, whatever it wishes", async () => {
  await using peer = await startPeer(async (p) => {
    await p.greet();
    await take(p);
    await take(p);
    await bye(p);
  });
  await using world = createWorld();
  for (const tlsWish of ["policy", "optional"] as const)
    await world.client.deliver(hostAt(peer.port), envelopeTo(["a@example.net"], { tlsWish }), contentOf(MESSAGE));
  assert.equal(peer.count, 1);
});

test("recipients beyond a limit follow in further transactions", async () => {
  const groups: string[][] = [];
  const group = async (p: Peer, count: number): Promise<void> => {
    await p.answer("250 ok");
    groups.push([...(await p.answer(...Array.from({ length: count }, () => "250 ok")))]);
    await p.answer("354 go");
    await p.data();
    p.say("250 ok");
  };
  await using peer = await startPeer(async (p) => {
    await p.greet("LIMITS RCPTMAX=2 RCPTDOMAINMAX=1");
    await group(p, 2);
    await group(p, 1);
    await group(p, 1);
    await bye(p);
  });
  await using world = createWorld();
  const envelope = envelopeTo(["a@x.example", "b@y.example", "c@X.example", "d@x.example"]);
  const delivered = await world.client.deliver(hostAt(peer.port), envelope, contentOf(MESSAGE));
  assert.deepEqual(groups, [
    ["RCPT TO:<a@x.example>", "RCPT TO:<c@X.example>"],
    ["RCPT TO:<b@y.example>"],
    ["RCPT TO:<d@x.example>"],
  ]);
  assert.deepEqual(short(delivered), Array(4).fill("accepted 250 2.0.0"));
});

test("452 for too many recipients: the others are asked again at once, once some were taken", async () => {
  await using peer = await startPeer(async (p) => {
    await p.greet();
    await p.answer("250 ok", "250 ok", "452 4.5.3 too many", "552 too many", "354 go");
    await p.data();
    p.say("250 ok");
    await p.answer("250 ok", "452 4.5.3 too many", "552 too many");
    await p.answer("221 bye");
  });
  await using world = createWorld();
  const envelope = envelopeTo(["a@x.example", "b@x.example", "c@x.example"]);
  const delivered = await world.client.deliver(hostAt(peer.port), envelope, contentOf(MESSAGE));
  assert.deepEqual(short(delivered), ["accepted 250 2.0.0", "temporary 452 4.5.3", "temporary 552 5.0.0"]);
});

test("a host that took DATA without any recipient gets an empty message, and is not believed", async () => {
  await using peer = await startPeer(async (p) => {
    await p.greet("PIPELINING");
    for (let n = 0; n < 3; n++) await p.line();
    p.say("250 ok", "550 5.1.1 nobody", "354 go");
    assert.equal(await p.data(), "");
    p.say("250 ok");
    await bye(p);
  });
  await using world = createWorld();
  const delivered = await world.client.deliver(hostAt(peer.port), envelopeTo(["a@x.example"]), contentOf(MESSAGE));
  assert.deepEqual(short(delivered), ["permanent 550 5.1.1"]);
});
