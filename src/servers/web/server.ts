/**
 * HTTP/1.1 listeners (RFC 9112). `serveSite` is the public one: over host/listener.ts, so that all workers share the port,
 * with its TLS and its bounds. `serveWeb` is for this machine alone, in one process, in the clear.
 */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { Duplex } from "node:stream";
import type { SecureContext } from "node:tls";
import type { Clock } from "../../host/clock.ts";
import type { Log } from "../../host/events/events.ts";
import { listen, type Listener } from "../../host/listener.ts";
import { listening } from "../../host/port-error.ts";
import type { WebLimits } from "./limits.ts";
import { responder, type WebContent } from "./respond.ts";

export type WebOptions = WebContent & {
  /** What the log calls it. */
  readonly name: string;
  readonly host: string;
  /** 0: any free port; see `WebListener.port`. */
  readonly port: number;
  readonly limits: WebLimits;
  readonly log: Log;
};

export type SiteServerOptions = WebOptions & {
  readonly clock: Clock;
  /** For the next handshake; without it there is no TLS. */
  readonly tls?: () => SecureContext;
  /** How many workers share the bound on connections. */
  readonly workers: number;
};

export interface WebListener {
  readonly port: number;
  /** Stops accepting and fulfils when every answer is out; destroys what is left when `signal` aborts. */
  close(signal: AbortSignal): Promise<void>;
}

/** Opens the port in this process alone. @throws HostError when it may not be had. */
export async function serveWeb(options: WebOptions): Promise<WebListener> {
  const { host, port, name, limits, log } = options;
  const { server, close } = httpServer(options);
  server.maxConnections = limits.maxConnections;
  server.listen({ host, port, exclusive: true });
  await listening(server, options);
  server.on("error", (error) =>
    log("listener.failed", { listener: name, code: "code" in error ? String(error.code) : "unknown" }),
  );
  const opened = portOf(server, port);
  log("listener.opened", { listener: name, port: opened });
  return {
    port: opened,
    async close(signal) {
      const closed = once(server, "close");
      close();
      const destroy = (): void => server.closeAllConnections();
      if (signal.aborted) destroy();
      else signal.addEventListener("abort", destroy, { once: true });
      await closed;
      signal.removeEventListener("abort", destroy);
    },
  };
}

/** Opens the port, shared by all workers. @throws HostError when it may not be had. */
export async function serveSite(options: SiteServerOptions): Promise<Listener> {
  const { name, host, port, limits, log, clock, tls, workers } = options;
  const { server, close } = httpServer(options);
  // Node looks for connections that take too long from the moment it listens; here another listens for it.
  server.emit("listening");
  const listener = await listen({
    name,
    host,
    port,
    log,
    clock,
    limits: {
      connections: Math.ceil(limits.maxConnections / workers),
      perPeer: limits.maxConnectionsPerPeer,
      handshakeTimeoutMs: limits.headerTimeoutMs,
    },
    handler: ({ stream }) => handOver(server, stream),
    ...(tls === undefined ? { tls: "none" } : { tls: "implicit", context: tls }),
  });
  return {
    get port() {
      return listener.port;
    },
    get connections() {
      return listener.connections;
    },
    async close(signal) {
      close();
      await listener.close(signal);
    },
  };
}

/** Fulfils when the connection is closed, by whichever side. */
function handOver(server: Server, stream: Duplex): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  stream.once("close", resolve);
  server.emit("connection", stream);
  return promise;
}

type HttpServer = {
  readonly server: Server;
  /** Ends idle connections at once and the others after their answer. */
  readonly close: () => void;
};

function httpServer(options: WebOptions): HttpServer {
  const { limits } = options;
  let isClosing = false;
  const server = createServer(
    {
      maxHeaderSize: limits.maxHeaderBytes,
      headersTimeout: limits.headerTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      keepAliveTimeout: limits.idleTimeoutMs,
      connectionsCheckingInterval: limits.checkEveryMs,
    },
    responder({ ...options, isClosing: () => isClosing }),
  );
  server.setTimeout(limits.stallTimeoutMs);
  return {
    server,
    close() {
      isClosing = true;
      server.close();
    },
  };
}

function portOf(server: Server, otherwise: number): number {
  const address = server.address();
  return address !== null && typeof address === "object" ? address.port : otherwise;
}
