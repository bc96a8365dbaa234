/** Settings for programs as they are asked for over HTTP, at the names where programs ask. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:http";
import { test } from "node:test";
import { systemClock } from "../../../host/clock.ts";
import { metricsLimits } from "../limits.ts";
import type { WebApplication } from "../respond.ts";
import { serveWeb } from "../server.ts";
import { createClientSettings, PROFILE_PATH } from "./client-settings.ts";
import { together } from "./together.ts";

const SERVICES = {
  name: "AltMail",
  hostName: "mail.example.org",
  imaps: 993,
  submissions: 465,
  submission: 587,
  documentation: "https://example.org/docs/settings",
};
const WELL_KNOWN = "/.well-known/autoconfig/mail/config-v1.1.xml";
const OUTLOOK = `<Autodiscover><Request><EMailAddress>anna@example.org</EMailAddress><AcceptableResponseSchema>http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a</AcceptableResponseSchema></Request></Autodiscover>`;

/** Another application beside: each answers its own paths. */
const NOTHING: WebApplication = {
  has: (path) => path === "/nothing",
  answer: async (_request, response) => {
    response.writeHead(204).end();
    return { resource: "/nothing", code: 204, bytes: 0 };
  },
};

type Reply = { readonly code: number | undefined; readonly headers: Record<string, unknown>; readonly body: string };
type World = AsyncDisposable & {
  readonly logged: unknown[];
  ask(host: string, path: string, body?: string): Promise<Reply>;
};

async function open(): Promise<World> {
  const logged: unknown[] = [];
  const server = await serveWeb({
    routes: {},
    refuse: () => undefined,
    application: together(
      NOTHING,
      createClientSettings({
        services: SERVICES,
        domains: ["example.org", "example.net"],
        signer: () => undefined,
        clock: systemClock,
      }),
    ),
    name: "web",
    host: "127.0.0.1",
    port: 0,
    limits: metricsLimits,
    log: (name, fields) => void logged.push({ name, fields }),
  });
  return {
    logged,
    async ask(host, path, body) {
      const method = body === undefined ? "GET" : "POST";
      const sent = request({ host: "127.0.0.1", port: server.port, path, method, agent: false, headers: { host } });
      sent.end(body);
      const [response] = await once(sent, "response");
      let text = "";
      for await (const piece of response) text += String(piece);
      return { code: response.statusCode, headers: response.headers, body: text };
    },
    [Symbol.asyncDispose]: () => server.close(AbortSignal.abort()),
  };
}

test("Thunderbird finds its settings at both addresses, each domain its own", async () => {
  await using world = await open();
  const first = await world.ask("autoconfig.example.net", "/mail/config-v1.1.xml?emailaddress=canary%40example.net");
  assert.deepEqual([first.code, first.headers["content-type"]], [200, "text/xml; charset=utf-8"]);
  assert.match(first.body, /<emailProvider id="example\.net">/);
  assert.equal(first.headers["x-content-type-options"], "nosniff");
  assert.match((await world.ask("example.org:8443", WELL_KNOWN)).body, /<emailProvider id="example\.org">/);
  assert.equal((await world.ask("mail.example.org", WELL_KNOWN)).code, 404);
  assert.equal((await world.ask("autoconfig.example.com", "/mail/config-v1.1.xml")).code, 404);
  assert.doesNotMatch(JSON.stringify(world.logged), /canary/);
});

test("Outlook posts, in whichever case it writes the path; what is too long is not read to its end", async () => {
  await using world = await open();
  for (const path of [
    "/autodiscover/autodiscover.xml",
    "/Autodiscover/Autodiscover.xml",
    "/AutoDiscover/AutoDiscover.xml",
  ])
    assert.match((await world.ask("autodiscover.example.org", path, OUTLOOK)).body, /<LoginName>anna@example\.org</);
  const path = "/autodiscover/autodiscover.xml";
  assert.match((await world.ask("example.org", path, "x")).body, /<ErrorCode>600</);
  assert.equal((await world.ask("example.org", path, "x".repeat(20_000))).code, 413);
  const read = await world.ask("example.org", path);
  assert.deepEqual([read.code, read.headers["allow"]], [405, "POST"]);
});

test("no document tells whether there is an account: every name of a domain gets the same", async () => {
  await using world = await open();
  const answers = await Promise.all(
    ["anna", "nobody"].map(async (name) => {
      const { code, body } = await world.ask(
        "example.org",
        "/autodiscover/autodiscover.xml",
        OUTLOOK.replace("anna", name),
      );
      return `${code} ${body.replaceAll(name, "NAME")}`;
    }),
  );
  assert.equal(answers[0], answers[1]);
});

test("two applications answer each their own paths, and nothing else", async () => {
  await using world = await open();
  assert.equal((await world.ask("example.org", "/nothing?x")).code, 204);
  assert.equal((await world.ask("example.org", WELL_KNOWN)).code, 200);
  assert.equal((await world.ask("example.org", "/other")).code, 404);
});

test("the JSON is at its name, and GET only", async () => {
  await using world = await open();
  const path = "/.well-known/user-agent-configuration.json";
  const found = await world.ask("ua-auto-config.example.org", path);
  assert.equal(JSON.parse(found.body).protocols.imap.host, "mail.example.org");
  assert.equal((await world.ask("ua-auto-config.example.org", path, "x")).code, 405);
});

test("a profile has the address of who asks with one of ours, and no other text of theirs", async () => {
  await using world = await open();
  const open_ = await world.ask("example.org", PROFILE_PATH);
  assert.deepEqual([open_.code, open_.headers["content-type"]], [200, "application/x-apple-aspen-config"]);
  assert.equal(open_.headers["content-disposition"], 'attachment; filename="example.org.mobileconfig"');
  assert.doesNotMatch(open_.body, /EmailAddress/);
  const own = await world.ask("mail.example.org", `${PROFILE_PATH}?address=anna%40example.net`);
  assert.match(own.body, /<string>anna@example\.net</);
  assert.match(String(own.headers["content-disposition"]), /example\.net/);
  for (const address of [
    "anna@evil.example",
    "a b@example.org",
    "@example.org",
    `${"a".repeat(300)}@example.org`,
    "a\r\nx@example.org",
  ])
    assert.equal(
      (await world.ask("example.org", `${PROFILE_PATH}?address=${encodeURIComponent(address)}`)).body,
      open_.body,
    );
});
