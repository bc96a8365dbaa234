import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request as requestClear } from "node:http";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { siteText, SOME_PAGES } from "../../../test/world/web-site.ts";
import { systemClock } from "../../host/clock.ts";
import { openLabAuthority } from "../../host/tls/lab-authority.ts";
import { ServerTls } from "../../host/tls/server-tls.ts";
import { readPolicy } from "../../rules/mta-sts/policy.ts";
import { policyText } from "../../rules/mta-sts/policy-text.ts";
import { publicLimits } from "./limits.ts";
import { plainPage, publicPage } from "./public.ts";
import { serveSite } from "./server.ts";
import { makeSite } from "./site/site.ts";

const folder = mkdtempSync(join(tmpdir(), "altmail-web-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const names = { hostName: "mail.example.org", domains: ["example.org", "example.net"] };
const ports = { host: "127.0.0.1", port: 0, limits: publicLimits, log: () => {}, clock: systemClock, workers: 1 };

type Answer = { readonly code: number | undefined; readonly headers: Record<string, unknown>; readonly body: string };

async function answerTo(sent: ReturnType<typeof request>): Promise<Answer> {
  sent.end();
  const [response] = await once(sent, "response");
  let body = "";
  for await (const piece of response) body += String(piece);
  return { code: response.statusCode, headers: response.headers, body };
}

test("F1: the policy of each domain is served over TLS under its name alone, and the statement beside it", async () => {
  const files = await openLabAuthority(join(folder, "tls"), ["mta-sts.example.org", "example.org"], systemClock);
  const tls = new ServerTls(files, new Uint8Array(48));
  const policy = policyText("enforce", names.hostName);
  let text: string | undefined;
  const site = makeSite({ folder: SOME_PAGES, name: "AltMail", hasAccounts: false, ...siteText });
  const content = publicPage({ ...names, policy, statement: async () => text, site });
  const web = await serveSite({ ...ports, ...content, name: "https", tls: tls.current });
  await using _closed = { [Symbol.asyncDispose]: () => web.close(AbortSignal.abort()) };
  const get = (host: string, path: string, method = "GET"): Promise<Answer> =>
    answerTo(
      request({
        host: "127.0.0.1",
        port: web.port,
        path,
        method,
        servername: host,
        headers: { host },
        ca: readFileSync(files.authorityFile),
        checkServerIdentity: () => undefined,
        agent: false,
      }),
    );
  const found = await get("mta-sts.example.org", "/.well-known/mta-sts.txt");
  assert.deepEqual([found.code, found.headers["content-type"]], [200, "text/plain; charset=utf-8"]);
  assert.deepEqual(readPolicy(found.body), { mode: "enforce", maxAgeS: 2_592_000, mx: ["mail.example.org"] });
  assert.match(String(found.headers["strict-transport-security"]), /^max-age=\d+$/);
  assert.equal((await get("example.org", "/.well-known/mta-sts.txt")).code, 404);
  assert.equal((await get("mta-sts.elsewhere.example", "/.well-known/mta-sts.txt")).code, 421);
  assert.equal((await get("example.org", "/.well-known/altmail-retention.json")).code, 503);
  text = '{"statement":1}\n';
  assert.equal((await get("example.org", "/.well-known/altmail-retention.json")).body, text);
  assert.equal((await get("mail.example.org", "/health")).code, 200);
  assert.equal((await get("example.org", "/")).code, 200);
  const [there, beside] = [await get("example.org", "/docs/faq"), await get("example.org", "/docs")];
  assert.equal(there.headers["content-type"], "text/html; charset=utf-8");
  assert.deepEqual([beside.code, beside.headers["location"]], [308, "/docs/"]);
  const [missing, posted] = [await get("example.org", "/sv/none"), await get("example.org", "/", "POST")];
  assert.deepEqual([missing.code, posted.code, posted.headers["allow"]], [404, 405, "GET, HEAD"]);
  assert.match(missing.body, /<html lang="sv">/);
});

test("plain HTTP leads to HTTPS, and answers challenges from their folder alone", async () => {
  writeFileSync(join(folder, "token_1"), "token_1.thumbprint");
  writeFileSync(join(folder, "secret.txt"), "canary");
  const web = await serveSite({ ...ports, ...plainPage(names, folder), name: "http" });
  await using _closed = { [Symbol.asyncDispose]: () => web.close(AbortSignal.abort()) };
  const get = (host: string, path: string, port = web.port): Promise<Answer> =>
    answerTo(requestClear({ host: "127.0.0.1", port, path, headers: { host }, agent: false }));
  const led = await get("Example.org:80", "/docs?x=1");
  assert.deepEqual([led.code, led.headers["location"]], [308, "https://example.org/docs"]);
  assert.equal((await get("evil.example", "/")).code, 421);
  assert.equal((await get("example.org", "/.well-known/acme-challenge/token_1")).body, "token_1.thumbprint");
  for (const token of ["secret.txt", "../public", "%2e%2e%2fx", "", "none"])
    assert.equal((await get("example.org", `/.well-known/acme-challenge/${token}`)).code, 404, token);
  const without = await serveSite({ ...ports, ...plainPage(names, undefined), name: "http" });
  await using _end = { [Symbol.asyncDispose]: () => without.close(AbortSignal.abort()) };
  assert.equal((await get("example.org", "/.well-known/acme-challenge/token_1", without.port)).code, 404);
});
