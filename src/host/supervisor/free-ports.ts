/**
 * Binds all ports once, alone, and lets go of them, before the workers share them: a second service must not get half of
 * the connections silently, and a port that cannot be had is told in one sentence before anything starts. A port that
 * is taken is tried again for a moment: the workers of a killed supervisor take some milliseconds to follow it.
 */
import { once } from "node:events";
import { createServer, isIPv6, type Server } from "node:net";
import { type Clock, pause, SECOND } from "../clock.ts";
import { codeOf } from "../listener-handshake.ts";
import { portError, portTwice, type WantedPort } from "../port-error.ts";

const ORPHANS_MS = 2 * SECOND;
const RETRY_MS = 50;

/** @throws HostError for the first port that cannot be had. */
export async function checkPorts(ports: readonly WantedPort[], clock: Clock): Promise<void> {
  const until = clock.steady() + ORPHANS_MS;
  const held = new Map<WantedPort, Server>();
  try {
    for (const wanted of ports) {
      for (;;) {
        const bound = await bind(wanted);
        if (bound.kind === "bound") {
          held.set(wanted, bound.server);
          break;
        }
        const isTaken = codeOf(bound.error) === "EADDRINUSE";
        const other = [...held.keys()].find(({ port }) => isTaken && port === wanted.port);
        if (other !== undefined) throw portTwice(wanted, other);
        if (!isTaken || clock.steady() > until) throw portError(bound.error, wanted);
        await pause(clock, RETRY_MS);
      }
    }
  } finally {
    await Promise.all([...held.values()].map(close));
  }
}

type Bound = { readonly kind: "bound"; readonly server: Server } | { readonly kind: "not"; readonly error: unknown };

async function bind({ host, port }: WantedPort): Promise<Bound> {
  const server = createServer((socket) => socket.destroy());
  server.listen({ host, port, exclusive: true, ipv6Only: isIPv6(host) });
  try {
    await once(server, "listening");
    return { kind: "bound", server };
  } catch (error) {
    return { kind: "not", error };
  }
}

async function close(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  await closed;
}
