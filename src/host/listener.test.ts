import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { connect as connectTls, type SecureContext, type TLSSocket } from "node:tls";
import { type Clock, systemClock } from "./clock.ts";
import type { Connection } from "./connection.ts";
import type { Log } from "./events/events.ts";
import { HostError } from "./host-error.ts";
import { type Listener, type ListenerOptions, listen } from "./listener.ts";
import { openLabAuthority } from "./tls/lab-authority.ts";
import { ServerTls } from "./tls/server-tls.ts";

let folder = "";
let ca: Buffer;
let tls: ServerTls;
const ticketKeys = randomBytes(48);

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "altmail-listener-"));
  const lab = await openLabAuthority(folder, ["mail.test"], systemClock);
  ca = await readFile(lab.authorityFile);
  tls = new ServerTls(lab, ticketKeys);
});
after(() => rm(folder, { recursive: true }));

type Event = { readonly name: string; readonly fields: Readonly<Record<string, unknown>> };
type World = {
  readonly listener: Listener;
  readonly port: number;
  readonly events: Event[];
  clear(): Socket;
  encrypted(options?: { session?: Buffer }): TLSSocket;
} & AsyncDisposable;

type Overrides = {
  readonly tls?: "none" | "implicit" | "starttls";
  readonly connections?: number;
  readonly perPeer?: number;
  readonly refuse?: string;
  readonly clock?: Clock;
};

async function world(handler: (connection: Connection) => Promise<void>, overrides: Overrides = {}): Promise<World> {
  const events: Event[] = [];
  const log: Log = (name, fields) => void events.push({ name, fields });
  const common = {
    name: "test",
    host: "127.0.0.1",
    port: 0,
    limits: {
      connections: overrides.connections ?? 10,
      perPeer: overrides.perPeer ?? 10,
      handshakeTimeoutMs: 5000,
    },
    log,
    clock: overrides.clock ?? systemClock,
    handler,
    ...(overrides.refuse === undefined ? {} : { refuse: Buffer.from(overrides.refuse) }),
  };
  const kind = overrides.tls ?? "none";
  const options: ListenerOptions =
    kind === "none" ? { ...common, tls: kind } : { ...common, tls: kind, context: (): SecureContext => tls.current() };
  const listener = await listen(options);
  const { port } = listener;
  return {
    listener,
    port,
    events,
    clear: () => connect({ host: "127.0.0.1", port, allowHalfOpen: true }),
    encrypted: (more = {}) => connectTls({ host: "127.0.0.1", port, ca, servername: "localhost", ...more }),
    [Symbol.asyncDispose]: () => listener.close(AbortSignal.abort()),
  };
}

async function readAll(socket: Socket): Promise<string> {
  const parts: Buffer[] = [];
  // The default iterator destroys a socket whose peer closed its half, and with it what is yet to be written.
  for await (const part of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts).toString("latin1");
}

/** Reads until `text` has come. */
async function readUntil(stream: AsyncIterator<Buffer>, text: string): Promise<string> {
  let seen = "";
  while (!seen.includes(text)) {
    const next = await stream.next();
    if (next.done === true) return seen;
    seen += next.value.toString("latin1");
  }
  return seen;
}

const echo = async ({ stream }: Connection): Promise<void> => {
  for await (const part of stream as AsyncIterable<Buffer>) stream.write(part);
};

test("what a peer sends before it closes its half is still answered, and the last reply arrives", async () => {
  await using it = await world(async ({ stream }) => {
    const got = await readAll(stream as Socket);
    stream.write(`read ${got.length} `);
    stream.write("x".repeat(300_000));
  });
  const socket = it.clear();
  socket.end("hello");
  const answer = await readAll(socket);
  assert.equal(answer.length, 7 + 300_000);
});

test("the peer's address is plain, and there is no TLS to be had with tls: none", async () => {
  const seen: Connection[] = [];
  await using it = await world((connection) => {
    seen.push(connection);
    return Promise.resolve();
  });
  await readAll(it.clear());
  assert.equal(seen[0]?.peerAddress, "127.0.0.1");
  assert.equal(seen[0]?.tls, undefined);
  assert.equal(seen[0]?.startTls, undefined);
});

