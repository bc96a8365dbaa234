/**
 * Answers one request (RFC 9110) from what a server has: resources that are made already, routes, an application with
 * forms, and a sentence for everything else. It answers nobody who came by a name that is not admitted, and writes the line
 * of the log: the route, never the path as sent.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Log } from "../../host/events/events.ts";
import { plainAddress } from "../../host/listener-peers.ts";
import { plain, type WebAnswer, type WebRoute, type WebRoutes } from "./answer.ts";
import type { WebLimits } from "./limits.ts";
import { comeAgain, passes } from "./passing.ts";
import { find, type Resource } from "./resource.ts";

/** What may be had of a server. */
export type WebContent = {
  readonly routes: WebRoutes;
  /** Public and the same for everybody, by path. */
  readonly resources?: ReadonlyMap<string, Resource>;
  readonly application?: WebApplication;
  /** Answers every path that has no route; without it there is nothing. */
  readonly otherwise?: WebRoute;
  /** What is shown for an error; without it a sentence. */
  readonly failure?: (code: 404 | 405 | 500, path: string) => WebAnswer;
  /** Fields of every answer that is no resource's. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Why nobody is answered who asks for this name; `undefined`: somebody is. */
  readonly refuse: (host: string) => string | undefined;
};

/** Answers by itself, POST too; the connection ends after that, so it may leave a body unread. */
export interface WebApplication {
  has(path: string): boolean;
  /** Fulfils when the answer is handed to `response`. */
  answer(request: IncomingMessage, response: ServerResponse): Promise<Outcome>;
}

/** For the log: the route, never the path as sent. */
export type Outcome = { readonly resource: string; readonly code: number; readonly bytes: number };

export type RespondOptions = WebContent & {
  /** What the log calls the server. */
  readonly name: string;
  readonly limits: WebLimits;
  readonly log: Log;
  /** Whether a connection is to end after its answer. */
  readonly isClosing: () => boolean;
};

const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD"]);
const CLIENT_NAME_LENGTH = 200;

type Asked = { readonly path: string; readonly host: string; readonly isRead: boolean };

/** @returns what node:http calls for each request. */
export function responder(options: RespondOptions): (request: IncomingMessage, response: ServerResponse) => void {
  const { name, limits, log, isClosing } = options;
  /** Requests of each connection. Node's own bound announces the end and leaves it to the peer. */
  const requests = new WeakMap<object, number>();
  return (request, response) => {
    const count = (requests.get(request.socket) ?? 0) + 1;
    requests.set(request.socket, count);
    const path = request.url?.split("?", 1)[0] ?? "";
    const host = (request.headers.host ?? "").toLowerCase().replace(/:\d{1,5}$/, "");
    const asked = { path, host, isRead: METHODS.has(request.method ?? "") };
    // A body that nobody reads must not be taken for the next request.
    if (!asked.isRead || hasBody(request) || count >= limits.maxRequests || isClosing())
      response.setHeader("connection", "close");
    // Before the peer may be gone, and its address with it.
    const address = plainAddress(request.socket.remoteAddress ?? "");
    const told = ({ resource, code, bytes }: Outcome): void =>
      log("web.request", {
        listener: name,
        address,
        client: request.headers["user-agent"]?.slice(0, CLIENT_NAME_LENGTH),
        method: request.method === "POST" || asked.isRead ? String(request.method) : "other",
        resource,
        code,
        bytes,
      });
    const made = options.refuse(host) === undefined ? options.resources?.get(path) : undefined;
    if (made !== undefined && asked.isRead) told(sendResource(path, made, request, response));
    else
      void respond(options, asked, request, response).then(told, (error: unknown) => {
        log("connection.failed", { listener: name, error: nameOf(error), at: "application" });
        response.destroy();
      });
  };
}

function sendResource(path: string, made: Resource, request: IncomingMessage, response: ServerResponse): Outcome {
  const { code, fields, octets } = find(made, {
    acceptEncoding: request.headers["accept-encoding"]?.toString(),
    ifNoneMatch: request.headers["if-none-match"],
  });
  const isSent = octets !== undefined && request.method !== "HEAD";
  response.writeHead(code, fields);
  response.end(isSent ? octets : undefined);
  return { resource: path, code, bytes: isSent ? octets.length : 0 };
}

async function respond(
  options: RespondOptions,
  asked: Asked,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Outcome> {
  const { application, routes, headers } = options;
  const { host, path } = asked;
  const refused = options.refuse(host);
  if (refused === undefined && application?.has(path) === true) return application.answer(request, response);
  const resource = Object.hasOwn(routes, path) ? path : "other";
  const answer = refused === undefined ? await answerOf(options, asked, resource) : plain(421, refused);
  const octets = Buffer.from(answer.body);
  response.writeHead(answer.code, {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...headers,
    ...answer.headers,
    "content-type": answer.type,
    "content-length": octets.length,
    ...(answer.code === 405 ? { allow: [...METHODS].join(", ") } : {}),
  });
  const isHead = request.method === "HEAD";
  response.end(isHead ? undefined : octets);
  return { resource, code: answer.code, bytes: isHead ? 0 : octets.length };
}

async function answerOf(options: RespondOptions, { host, path, isRead }: Asked, resource: string): Promise<WebAnswer> {
  const { routes, otherwise, resources, failure, name, log } = options;
  const known = Object.keys(routes).join(" or ");
  const fail = (code: 404 | 405 | 500, sentence: string): WebAnswer => failure?.(code, path) ?? plain(code, sentence);
  const isThere = resources?.has(path) === true || Object.hasOwn(routes, path) || otherwise !== undefined;
  if (!isRead && isThere) return fail(405, "Only GET and HEAD are answered here.");
  try {
    const route = (Object.hasOwn(routes, resource) ? routes[resource] : undefined) ?? otherwise;
    return (await route?.({ host, path })) ?? fail(404, `There is nothing here. Ask for ${known}.`);
  } catch (error) {
    log("connection.failed", { listener: name, error: nameOf(error), at: resource });
    if (passes(error))
      return { ...plain(503, "This cannot be answered just now: come again in half a minute."), headers: comeAgain };
    return fail(500, "This could not be answered by a fault of altmail: its log has the place.");
  }
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : "unknown");

function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers["content-length"];
  return headers["transfer-encoding"] !== undefined || (length !== undefined && length !== "0");
}
