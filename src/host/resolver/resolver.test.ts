import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { test } from "node:test";
import packet from "dns-packet";
import * as fc from "fast-check";
import { readResponse } from "./message.ts";
import { createResolver, type ResolverOptions } from "./resolver.ts";

type Reply = Partial<packet.Packet> & { readonly code?: number };
type Asked = packet.DecodedPacket & { readonly name: string; readonly kind: string };
type Answering = (asked: Asked) => Reply | Uint8Array | undefined;

const { AUTHENTIC_DATA, TRUNCATED_RESPONSE } = packet;

/** A name server on loopback: answers as told, `undefined` is silence. */
async function serve(byDatagram: Answering, byStream: Answering = byDatagram) {
  const asked: Asked[] = [];
  const { udp, tcp } = await listening();
  const reply = (octets: Buffer, answering: Answering): Uint8Array | undefined => {
    const decoded = packet.decode(octets);
    const [question] = decoded.questions ?? [];
    const query = { ...decoded, name: question?.name ?? "", kind: question?.type ?? "" };
    asked.push(query);
    const said = answering(query);
    if (said === undefined || said instanceof Uint8Array) return said;
    const { code = 0, flags = 0, ...more } = said;
    return packet.encode({
      type: "response",
      id: decoded.id,
      questions: decoded.questions ?? [],
      ...more,
      flags: flags | code,
    });
  };
  udp.on("message", (octets, from) => {
    const octetsBack = reply(octets, byDatagram);
    if (octetsBack !== undefined) udp.send(octetsBack, from.port, from.address);
  });
  tcp.on("connection", (socket) => {
    socket.on("error", () => {});
    socket.on("data", (octets: Buffer) => {
      const octetsBack = reply(octets.subarray(2), byStream);
      if (octetsBack === undefined) {
        socket.destroy();
        return;
      }
      const length = Buffer.alloc(2);
      length.writeUInt16BE(octetsBack.length);
      for (const octet of Buffer.concat([length, octetsBack])) socket.write(Buffer.from([octet]));
    });
  });
  const server = { address: "127.0.0.1", port: udp.address().port };
  return {
    asked,
    server,
    resolver: (more: Partial<ResolverOptions> = {}) =>
      createResolver({ servers: [server], patienceMs: [100, 100], ...more }),
    async [Symbol.asyncDispose](): Promise<void> {
      udp.close();
      tcp.close();
      await once(tcp, "close");
    },
  };
}

/** The same port for both. */
async function listening(): Promise<{ readonly udp: Socket; readonly tcp: Server }> {
  for (;;) {
    const udp = createSocket("udp4").bind(0, "127.0.0.1");
    await once(udp, "listening");
    const tcp = createServer().listen(udp.address().port, "127.0.0.1");
    // Rejects when another program has that port.
    const isFree = await once(tcp, "listening").then(
      () => true,
      () => false,
    );
    if (isFree) return { udp, tcp };
    udp.close();
  }
}

const address = (name: string, data: string, ttl = 60): packet.Answer => ({ type: "A", name, data, ttl });
const alias = (name: string, data: string, ttl = 60): packet.Answer => ({ type: "CNAME", name, data, ttl });
const soa: packet.Answer = { type: "SOA", name: "test", data: { mname: "ns.test", rname: "hostmaster.test" } };

test("a question asks for DNSSEC and takes datagrams of 1,232 octets", async () => {
  await using dns = await serve(() => ({ answers: [address("a.test", "192.0.2.1")] }));
  await dns.resolver().resolve("a.test", "A");
  const [asked] = dns.asked;
  assert.ok(asked);
  assert.deepEqual([asked.flag_rd, asked.flag_ad, asked.flag_cd], [true, true, false]);
  const [options] = asked.additionals ?? [];
  assert.ok(options?.type === "OPT");
  assert.deepEqual([options.udpPayloadSize, options.ednsVersion, options.flag_do], [1232, 0, true]);
});