test("F1: implicit TLS serves nothing in the clear and says what was agreed", async () => {
  const facts: unknown[] = [];
  await using it = await world(
    (connection) => {
      facts.push(connection.tls, connection.startTls);
      return echo(connection);
    },
    { tls: "implicit" },
  );
  const socket = it.encrypted();
  socket.write("over TLS");
  await once(socket, "secureConnect");
  assert.equal(socket.authorized, true);
  assert.equal(socket.getProtocol(), "TLSv1.3");
  const [answer] = (await once(socket, "data")) as [Buffer];
  assert.equal(answer.toString(), "over TLS");
  assert.deepEqual(facts, [
    { protocol: "TLSv1.3", cipher: "TLS_AES_256_GCM_SHA384", serverName: "localhost" },
    undefined,
  ]);
  socket.destroy();

  const clear = it.clear();
  clear.write("a1 LOGIN user password\r\n");
  clear.on("error", () => {});
  const reply = await readAll(clear).catch(() => "");
  assert.equal(reply.includes("OK"), false);
  assert.ok(it.events.some((event) => event.name === "tls.refused"));
  assert.equal(facts.length, 2, "the handler never saw the clear connection");
});

test("TLS 1.1 is refused", async () => {
  await using it = await world(echo, { tls: "implicit" });
  const socket = connectTls({
    host: "127.0.0.1",
    port: it.port,
    ca,
    servername: "localhost",
    minVersion: "TLSv1",
    maxVersion: "TLSv1.1",
    ciphers: "DEFAULT@SECLEVEL=0",
  });
  await assert.rejects(once(socket, "secureConnect"));
});

test("a session is resumed by its ticket, also by a context made elsewhere with the same keys", async () => {
  await using it = await world(echo, { tls: "implicit" });
  const first = it.encrypted();
  const [session] = (await once(first, "session")) as [Buffer];
  first.destroy();
  tls.reload();
  const second = it.encrypted({ session });
  await once(second, "secureConnect");
  assert.equal(second.isSessionReused(), true);
  second.destroy();
});

test("STARTTLS: what was pipelined in the clear is discarded, and the new stream is encrypted", async () => {
  const got: string[] = [];
  await using it = await world(
    async (connection) => {
      assert.ok(connection.startTls !== undefined);
      const clear = connection.stream.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>;
      const line = await readUntil(clear, "STARTTLS\r\n");
      assert.ok(line.startsWith("STARTTLS"));
      await clear.return?.();
      connection.stream.write("220 go\r\n");
      const secure = await connection.startTls();
      assert.equal(secure.tls?.protocol, "TLSv1.3");
      assert.equal(secure.startTls, undefined);
      got.push(await readAll(secure.stream as Socket));
      secure.stream.write("bye");
    },
    { tls: "starttls" },
  );
  const socket = it.clear();
  const reading = socket.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>;
  socket.write("STARTTLS\r\nMAIL FROM:<injected@example.org>\r\n");
  await readUntil(reading, "220 go\r\n");
  await reading.return?.();
  const secure = connectTls({ socket, ca, servername: "localhost" });
  secure.end("EHLO again");
  assert.equal(await readAll(secure), "bye");
  assert.deepEqual(got, ["EHLO again"]);
});

test("a ClientHello that came before we turned to TLS is not lost", async () => {
  await using it = await world(
    async (connection) => {
      const { stream } = connection;
      await once(stream, "readable");
      assert.equal(String(stream.read()), "STARTTLS\r\n");
      stream.write("220 go\r\n");
      await once(stream, "readable");
      assert.ok(connection.startTls !== undefined);
      await echo(await connection.startTls());
    },
    { tls: "starttls" },
  );
  const socket = it.clear();
  socket.write("STARTTLS\r\n");
  await once(socket, "readable");
  assert.equal(String(socket.read()), "220 go\r\n");
  const secure = connectTls({ socket, ca, servername: "localhost" });
  secure.write("hello");
  const [answer] = (await once(secure, "data")) as [Buffer];
  assert.equal(answer.toString(), "hello");
  secure.destroy();
});

test("a handshake that does not come ends at its time", async () => {
  const timers: (() => void)[] = [];
  const clock: Clock = {
    now: () => 0,
    steady: () => 0,
    after(_delay, callback) {
      timers.push(callback);
      return { [Symbol.dispose]() {} };
    },
  };
  await using it = await world(echo, { tls: "implicit", clock });
  const socket = it.clear();
  const closed = once(socket, "close");
  socket.resume();
  socket.on("error", () => {});
  while (timers.length === 0) await new Promise((resolve) => setImmediate(resolve));
  timers[0]?.();
  socket.end();
  await closed;
  assert.equal(it.events.find((event) => event.name === "tls.refused")?.fields["code"], "timeout");
});

