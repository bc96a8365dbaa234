import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { test } from "node:test";
import { FakeClock } from "../../test/world/fake-clock.ts";
import { listen } from "./listener.ts";

test("of a peer that never stops sending little is read after the end, and it still hears the last reply", async () => {
  const clock = new FakeClock("2026-06-01T12:00:00Z");
  const served = Promise.withResolvers<Socket>();
  const listener = await listen({
    name: "test",
    host: "127.0.0.1",
    port: 0,
    limits: { connections: 1, perPeer: 1, handshakeTimeoutMs: 5000 },
    tls: "none",
    log: () => {},
    clock,
    handler: ({ stream }) => {
      stream.write("421 bye");
      served.resolve(stream as Socket);
      return Promise.resolve();
    },
  });
  const socket = connect({ host: "127.0.0.1", port: listener.port, allowHalfOpen: true });
  const block = Buffer.alloc(64 * 1024);
  const send = (): void => {
    while (socket.writable && socket.write(block));
  };
  socket.on("drain", send);
  // It is reset in the end.
  socket.on("error", () => {});
  send();
  const [reply] = (await once(socket, "data")) as [Buffer];
  assert.equal(reply.toString(), "421 bye");
  const stream = await served.promise;
  if (!stream.isPaused()) await once(stream, "pause");
  const closed = new Promise((resolve) => socket.once("close", resolve));
  await clock.advance(5000);
  await closed;
  assert.ok(stream.bytesRead < 512 * 1024, `${stream.bytesRead} octets were read`);
  await listener.close(AbortSignal.abort());
});
