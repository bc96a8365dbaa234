/** A worker of listener-cluster.test.ts: listens on a port that it shares, and tells every peer its process id. */
import { systemClock } from "./clock.ts";
import { listen } from "./listener.ts";

const listener = await listen({
  name: "test",
  host: "127.0.0.1",
  port: 0,
  tls: "none",
  limits: { connections: 100, perPeer: 100, handshakeTimeoutMs: 1000 },
  log: () => {},
  clock: systemClock,
  handler: ({ stream }) => {
    stream.write(`${process.pid}\n`);
    return Promise.resolve();
  },
});
process.once("disconnect", () => process.exit());
process.once("message", () => void listener.close(AbortSignal.timeout(1000)).then(() => process.disconnect?.()));
process.send?.({ port: listener.port });
