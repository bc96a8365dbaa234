import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:http";
import { connect } from "node:net";
import { test } from "node:test";
import { FakeClock } from "../../../test/world/fake-clock.ts";
import { SECOND, systemClock } from "../../host/clock.ts";
import type { Log } from "../../host/events/events.ts";
import { createProcessMetrics } from "../../host/metrics/process-metrics.ts";
import { StoreError } from "../../store/store-error.ts";
import { plain, type WebRoutes } from "./answer.ts";
import { metricsLimits, publicLimits, type WebLimits } from "./limits.ts";
import { createMetricsPage, refuseOthers } from "./metrics.ts";
import { serveSite, serveWeb, type WebListener } from "./server.ts";

type Logged = { readonly name: string; readonly fields: Readonly<Record<string, unknown>> };

type Opened = WebListener & AsyncDisposable & { readonly logged: Logged[] };

async function opened(routes: WebRoutes, limits: Partial<WebLimits> = {}): Promise<Opened> {
  const logged: Logged[] = [];
  const log = ((name, fields) => void logged.push({ name, fields })) as Log;
  const listener = await serveWeb({
    name: "metrics",
    host: "127.0.0.1",
    port: 0,
    routes,
    refuse: refuseOthers,
    limits: { ...metricsLimits, ...limits },
    log,
  });
  return { ...listener, logged, [Symbol.asyncDispose]: () => listener.close(AbortSignal.abort()) };
}

type Reply = { readonly code: number | undefined; readonly body: string; readonly headers: Record<string, unknown> };

async function ask(port: number, path: string, method = "GET", headers: Record<string, string> = {}): Promise<Reply> {
  const sent = request({ host: "127.0.0.1", port, path, method, headers, agent: false });
  sent.end();
  const [response] = await once(sent, "response");
  let body = "";
  for await (const piece of response) body += String(piece);
  return { code: response.statusCode, body, headers: response.headers };
}

/** Sends octets as they are and reads until the other side closes. */
async function say(port: number, text: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.write(text);
  let answer = "";
  for await (const piece of socket) answer += String(piece);
  return answer;
}

const routes: WebRoutes = { "/health": () => plain(200, "Well.") };

test("L1: every request is a line with time, address, user agent, resource, octets and result", async () => {
  await using web = await opened(routes);
  await ask(web.port, "/health?canary", "GET", { "user-agent": "Prometheus/3" });
  await ask(web.port, "/canary");
  const lines = web.logged.filter(({ name }) => name === "web.request").map(({ fields }) => fields);
  const shared = { listener: "metrics", address: "127.0.0.1", method: "GET" };
  assert.deepEqual(lines, [
    { ...shared, client: "Prometheus/3", resource: "/health", code: 200, bytes: 6 },
    { ...shared, client: undefined, resource: "other", code: 404, bytes: 40 },
  ]);
});

test("routes answer GET and HEAD; everything else hears a sentence", async () => {
  await using web = await opened(routes);
  const well = await ask(web.port, "/health");
  assert.deepEqual([well.code, well.body], [200, "Well.\n"]);
  assert.equal(well.headers["cache-control"], "no-store");
  const head = await ask(web.port, "/health", "HEAD");
  assert.deepEqual([head.code, head.body, head.headers["content-length"]], [200, "", "6"]);
  const post = await ask(web.port, "/health", "POST");
  assert.deepEqual([post.code, post.headers["allow"], post.headers["connection"]], [405, "GET, HEAD", "close"]);
  for (const path of ["/", "/health/", "/__proto__", "/constructor", "//health"])
    assert.equal((await ask(web.port, path)).code, 404, path);
});

test("a web page in a browser of this machine cannot read it by a name of its own", async () => {
  await using web = await opened(routes);
  for (const host of ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "198.51.100.1"])
    assert.equal((await ask(web.port, "/health", "GET", { host })).code, 421, host);
  for (const host of ["localhost", "127.0.0.1:9464", "[::1]:9464"])
    assert.equal((await ask(web.port, "/health", "GET", { host })).code, 200, host);
});