test("records of every type come as values", async () => {
  const answers: Readonly<Record<string, packet.Answer>> = {
    A: address("a.test", "192.0.2.1", 7),
    AAAA: { type: "AAAA", name: "A.test", data: "2001:db8::1", ttl: 7 },
    CNAME: alias("a.test", "B.Test", 7),
    MX: { type: "MX", name: "a.test", ttl: 7, data: { preference: 10, exchange: "MX.test" } },
    TXT: { type: "TXT", name: "a.test", ttl: 7, data: ["v=STSv1;", Buffer.from(" id=\u00e91", "latin1")] },
    TLSA: {
      type: "TLSA",
      name: "a.test",
      ttl: 7,
      data: { usage: 3, selector: 1, matchingType: 1, certificate: Buffer.from("abcd") },
    },
    PTR: { type: "PTR", name: "a.test", data: "Mail.test.", ttl: 7 },
    NS: { type: "NS", name: "a.test", data: "NS.test", ttl: 7 },
    SRV: { type: "SRV", name: "a.test", ttl: 7, data: { priority: 1, weight: 2, port: 993, target: "Mail.test" } },
    CAA: { type: "CAA", name: "a.test", ttl: 7, data: { flags: 128, tag: "issue", value: "CA.test; a=b" } },
    SOA: { type: "SOA", name: "a.test", ttl: 7, data: { mname: "NS.test", rname: "h.test", serial: 9 } },
  };
  await using dns = await serve(({ kind }) => {
    const answer = answers[kind];
    return { flags: AUTHENTIC_DATA, answers: answer === undefined ? [] : [answer] };
  });
  const resolver = dns.resolver();
  const all = { kind: "records", name: "a.test", secure: true, ttlS: 7 };
  assert.deepEqual(await resolver.resolve("a.test", "A"), { ...all, records: ["192.0.2.1"] });
  assert.deepEqual(await resolver.resolve("a.test", "AAAA"), { ...all, records: ["2001:db8::1"] });
  assert.deepEqual(await resolver.resolve("a.test", "CNAME"), { ...all, records: ["b.test"] });
  const mx = { preference: 10, exchange: "mx.test" };
  assert.deepEqual(await resolver.resolve("a.test", "MX"), { ...all, records: [mx] });
  assert.deepEqual(await resolver.resolve("a.test", "TXT"), { ...all, records: ["v=STSv1; id=\u00e91"] });
  const data = new Uint8Array([97, 98, 99, 100]);
  const tlsa = { usage: 3, selector: 1, matchingType: 1, data };
  assert.deepEqual(await resolver.resolve("a.test", "TLSA"), { ...all, records: [tlsa] });
  assert.deepEqual(await resolver.resolve("a.test", "PTR"), { ...all, records: ["mail.test"] });
  assert.deepEqual(await resolver.resolve("a.test", "NS"), { ...all, records: ["ns.test"] });
  const srv = { priority: 1, weight: 2, port: 993, target: "mail.test" };
  assert.deepEqual(await resolver.resolve("a.test", "SRV"), { ...all, records: [srv] });
  const caa = { flags: 128, tag: "issue", value: "CA.test; a=b" };
  assert.deepEqual(await resolver.resolve("a.test", "CAA"), { ...all, records: [caa] });
  assert.deepEqual(await resolver.resolve("a.test", "SOA"), { ...all, records: [{ primary: "ns.test", serial: 9 }] });
});

test("the root can be asked for, and a service can say that it is not offered", async () => {
  await using dns = await serve(({ name, kind }) =>
    kind === "NS"
      ? { answers: [{ type: "NS", name: "", ttl: 1, data: "a.root.test" }] }
      : { answers: [{ type: "SRV", name, ttl: 1, data: { port: 0, target: "." } }] },
  );
  const root = await dns.resolver().resolve("", "NS");
  assert.deepEqual(root.kind === "records" && [root.name, root.records], ["", ["a.root.test"]]);
  const service = await dns.resolver().resolve("_pop3._tcp.a.test", "SRV");
  assert.deepEqual(service.kind === "records" && service.records, [{ priority: 0, weight: 0, port: 0, target: "" }]);
});

test("RFC 7505: the root as exchange is the empty name", async () => {
  const data = { preference: 0, exchange: "." };
  await using dns = await serve(() => ({ answers: [{ type: "MX", name: "a.test", ttl: 1, data }] }));
  const answer = await dns.resolver().resolve("a.test", "MX");
  assert.deepEqual(answer.kind === "records" && answer.records, [{ preference: 0, exchange: "" }]);
});