test("a record that does not verify ends that connection and no other", async () => {
  await using it = await world(echo, { tls: "implicit" });
  const good = it.encrypted();
  await once(good, "secureConnect");
  const raw = it.clear();
  await once(raw, "connect");
  const bad = connectTls({ socket: raw, ca, servername: "localhost" });
  await once(bad, "secureConnect");
  bad.on("error", () => {});
  raw.on("error", () => {});
  const closed = once(raw, "close");
  // Past the TLS client, straight to the server: an application record with octets of no key.
  const record = Buffer.concat([Buffer.of(23, 3, 3, 0, 64), randomBytes(64)]);
  raw.write(record);
  raw.resume();
  await closed;
  good.write("still here");
  const [answer] = (await once(good, "data")) as [Buffer];
  assert.equal(answer.toString(), "still here");
  good.destroy();
  assert.equal(
    it.events.some((event) => event.name === "connection.failed"),
    false,
  );
});

for (const kind of ["none", "implicit"] as const)
  test(`above the bounds a peer hears the refusal and is let go (${kind})`, async () => {
    await using it = await world(echo, { tls: kind, perPeer: 1, refuse: "* BYE Too many connections\r\n" });
    const dial = (): Socket => (kind === "none" ? it.clear() : it.encrypted());
    const first = dial();
    first.write("x");
    await once(first, "data");
    const second = dial();
    second.once(kind === "none" ? "connect" : "secureConnect", () => second.end());
    assert.equal(await readAll(second), "* BYE Too many connections\r\n");
    assert.deepEqual(
      it.events.filter((event) => event.name === "connection.refused").map((event) => event.fields["reason"]),
      ["peer"],
    );
    first.destroy();
    while (it.listener.connections > 0) await new Promise((resolve) => setImmediate(resolve));
    const third = dial();
    third.write("y");
    const [answer] = (await once(third, "data")) as [Buffer];
    assert.equal(answer.toString(), "y");
    third.destroy();
  });

test("all connections taken: the next one is told so", async () => {
  await using it = await world(echo, { connections: 1, refuse: "421 busy\r\n" });
  const first = it.clear();
  first.write("x");
  await once(first, "data");
  const second = it.clear();
  second.end();
  assert.equal(await readAll(second), "421 busy\r\n");
  assert.equal(it.events.find((event) => event.name === "connection.refused")?.fields["reason"], "full");
  first.destroy();
});

test("a handler that fails ends its connection; the log names places, not what the peer sent", async () => {
  await using it = await world(async ({ stream }) => {
    const [part] = (await once(stream, "data")) as [Buffer];
    throw new TypeError(`cannot read ${part.toString()}`);
  });
  const socket = it.clear();
  socket.on("error", () => {});
  socket.write("secret words");
  await readAll(socket).catch(() => "");
  const failed = it.events.find((event) => event.name === "connection.failed");
  assert.equal(failed?.fields["error"], "TypeError");
  assert.match(String(failed?.fields["at"]), /src\/host\/listener\.test\.ts:\d+/);
  assert.equal(JSON.stringify(it.events).includes("secret"), false);
});

test("a peer that vanishes is no fault of ours", async () => {
  await using it = await world(echo);
  const socket = it.clear();
  socket.write("x");
  await once(socket, "data");
  socket.resetAndDestroy();
  while (it.listener.connections > 0) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(
    it.events.some((event) => event.name === "connection.failed"),
    false,
  );
});

test("closing waits for who is being served, and the signal ends the waiting", async () => {
  const gate = Promise.withResolvers<void>();
  const it = await world(async ({ stream }) => {
    stream.write("working");
    await gate.promise;
  });
  const socket = it.clear();
  await once(socket, "data");
  const patience = new AbortController();
  const order: string[] = [];
  const closing = it.listener.close(patience.signal).then(() => order.push("closed"));
  const late = connect({ host: "127.0.0.1", port: it.port });
  await assert.rejects(once(late, "connect"));
  order.push("gate");
  gate.resolve();
  socket.end();
  await closing;
  assert.deepEqual(order, ["gate", "closed"]);

  const stubborn = await world(echo);
  const idle = stubborn.clear();
  idle.on("error", () => {});
  idle.write("x");
  await once(idle, "data");
  const ended = stubborn.listener.close(patience.signal);
  patience.abort();
  await ended;
});

test("a port that is taken is an error with a sentence for the operator", async () => {
  await using it = await world(echo);
  await assert.rejects(
    listen({
      name: "second",
      host: "127.0.0.1",
      port: it.port,
      tls: "none",
      limits: { connections: 1, perPeer: 1, handshakeTimeoutMs: 1 },
      log: () => {},
      clock: systemClock,
      handler: echo,
    }),
    (error: unknown) =>
      error instanceof HostError && error.message.startsWith(`port ${it.port} on 127.0.0.1 (second) is taken`),
  );
});