test("a route that fails is a 500 without its words, and the listener lives on", async () => {
  await using web = await opened({
    ...routes,
    "/broken": () => {
      throw new RangeError("canary");
    },
  });
  const reply = await ask(web.port, "/broken");
  assert.equal(reply.code, 500);
  assert.doesNotMatch(reply.body, /canary/);
  assert.doesNotMatch(JSON.stringify(web.logged), /canary/);
  assert.equal((await ask(web.port, "/health")).code, 200);
});

test("a route whose store does not answer for now is a 503 that says when to come again", async () => {
  const busy = new StoreError("busy", "canary");
  await using web = await opened({ "/busy": () => Promise.reject(busy) });
  const reply = await ask(web.port, "/busy");
  assert.deepEqual([reply.code, reply.headers["retry-after"]], [503, "30"]);
  assert.match(reply.body, /come again in half a minute/);
});

test("limits: large headers, too many requests, what is no HTTP, silent peers", async () => {
  await using web = await opened(routes, {
    maxHeaderBytes: 1024,
    maxRequests: 2,
    headerTimeoutMs: 20,
    checkEveryMs: 5,
  });
  const get = "GET /health HTTP/1.1\r\nHost: localhost\r\n";
  assert.match(await say(web.port, `${get}x: ${"x".repeat(2000)}\r\n\r\n`), /^HTTP\/1.1 431 /);
  const two = await say(web.port, `${get}\r\n`.repeat(2));
  assert.deepEqual(two.match(/connection: \S+/gi), ["Connection: keep-alive", "connection: close"]);
  assert.match(await say(web.port, "EHLO canary\r\n\r\n"), /^HTTP\/1.1 400 /);
  assert.match(await say(web.port, `${get}Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n`), /^HTTP\/1.1 400 /);
  assert.match(await say(web.port, get), /^HTTP\/1.1 408 /);
});

test("the public server has the same limits over a listener that workers share, and ends idle connections at a stop", async () => {
  const limits = {
    ...publicLimits,
    headerTimeoutMs: 20,
    checkEveryMs: 5,
    maxConnectionsPerPeer: 2,
    idleTimeoutMs: 60_000,
  };
  const logged: Logged[] = [];
  const log = ((name, fields) => void logged.push({ name, fields })) as Log;
  const common = { name: "http", host: "127.0.0.1", port: 0, limits, log, clock: systemClock, workers: 1 };
  const web = await serveSite({ ...common, routes, refuse: () => undefined });
  const get = "GET /health HTTP/1.1\r\nHost: localhost\r\n";
  assert.match(await say(web.port, get), /^HTTP\/1.1 408 /);
  assert.match(await say(web.port, "EHLO canary\r\n\r\n"), /^HTTP\/1.1 400 /);
  const idle = [connect(web.port, "127.0.0.1"), connect(web.port, "127.0.0.1")];
  for (const socket of idle) {
    socket.write(`${get}\r\n`);
    await once(socket, "data");
  }
  assert.equal(await say(web.port, get), "");
  assert.ok(logged.some(({ name, fields }) => name === "connection.refused" && fields["reason"] === "peer"));
  const ended = idle.map((socket) => once(socket, "close"));
  await web.close(AbortSignal.timeout(60_000));
  await Promise.all(ended);
});

test("figures are served while they are fresh", async () => {
  const clock = new FakeClock("2026-11-21T12:00:00Z");
  const page = createMetricsPage(clock);
  await using web = await opened(page.routes);
  assert.equal((await ask(web.port, "/metrics")).code, 503);
  using metrics = createProcessMetrics({ role: "worker", gauges: {} });
  page.told(await metrics.snapshot());
  const reply = await ask(web.port, "/metrics");
  assert.equal(reply.code, 200);
  assert.match(String(reply.headers["content-type"]), /^text\/plain; version=0\.0\.4/);
  assert.match(reply.body, /^# TYPE altmail_workers gauge$/m);
  assert.equal((await ask(web.port, "/health")).code, 200);
  await clock.advance(31 * SECOND);
  assert.equal((await ask(web.port, "/metrics")).code, 503);
  assert.equal((await ask(web.port, "/health")).code, 503);
});
