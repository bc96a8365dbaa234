/**
 * Port 25 while the service is sealed: the greeting is 421 (RFC 5321 section 3.8: a server may say it at any time when
 * it must shut down), so senders keep their mail and come again. No STARTTLS, for the TLS keys are sealed too; nothing
 * is read.
 */
import { once } from "node:events";
import { createServer, isIPv6, type Server, type Socket } from "node:net";
import { listening } from "../port-error.ts";

/** Connections held at one time; each lives for one line. */
const MAX_CONNECTIONS = 200;
/** How long a peer may take to read the line and close. */
const LINGER_MS = 5_000;

/** Answers on each address until disposed. The ports were checked before. @throws HostError when one was taken since. */
export async function answerSealed(
  addresses: readonly { readonly host: string; readonly port: number }[],
  hostName: string,
): Promise<AsyncDisposable> {
  const sockets = new Set<Socket>();
  const greet = (socket: Socket): void => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.once("close", () => sockets.delete(socket));
    socket.setTimeout(LINGER_MS, () => socket.destroy());
    socket.end(`421 4.3.2 ${hostName} is sealed and takes no mail until its operator unlocks it, try again later\r\n`);
    socket.resume();
  };
  const servers: Server[] = [];
  for (const { host, port } of addresses) {
    const server = createServer(greet);
    server.maxConnections = MAX_CONNECTIONS;
    servers.push(server);
    server.listen({ host, port, ipv6Only: isIPv6(host) });
    await listening(server, { name: "sealed", host, port });
  }
  return {
    async [Symbol.asyncDispose]() {
      const closed = servers.map((server) => once(server, "close"));
      for (const server of servers) server.close();
      for (const socket of sockets) socket.destroy();
      await Promise.all(closed);
    },
  };
}
