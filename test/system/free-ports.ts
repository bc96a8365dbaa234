/** Ports of loopback that are free at this moment, for programs that must be told theirs. */
import { once } from "node:events";
import { createServer } from "node:net";

/** So many, each another one. */
export async function freePorts(count: number): Promise<readonly number[]> {
  // All are held until the last is there: no two are the same.
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  const ports = await Promise.all(
    servers.map(async (server) => {
      await once(server, "listening");
      const address = server.address();
      if (address === null || typeof address === "string") throw new Error("no port");
      return address.port;
    }),
  );
  await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
  return ports;
}

export async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}
