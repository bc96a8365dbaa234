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
import type { Posted } from "../../service/tls-reports/send-report.ts";
import { createReportPost, type ReportPostOptions } from "./post-report.ts";

const folder = mkdtempSync(join(tmpdir(), "altmail-report-post-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const files = await openLabAuthority(folder, ["another.test"], systemClock);
const report = Uint8Array.from({ length: 100_000 }, (_octet, n) => n % 251);

const saying =
  (code: number): RequestListener =>
  (_request, response) =>
    void response.writeHead(code, { location: "https://elsewhere.test/" }).end("words");

async function serve(listener: RequestListener) {
  const requests: { readonly line: string; readonly headers: unknown; readonly body: Buffer }[] = [];
  const server = createServer({
    cert: readFileSync(files.certificateFile),
    key: readFileSync(files.certificateKeyFile),
  });
  server.on("request", (request, response) => {
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => void pieces.push(piece));
    request.on("end", () => {
      const { host, ...headers } = request.headers;
      requests.push({ line: `${request.method} ${request.url} ${host}`, headers, body: Buffer.concat(pieces) });
      listener(request, response);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const at = server.address();
  assert.ok(at !== null && typeof at === "object");
  const place = `reports.test:${at.port}`;
  const post = (more: Partial<ReportPostOptions> = {}): Promise<Posted> =>
    createReportPost({ addressesOf: async () => ["127.0.0.1"], ...more })(`https://${place}/v1/tlsrpt?a=b`, report);
  return {
    requests,
    post,
    place,
    async [Symbol.asyncDispose](): Promise<void> {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

const unreached = { kind: "failed", code: undefined, isFinal: false };

test("F5: RFC 8460 section 5.4: a report is posted as it is, and says nothing else, whatever the certificate", async () => {
  await using host = await serve(saying(201));
  assert.deepEqual(await host.post(), { kind: "taken" });
  assert.deepEqual(host.requests, [
    {
      line: `POST /v1/tlsrpt?a=b ${host.place}`,
      headers: { "content-type": "application/tlsrpt+gzip", "content-length": "100000", connection: "close" },
      body: Buffer.from(report),
    },
  ]);
});

test("the name's addresses are tried in their order, some of them, until one answers", async () => {
  await using host = await serve(saying(200));
  const names: string[] = [];
  const addressesOf = async (name: string): Promise<readonly string[]> => {
    names.push(name);
    return ["127.0.0.9", "127.0.0.1"];
  };
  assert.deepEqual(await host.post({ addressesOf }), { kind: "taken" });
  assert.deepEqual(names, ["reports.test"]);
  assert.deepEqual(await host.post({ addressesOf, limits: { maxAddresses: 1 } }), unreached);
  assert.deepEqual(await host.post({ addressesOf: async () => [] }), unreached);
  assert.equal(host.requests.length, 1);
});

for (const [code, isFinal] of [
  [301, true],
  [308, true],
  [400, true],
  [404, true],
  [413, true],
  [408, false],
  [429, false],
  [500, false],
  [503, false],
] as const)
  test(`${code} is no success, is not followed, and ${isFinal ? "stays so" : "may pass"}`, async () => {
    await using host = await serve(saying(code));
    assert.deepEqual(await host.post(), { kind: "failed", code, isFinal });
    assert.equal(host.requests.length, 1);
  });

test("a server that hangs up, or that never stops answering, does no harm", async () => {
  await using rude = await serve((request) => void request.socket.destroy());
  assert.deepEqual(await rude.post(), unreached);
  const letGo = Promise.withResolvers<void>();
  await using endless = await serve((_request, response) => {
    response.on("close", letGo.resolve).writeHead(200);
    const more = (): void => {
      while (response.write("x".repeat(65_536)));
    };
    response.on("drain", more);
    more();
  });
  assert.deepEqual(await endless.post(), { kind: "taken" });
  await letGo.promise;
});

test("after half a minute nothing is waited for", async () => {
  const clock = new FakeClock("2026-11-21");
  let arrived = (): void => {};
  const arrival = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  await using host = await serve(() => arrived());
  const posted = host.post({ clock });
  await arrival;
  await clock.advance(29_000);
  assert.equal(await Promise.race([posted, turns(5)]), undefined);
  await clock.advance(1000);
  assert.deepEqual(await posted, unreached);
});