test("what does not exist is told from what cannot be said", async () => {
  await using dns = await serve(({ name }) => {
    if (name === "nx.test") return { code: 3, flags: AUTHENTIC_DATA, authorities: [soa] };
    if (name === "none.test") return { authorities: [soa] };
    if (name === "refused.test") return { code: 5 };
    return { code: 2, flags: AUTHENTIC_DATA, answers: [address(name, "192.0.2.1")] };
  });
  const resolver = dns.resolver();
  assert.deepEqual(await resolver.resolve("nx.test", "A"), { kind: "nxdomain", secure: true });
  assert.deepEqual(await resolver.resolve("none.test", "A"), { kind: "nodata", secure: false });
  assert.deepEqual(await resolver.resolve("refused.test", "A"), { kind: "servfail" });
  assert.deepEqual(await resolver.resolve("bogus.test", "A"), { kind: "servfail" });
  assert.equal(dns.asked.length, 4, "the only server has said what it can");
});

test("RFC 4035 section 4.9.3: what a server on another machine calls verified is not", () => {
  const question = { id: 1, name: "a.test", type: "A" } as const;
  const octets = packet.encode({
    type: "response",
    id: 1,
    flags: AUTHENTIC_DATA,
    questions: [{ name: "a.test", type: "A" }],
    answers: [address("a.test", "192.0.2.1")],
  });
  for (const trusted of [true, false]) {
    const answer = readResponse(octets, question, trusted);
    assert.equal(answer.kind === "records" && answer.secure, trusted);
  }
});

test("aliases in one answer are followed, the shortest time counts", async () => {
  await using dns = await serve(({ name }) =>
    name === "a.test"
      ? {
          flags: AUTHENTIC_DATA,
          answers: [address("c.test", "192.0.2.1", 50), alias("b.test", "C.test.", 20), alias("A.test", "b.test", 30)],
        }
      : { code: 3, answers: [alias(name, "nowhere.test")] },
  );
  assert.deepEqual(await dns.resolver().resolve("a.test", "A"), {
    kind: "records",
    records: ["192.0.2.1"],
    name: "c.test",
    secure: true,
    ttlS: 20,
  });
  assert.equal((await dns.resolver().resolve("d.test", "A")).kind, "nxdomain");
});

test("RFC 7672 section 2.1.3: an alias alone is followed with another question; one step not verified, nothing is", async () => {
  await using dns = await serve(({ name }) => {
    if (name === "a.test") return { answers: [alias("a.test", "b.test", 9)] };
    return { flags: AUTHENTIC_DATA, answers: [address(name, "192.0.2.1")] };
  });
  const answer = await dns.resolver().resolve("a.test", "A");
  assert.deepEqual(answer, { kind: "records", records: ["192.0.2.1"], name: "b.test", secure: false, ttlS: 9 });
});

test("aliases in a circle come to an end", async () => {
  await using dns = await serve(({ name }) => ({
    answers: name === "a.test" ? [alias("a.test", "b.test"), alias("b.test", "a.test")] : [alias(name, `x${name}`)],
  }));
  assert.deepEqual(await dns.resolver().resolve("a.test", "A"), { kind: "servfail" });
  assert.deepEqual(await dns.resolver().resolve("c.test", "A"), { kind: "servfail" });
  assert.ok(dns.asked.length < 20);
});

test("what does not fit in a datagram comes over TCP, octet by octet", async () => {
  const answers = Array.from({ length: 200 }, (_, n) => address("a.test", `192.0.2.${n}`));
  await using dns = await serve(
    () => ({ flags: TRUNCATED_RESPONSE }),
    () => ({ answers }),
  );
  const answer = await dns.resolver({ patienceMs: [5000] }).resolve("a.test", "A");
  assert.equal(answer.kind === "records" && answer.records.length, 200);
});

test("a TCP connection that ends early is no answer", async () => {
  await using dns = await serve(
    () => ({ flags: TRUNCATED_RESPONSE }),
    () => undefined,
  );
  assert.deepEqual(await dns.resolver().resolve("a.test", "A"), { kind: "timeout" });
});

test("a question that gets lost is asked again", async () => {
  let count = 0;
  await using dns = await serve(() => (count++ === 0 ? undefined : { answers: [address("a.test", "192.0.2.1")] }));
  const answer = await dns.resolver({ patienceMs: [50, 5000] }).resolve("a.test", "A");
  assert.equal(answer.kind, "records");
});

test("the second server is asked where nobody listens, and where the first, on another machine, cannot say", async () => {
  await using broken = await serve(() => ({ code: 2 }));
  await using dns = await serve(() => ({ answers: [address("a.test", "192.0.2.1")] }));
  let dead;
  {
    await using gone = await serve(() => undefined);
    dead = gone.server;
  }
  const resolve = (servers: ResolverOptions["servers"]) =>
    createResolver({ servers, patienceMs: [5000, 5000] }).resolve("a.test", "A");
  assert.equal((await resolve([dead, dns.server])).kind, "records");
  // The kernel leads it to this machine, and yet it is no address of loopback.
  const elsewhere = [broken, dns].map(({ server }) => ({ ...server, address: "0.0.0.0" }));
  assert.equal((await resolve(elsewhere)).kind, "records");
  assert.deepEqual(await resolve([dead]), { kind: "timeout" });
});

