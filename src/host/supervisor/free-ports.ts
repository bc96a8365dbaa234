/**
 * Binds each port once, alone, and lets go of it, before the workers share it: a second service must not get half of
 * the connections silently, and a port that cannot be had is told in one sentence before anything starts. A port that
 * is taken is tried again for a moment: the workers of a killed supervisor take some milliseconds to follow it.
 */
import { once } from "node:events";
import { createServer, isIPv6 } from "node:net";
import { type Clock, pause, SECOND } from "../clock.ts";
import { HostError } from "../host-error.ts";

export type Port = { readonly name: string; readonly host: string; readonly port: number };

const ORPHANS_MS = 2 * SECOND;
const RETRY_MS = 50;

/** @throws HostError for the first port that cannot be had. */
export async function checkPorts(ports: readonly Port[], clock: Clock): Promise<void> {
  const until = clock.steady() + ORPHANS_MS;
  for (const { name, host, port } of ports) {
    for (;;) {
      const error = await bind(host, port);
      if (error === undefined) break;
      if (codeOf(error) !== "EADDRINUSE" || clock.steady() > until)
        throw new HostError(sentence(codeOf(error), name, host, port), { cause: error });
      await pause(clock, RETRY_MS);
    }
  }
}

/** Answers with what stood against it. */
async function bind(host: string, port: number): Promise<unknown> {
  const server = createServer();
  server.listen({ host, port, exclusive: true, ipv6Only: isIPv6(host) });
  try {
    await once(server, "listening");
  } catch (error) {
    return error;
  }
  const closed = once(server, "close");
  server.close();
  await closed;
  return undefined;
}

const codeOf = (error: unknown): string => (error instanceof Error && "code" in error ? String(error.code) : "unknown");

function sentence(code: string, name: string, host: string, port: number): string {
  const where = `port ${port} on ${host} (${name})`;
  switch (code) {
    case "EADDRINUSE":
      return `${where} is taken by another program: end it ("ss -ltnp" shows which), or give altmail another port`;
    case "EACCES":
      return `${where} may not be opened by this user: use a port above 1023, or give the service CAP_NET_BIND_SERVICE`;
    case "EADDRNOTAVAIL":
      return `${where} cannot be opened: this machine has no such address; correct it in the settings`;
    default:
      return `${where} cannot be opened (${code})`;
  }
}
