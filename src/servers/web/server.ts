/**
 * A small HTTP/1.1 listener (RFC 9110, RFC 9112), with or without TLS: a table of routes that answer GET and HEAD, and a
 * sentence for everything else. It answers nobody who came by a name that is not admitted.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { SecureContext } from "node:tls";
import type { Log } from "../../host/events/events.ts";
import type { WebLimits } from "./limits.ts";

export type WebAnswer = {
  readonly code: number;
  readonly type: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
};
export type WebRequest = {
  /** Of the Host field, lower case, without the port. */
  readonly host: string;
  /** As sent, without what follows a question mark. */
  readonly path: string;
};
export type WebRoute = (request: WebRequest) => WebAnswer | Promise<WebAnswer>;
/** By path. */
export type WebRoutes = Readonly<Record<string, WebRoute>>;

export type WebOptions = {
  /** What the log calls it. */
  readonly name: string;
  readonly host: string;
  /** 0: any free port; see `WebListener.port`. */
  readonly port: number;
  readonly routes: WebRoutes;
  /** Answers every path that has no route; without it there is nothing. */
  readonly otherwise?: WebRoute;
  /** Why nobody is answered who asks for this name; `undefined`: somebody is. */
  readonly refuse: (host: string) => string | undefined;
  /** For the next handshake; without it there is no TLS. */
  readonly tls?: () => SecureContext;
  readonly limits: WebLimits;
  readonly log: Log;
};

export interface WebListener {
  readonly port: number;
  /** Stops accepting and fulfils when every answer is out; destroys what is left when `signal` aborts. */
  close(signal: AbortSignal): Promise<void>;
}

const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD"]);
const CLIENT_NAME_LENGTH = 200;

/** Requests of each connection. Node's own bound announces the end and leaves it to the peer. */
const requests = new WeakMap<object, number>();

export const plain = (code: number, sentence: string): WebAnswer => ({
  code,
  type: "text/plain; charset=utf-8",
  body: `${sentence}\n`,
});

/** Opens the port. @throws the error of node:net, with `code`, when the port is taken or may not be had. */
export async function serveWeb(options: WebOptions): Promise<WebListener> {
  const { host, port, name, limits, log } = options;
  const bounds = {
    maxHeaderSize: limits.maxHeaderBytes,
    headersTimeout: limits.headerTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.idleTimeoutMs,
    connectionsCheckingInterval: limits.checkEveryMs,
  };
  const onRequest = (request: IncomingMessage, response: ServerResponse): void =>
    void answer(options, request, response);
  const { tls } = options;
  const server =
    tls === undefined
      ? createServer(bounds, onRequest)
      : createTlsServer(
          {
            ...bounds,
            handshakeTimeout: limits.headerTimeoutMs,
            SNICallback: (_name, done) => done(null, tls()),
          },
          onRequest,
        );
  server.maxConnections = limits.maxConnections;
  // This process's own, not shared by the workers: only the elected one serves.
  server.listen({ host, port, exclusive: true });
  await once(server, "listening");
  server.on("error", (error) =>
    log("listener.failed", { listener: name, code: "code" in error ? String(error.code) : "unknown" }),
  );
  const opened = portOf(server, port);
  log("listener.opened", { listener: name, port: opened });
  return {
    port: opened,
    async close(signal) {
      const closed = once(server, "close");
      server.close();
      const destroy = (): void => server.closeAllConnections();
      if (signal.aborted) destroy();
      else signal.addEventListener("abort", destroy, { once: true });
      await closed;
      signal.removeEventListener("abort", destroy);
    },
  };
}

async function answer(options: WebOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = request.url?.split("?", 1)[0] ?? "";
  const resource = Object.hasOwn(options.routes, path) ? path : "other";
  const method = METHODS.has(request.method ?? "") ? String(request.method) : "other";
  const count = (requests.get(request.socket) ?? 0) + 1;
  requests.set(request.socket, count);
  const { code, type, body, headers } = await answerOf(options, request, { resource, path, method });
  const octets = Buffer.from(body);
  response.writeHead(code, {
    ...headers,
    "content-type": type,
    "content-length": octets.length,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...(options.tls === undefined ? {} : { "strict-transport-security": "max-age=31536000" }),
    ...(code === 405 ? { allow: [...METHODS].join(", ") } : {}),
    // A body that nobody reads must not be taken for the next request.
    ...(method === "other" || count >= options.limits.maxRequests ? { connection: "close" } : {}),
  });
  response.end(method === "HEAD" ? undefined : octets);
  options.log("web.request", {
    listener: options.name,
    address: request.socket.remoteAddress,
    client: request.headers["user-agent"]?.slice(0, CLIENT_NAME_LENGTH),
    method,
    resource,
    code,
    bytes: method === "HEAD" ? 0 : octets.length,
  });
}

type Asked = { readonly resource: string; readonly path: string; readonly method: string };

async function answerOf(
  { routes, otherwise, refuse, name, log }: WebOptions,
  request: IncomingMessage,
  { resource, path, method }: Asked,
): Promise<WebAnswer> {
  const host = (request.headers.host ?? "").toLowerCase().replace(/:\d{1,5}$/, "");
  const refused = refuse(host);
  if (refused !== undefined) return plain(421, refused);
  const route = (Object.hasOwn(routes, resource) ? routes[resource] : undefined) ?? otherwise;
  if (route === undefined) return plain(404, `There is nothing here. Ask for ${Object.keys(routes).join(" or ")}.`);
  if (method === "other") return plain(405, "Only GET and HEAD are answered here.");
  try {
    return await route({ host, path });
  } catch (error) {
    log("connection.failed", { listener: name, error: error instanceof Error ? error.name : "unknown", at: resource });
    return plain(500, "This could not be answered by a fault of altmail: its log has the place.");
  }
}

function portOf(server: Server, otherwise: number): number {
  const address = server.address();
  return address !== null && typeof address === "object" ? address.port : otherwise;
}