test("F2: RFC 7672 section 2.1.2: what the resolver here finds forged, no other is asked for", async () => {
  await using validating = await serve(() => ({ code: 2 }));
  await using other = await serve(() => ({ answers: [address("a.test", "192.0.2.66")] }));
  const resolver = createResolver({ servers: [validating.server, other.server], patienceMs: [5000, 5000] });
  assert.deepEqual(await resolver.resolve("a.test", "A"), { kind: "servfail" });
  assert.equal(other.asked.length, 0);
  const elsewhere = { address: "192.0.2.53", port: 53 };
  for (const servers of [
    [validating.server, elsewhere],
    [elsewhere, validating.server],
  ])
    assert.throws(() => createResolver({ servers }), /cannot stand in/);
});

test("an answer to something else is not taken for ours", async () => {
  const forged = (change: (asked: Asked) => packet.Packet): Answering => {
    return (asked) =>
      packet.encode({
        type: "response",
        id: asked.id,
        questions: asked.questions ?? [],
        answers: [address("a.test", "192.0.2.66")],
        ...change(asked),
      });
  };
  for (const change of [
    ({ id = 0 }: Asked) => ({ id: id ^ 1 }),
    () => ({ questions: [{ name: "b.test", type: "A" as const }] }),
    () => ({ questions: [{ name: "a.test", type: "AAAA" as const }] }),
    () => ({ questions: [] }),
    () => ({ type: "query" as const }),
  ]) {
    await using dns = await serve(forged(change));
    assert.deepEqual(await dns.resolver({ patienceMs: [50] }).resolve("a.test", "A"), { kind: "timeout" });
  }
});

test("an answer from another port than the server's is not heard", async () => {
  const server = createSocket("udp4").bind(0, "127.0.0.1");
  const forger = createSocket("udp4").bind(0, "127.0.0.1");
  await Promise.all([once(server, "listening"), once(forger, "listening")]);
  server.on("message", (octets, from) => {
    const { id, questions = [] } = packet.decode(octets);
    const answers = [address("a.test", "192.0.2.66")];
    forger.send(packet.encode({ type: "response", id, questions, answers }), from.port, from.address);
  });
  const resolver = createResolver({ servers: [server.address()], patienceMs: [100] });
  assert.deepEqual(await resolver.resolve("a.test", "A"), { kind: "timeout" });
  server.close();
  forger.close();
});

test("a server that no packet can go to gives no answer", async () => {
  // The kernel refuses a broadcast address before anything is sent.
  const servers = [{ address: "255.255.255.255", port: 53 }];
  assert.deepEqual(await createResolver({ servers }).resolve("a.test", "A"), { kind: "timeout" });
});

test("no more questions at one time than allowed, and all get their answer", async () => {
  await using dns = await serve(({ name }) => ({ answers: [address(name, "192.0.2.1")] }));
  const resolver = dns.resolver({ maxQuestions: 3, patienceMs: [5000] });
  const names = Array.from({ length: 50 }, (_, n) => `n${n}.test`);
  const kinds = await Promise.all(names.map(async (name) => (await resolver.resolve(name, "A")).kind));
  assert.ok(kinds.every((kind) => kind === "records"));
  assert.deepEqual(dns.asked.map(({ name }) => name).toSorted(), names.toSorted());
});

test("no octets make the reader throw", () => {
  const question = { id: 258, name: "a.test", type: "MX" } as const;
  fc.assert(fc.property(fc.uint8Array({ maxLength: 600 }), (octets) => void readResponse(octets, question, true)));
  const whole = packet.encode({
    type: "response",
    id: 258,
    questions: [{ name: "a.test", type: "MX" }],
    answers: [
      alias("a.test", "b.test"),
      { type: "MX", name: "b.test", data: { preference: 1, exchange: "mx.b.test" } },
    ],
  });
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), (at, value, length) => {
      const broken = Uint8Array.from(whole);
      broken[at] = value;
      readResponse(broken, question, true);
      readResponse(broken.subarray(0, length), question, true);
    }),
    { numRuns: 2000 },
  );
});
