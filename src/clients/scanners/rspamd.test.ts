import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { buffer } from "node:stream/consumers";
import { test } from "node:test";
import { FakeClock } from "../../../test/world/fake-clock.ts";
import type { Place } from "./place.ts";
import { createRspamd, type RspamdOptions } from "./rspamd.ts";
import { hear, mail, message, openPeer } from "./scanner-peer.fixture.ts";

const clock = new FakeClock("2026-11-21T10:00:00Z");
const MARKS = { junk: 6, refuse: 15 };
const MAIL = message("Subject: hello\r\n\r\nhello\r\n");
const GOOD = JSON.stringify({ logging: { level: "warning" }, options: { history_rows: 1 } });

type Heard = {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly raw: readonly string[];
  readonly body: string;
};
const NOTHING: Heard = { path: "", headers: {}, raw: [], body: "" };
type Page = { status?: number; body: string };

/** An HTTP server of both of rspamd's workers, with the pages of `pages`. */
async function openRspamd(
  pages: Record<string, Page>,
): Promise<{ readonly place: Place; readonly heard: Heard[] } & AsyncDisposable> {
  const heard: Heard[] = [];
  const server = createServer((incoming, outgoing) => {
    const answerIt = async (): Promise<void> => {
      const octets = await buffer(incoming);
      const { url = "", headers, rawHeaders } = incoming;
      heard.push({ path: url, headers, raw: rawHeaders, body: octets.toString("latin1") });
      const { status = 200, body } = pages[url] ?? { status: 404, body: "" };
      outgoing.writeHead(status, { server: "rspamd/3.4" }).end(body);
    };
    void answerIt();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    place: { kind: "port", host: "127.0.0.1", port },
    heard,
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, "close");
    },
  };
}

const answer = (score: number, more: object = {}): Page => ({
  body: JSON.stringify({ is_skipped: false, score, required_score: 15, action: "no action", symbols: {}, ...more }),
});

test("F3: our marks decide, and a rule by which the operator refuses", async () => {
  const pages: Record<string, Page> = {};
  await using rspamd = await openRspamd(pages);
  const { scanner } = createRspamd({ place: rspamd.place, perUser: false, clock });
  const scan = async (page: Page, refuse?: number): Promise<string> => {
    pages["/checkv2"] = page;
    const verdict = await scanner.scan(mail(MAIL), { junk: 6, refuse: refuse === 0 ? undefined : (refuse ?? 15) });
    return verdict.kind === "spam" ? verdict.mark : verdict.kind;
  };
  assert.equal(await scan(answer(5.9)), "clean");
  assert.equal(await scan(answer(6)), "junk");
  assert.equal(await scan(answer(15)), "refuse");
  assert.equal(await scan(answer(99), 0), "junk");
  assert.equal(await scan(answer(1, { action: "reject" })), "refuse");
  assert.equal(await scan(answer(1, { action: "reject" }), 0), "junk");
  for (const action of ["soft reject", "greylist", "add header", "rewrite subject"])
    assert.equal(await scan(answer(1, { action })), "clean");
  for (const page of [{ status: 500, body: "{}" }, { status: 404, body: "" }, { body: '{"error":"no"}' }])
    assert.equal(await scan(page), "unavailable");
});

test("rspamd is told envelope and peer of arriving mail, not to log them, and no person's name", async () => {
  await using rspamd = await openRspamd({ "/checkv2": answer(1) });
  const { scanner } = createRspamd({ place: rspamd.place, perUser: false, clock });
  const recipients = Array.from({ length: 60 }, (_, n) => `r${n}@example.net`);
  await scanner.scan(mail(MAIL, { recipients, user: "person-1", sender: "ü@example.org\r\nUser: x" }), MARKS);
  const { headers, raw, body } = rspamd.heard[0] ?? NOTHING;
  assert.equal(body, "Subject: hello\r\n\r\nhello\r\n");
  assert.equal(headers["flags"], "no_log");
  assert.equal(Buffer.from(String(headers["from"]), "latin1").toString(), "ü@example.orgUser: x");
  assert.equal(raw.filter((name) => name === "Rcpt").length, 50);
  assert.deepEqual(
    [headers["ip"], headers["helo"], headers["queue-id"]],
    ["192.0.2.9", "mx.example.org", "0123456789abcdef"],
  );
  assert.deepEqual([headers["user"], headers["deliver-to"]], [undefined, undefined]);
});

test("of a holder who sends rspamd hears only that they have logged in", async () => {
  await using rspamd = await openRspamd({ "/checkv2": answer(1) });
  for (const perUser of [false, true]) {
    const { scanner } = createRspamd({ place: rspamd.place, perUser, clock });
    await scanner.scan(mail(MAIL, { peer: undefined, id: undefined }), MARKS);
    const headers = rspamd.heard.at(-1)?.headers ?? {};
    assert.equal(headers["user"], "authenticated");
    assert.deepEqual([headers["ip"], headers["helo"], headers["queue-id"]], [undefined, undefined, undefined]);
    assert.equal(headers["deliver-to"], perUser ? "authenticated" : undefined);
  }
});

