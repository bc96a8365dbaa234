import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { RequestListener } from "node:http";
import { createServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { FakeClock, turns } from "../../../test/world/fake-clock.ts";
import { systemClock } from "../../host/clock.ts";
import { openLabAuthority } from "../../host/tls/lab-authority.ts";
import type { FetchedPolicy } from "../../service/queue/route-sts.ts";
import { createPolicyFetch, type PolicyFetchOptions } from "./fetch-policy.ts";

const folder = mkdtempSync(join(tmpdir(), "altmail-policy-fetch-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const right = await openLabAuthority(
  join(folder, "right"),
  ["mta-sts.good.test", "*.wild.test", "mta-sts.*.bad.test"],
  systemClock,
);
const wrong = await openLabAuthority(join(folder, "wrong"), ["mta-sts.good.test"], systemClock);

const POLICY = "version: STSv1\r\nmode: none\r\nmax_age: 1\r\n";
const plain: RequestListener = (_request, response) => {
  response.setHeader("content-type", "text/plain; charset=utf-8").end(POLICY);
};

async function serve(listener: RequestListener, files = right) {
  const requests: string[] = [];
  const server = createServer(
    { cert: readFileSync(files.certificateFile), key: readFileSync(files.certificateKeyFile) },
    (request, response) => {
      requests.push(`${request.method} ${request.url} ${request.headers.host?.replace(/:\d+$/, "")}`);
      listener(request, response);
    },
  ).listen(0, "127.0.0.1");
  await once(server, "listening");
  const at = server.address();
  assert.ok(at !== null && typeof at === "object");
  const get = (domain = "good.test", more: Partial<PolicyFetchOptions> = {}): Promise<FetchedPolicy> =>
    createPolicyFetch({
      addressesOf: async () => ["127.0.0.1"],
      port: at.port,
      authorities: readFileSync(right.authorityFile, "latin1"),
      ...more,
    })(domain);
  return {
    requests,
    get,
    async [Symbol.asyncDispose](): Promise<void> {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

const notFetched = { kind: "failed", why: "fetch" };
const notTrusted = { kind: "failed", why: "webpki" };

test("RFC 8461 section 3.2: a policy comes from its place, for its name", async () => {
  await using host = await serve(plain);
  assert.deepEqual(await host.get(), { kind: "fetched", text: POLICY });
  assert.deepEqual(host.requests, ["GET /.well-known/mta-sts.txt mta-sts.good.test"]);
});

test("the name's addresses are asked for, and the next one is tried where nobody answers", async () => {
  await using host = await serve(plain);
  const names: string[] = [];
  const addressesOf = async (name: string): Promise<readonly string[]> => {
    names.push(name);
    return ["127.0.0.9", "127.0.0.1"];
  };
  assert.equal((await host.get("good.test", { addressesOf })).kind, "fetched");
  assert.deepEqual(names, ["mta-sts.good.test"]);
  assert.deepEqual(await host.get("good.test", { addressesOf: async () => [] }), notFetched);
  const limits = { maxAddresses: 1 };
  assert.deepEqual(await host.get("good.test", { addressesOf, limits }), notFetched);
});

test("F2: RFC 8461 section 3.3: the certificate must be right for the name", async () => {
  await using host = await serve(plain);
  assert.deepEqual(await host.get("other.test"), notTrusted);
  assert.equal((await host.get("wild.test")).kind, "fetched", "a wildcard for the first label");
  assert.deepEqual(await host.get("x.bad.test"), notTrusted, "a wildcard elsewhere");
  await using stranger = await serve(plain, wrong);
  assert.deepEqual(await stranger.get(), notTrusted);
});

for (const [title, listener] of [
  [
    "a redirect",
    (_request, response) => response.writeHead(302, { location: "/x", "content-type": "text/plain" }).end(),
  ],
  ["not found", (_request, response) => response.writeHead(404, { "content-type": "text/plain" }).end(POLICY)],
  ["another success", (_request, response) => response.writeHead(203, { "content-type": "text/plain" }).end(POLICY)],
  ["HTML", (_request, response) => response.setHeader("content-type", "text/html").end(POLICY)],
  ["another text", (_request, response) => response.setHeader("content-type", "text/plainer").end(POLICY)],
  ["no type", (_request, response) => response.end(POLICY)],
  ["too long", (_request, response) => response.setHeader("content-type", "text/plain").end("x".repeat(64 * 1024 + 1))],
  [
    "broken off",
    (_request, response) => {
      response.writeHead(200, { "content-type": "text/plain", "content-length": "1000" });
      response.write(POLICY, () => response.destroy());
    },
  ],
] as const satisfies readonly (readonly [string, RequestListener])[])
  test(`RFC 8461 section 3.3: no policy: ${title}`, async () => {
    await using host = await serve(listener);
    assert.deepEqual(await host.get(), notFetched);
    assert.equal(host.requests.length, 1, "and no second request");
  });

test("a file of just 64 KiB is taken", async () => {
  const text = "x".repeat(64 * 1024);
  await using host = await serve((_request, response) => response.setHeader("content-type", "TEXT/PLAIN").end(text));
  assert.deepEqual(await host.get(), { kind: "fetched", text });
});

test("RFC 8461 section 3.3: after a minute nothing is waited for", async () => {
  const clock = new FakeClock("2026-11-21");
  let arrived = (): void => {};
  const arrival = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  await using host = await serve(() => arrived());
  const got = host.get("good.test", { clock });
  await arrival;
  await clock.advance(59_000);
  assert.equal(await Promise.race([got, turns(5)]), undefined);
  await clock.advance(1000);
  assert.deepEqual(await got, notFetched);
});
