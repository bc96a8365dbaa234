import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request as requestClear } from "node:http";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { FakeClock, turns } from "../../../test/world/fake-clock.ts";
import { SOME_PAGES } from "../../../test/world/web-site.ts";
import { systemClock } from "../../host/clock.ts";
import { parseSettings } from "../../host/settings/read.ts";
import type { Settings } from "../../host/settings/settings.ts";
import type { WebApplication } from "../../servers/web/respond.ts";
import { openLabAuthority } from "../../host/tls/lab-authority.ts";
import { ServerTls } from "../../host/tls/server-tls.ts";
import type { Office } from "../office.ts";
import { checkPages, keepStatement, openWebPorts, siteOf } from "./website.ts";

const home = mkdtempSync(join(tmpdir(), "altmail-website-"));
process.on("exit", () => rmSync(home, { recursive: true, force: true }));
mkdirSync(join(home, "run"));
const parsed = parseSettings(
  `host-name = "mail.example.org"
domains = ["example.org"]
operator = "staff@example.org"
home = "${home}"
[tls]
certificate = "tls.pem"
key = "tls.key"
`,
  join(home, "altmail.toml"),
);
const listen = [{ host: "127.0.0.1", port: 0 }];
const settings = { ...parsed, webListen: listen, webPlainListen: listen, siteName: "AltMail", sitePages: SOME_PAGES };
const application = (): WebApplication => ({ has: () => false, answer: async () => assert.fail() });

async function answerTo(sent: ReturnType<typeof request>): Promise<{ readonly code: number; readonly body: string }> {
  sent.end();
  const [response] = await once(sent, "response");
  let body = "";
  for await (const piece of response) body += String(piece);
  return { code: Number(response.statusCode), body };
}

test("a worker serves pages over TLS, the statement that another one made, and the way there over plain HTTP", async () => {
  const files = await openLabAuthority(join(home, "tls"), ["example.org"], systemClock);
  const clock = new FakeClock("2026-11-21T12:00:00Z");
  const tls = new ServerTls(files, new Uint8Array(48));
  const [secure, plain] = await openWebPorts({
    settings,
    application,
    workers: 2,
    tls,
    clock: systemClock,
    log: () => {},
  });
  assert.ok(secure !== undefined && plain !== undefined);
  await using _closed = {
    async [Symbol.asyncDispose]() {
      await Promise.all([secure, plain].map(({ listener }) => listener.close(AbortSignal.abort())));
    },
  };
  const place = { host: "127.0.0.1", headers: { host: "example.org" }, agent: false } as const;
  const ca = readFileSync(files.authorityFile);
  const get = (path: string): ReturnType<typeof answerTo> =>
    answerTo(request({ ...place, port: secure.listener.port, path, servername: "example.org", ca }));
  assert.match((await get("/")).body, /at example\.org, which you choose/);
  assert.equal((await get("/docs/thunderbird")).code, 200);
  assert.equal((await answerTo(requestClear({ ...place, port: plain.listener.port, path: "/" }))).code, 308);
  const stop = new AbortController();
  const office = { retention: { statement: async () => ({ figures: 1 }) } } as unknown as Office;
  const kept = keepStatement({
    settings,
    office,
    clock,
    signal: stop.signal,
    report: (error) => assert.fail(String(error)),
  });
  for (let n = 0; n < 1000 && (await get("/.well-known/altmail-retention.json")).code !== 200; n++) await turns(1);
  assert.deepEqual(JSON.parse((await get("/.well-known/altmail-retention.json")).body), { figures: 1 });
  stop.abort();
  await kept;
});

test("a place that nobody filled keeps the site from being made; a value may differ by language", () => {
  const pages = join(home, "pages");
  const head = "---\ntitle: T\nupdated: 2026-11-21\npath: /\n---\n";
  for (const language of ["en", "sv"]) {
    mkdirSync(join(pages, language), { recursive: true });
    writeFileSync(join(pages, language, "home.md"), `${head}Call {{phone}}.\n`);
  }
  const given = (...siteValues: Settings["siteValues"]): Settings => ({ ...settings, sitePages: pages, siteValues });
  const missing = /en\/home\.md line 6: nothing is known for \{\{phone\}\}/;
  assert.throws(() => siteOf(given()), missing);
  assert.throws(() => checkPages(given()), missing);
  const both = given({ name: "phone", text: "08-1" }, { name: "phone", language: "en", text: "+46 8 1" });
  checkPages(both);
  const texts = siteOf(both).resources;
  assert.match(String(texts.get("/")?.encoded.identity), /Call \+46 8 1\./);
  assert.match(String(texts.get("/sv/")?.encoded.identity), /Call 08-1\./);
});