test("only an rspamd that keeps statistics for each person learns, and hears of whom, never by address", async () => {
  const pages: Record<string, Page> = { "/checkv2": answer(1), "/learnspam": { body: '{"success":true}' } };
  await using rspamd = await openRspamd(pages);
  const { place } = rspamd;
  const controller = { place, password: "secret" };
  assert.equal(createRspamd({ place, perUser: false, controller, clock }).teacher, undefined);
  assert.equal(createRspamd({ place, perUser: true, clock }).teacher, undefined);
  const { scanner, teacher } = createRspamd({ place, perUser: true, controller, clock });
  assert.ok(teacher !== undefined);
  assert.deepEqual(await teacher.learn(MAIL, "spam", "person-1"), { kind: "learned" });
  const { path, headers, body } = rspamd.heard[0] ?? NOTHING;
  assert.deepEqual(
    [path, headers["deliver-to"], headers["password"], headers["flags"], body],
    ["/learnspam", "person-1", "secret", "no_log", "Subject: hello\r\n\r\nhello\r\n"],
  );
  for (const [status, kind] of [
    [208, "unchanged"],
    [204, "unchanged"],
    [503, "unavailable"],
    [404, "unavailable"],
  ] as const) {
    pages["/learnham"] = { status, body: "" };
    assert.equal((await teacher.learn(MAIL, "ham", "person-1")).kind, kind);
  }
  const count = rspamd.heard.length;
  assert.equal((await teacher.learn(MAIL, "ham", "bob@example.net")).kind, "unavailable");
  assert.equal(rspamd.heard.length, count);
  await scanner.scan(mail(MAIL, { user: "person-1" }), MARKS);
  await scanner.scan(mail(MAIL, { user: undefined }), MARKS);
  assert.deepEqual(
    rspamd.heard.slice(-2).map((one) => one.headers["deliver-to"]),
    ["person-1", "authenticated"],
  );
});

test("an answer that HTTP does not permit is an answer all the same, and harms nobody", async () => {
  await using peer = await openPeer((socket) => {
    hear(
      socket,
      (text) => text.endsWith("hello\r\n\r\nhello\r\n"),
      () =>
        void socket.end('HTTP/1.1 204 too few tokens\r\nConnection: close\r\nContent-Length: 14\r\n\r\n{"error":"no"}'),
    );
  });
  const controller = { place: peer.place, password: undefined };
  const { teacher } = createRspamd({ place: peer.place, perUser: true, controller, clock });
  assert.deepEqual(await teacher?.learn(MAIL, "spam", "person-1"), { kind: "unchanged" });
});

test("an empty message is clean, and rspamd is not asked", async () => {
  await using peer = await openPeer(() => {});
  const { scanner } = createRspamd({ place: peer.place, perUser: false, clock });
  assert.deepEqual(await scanner.scan(mail(message("")), MARKS), { kind: "clean", score: 0, symbols: [] });
  assert.equal(peer.sockets.length, 0);
});

test("an operator is told of rspamd's version, of a history, and of a log with addresses", async () => {
  const pages: Record<string, Page> = {
    "/ping": { body: "pong\r\n" },
    "/stat": { body: '{"version":"3.4"}' },
    "/history": { body: "[{}]" },
  };
  await using rspamd = await openRspamd(pages);
  const { place } = rspamd;
  const status = async (more: Partial<RspamdOptions> = {}): Promise<string> => {
    const { scanner } = createRspamd({
      place,
      perUser: false,
      clock,
      controller: { place, password: "secret" },
      ...more,
    });
    const { kind, findings } = await scanner.status();
    return `${kind}: ${findings.join(" ")}`;
  };
  assert.equal(await status(), "alive: ");
  assert.equal(rspamd.heard.at(-1)?.headers["password"], "secret");
  const good = { configuration: async () => Buffer.from(GOOD) };
  assert.equal(await status(good), "alive: ");
  assert.match(
    await status({ configuration: async () => Buffer.from('{"options":{"history_rows":1}}') }),
    /logs addresses/,
  );
  assert.match(await status({ configuration: async () => undefined }), /cannot be read/);
  pages["/history"] = { body: "[{},{}]" };
  assert.match(await status(), /^alive: rspamd keeps a history of 2 messages/);
  pages["/history"] = { body: "oh" };
  assert.match(await status(), /does not tell what its history holds/);
  pages["/stat"] = { status: 403, body: "{}" };
  assert.match(await status(), /does not take our password/);
  pages["/stat"] = { status: 500, body: "" };
  assert.match(await status(), /gives no statistics/);
  assert.match(
    await status({ controller: { place: { kind: "socket", path: "/nonexistent" }, password: undefined } }),
    /controller does not answer/,
  );
  pages["/ping"] = { status: 500, body: "" };
  assert.equal(await status(), "unavailable: ");
});
