/** What transcripts cannot say: writes, late answers, ends from outside, the log. */
import assert from "node:assert/strict";
import { type Duplex, duplexPair } from "node:stream";
import { test } from "node:test";
import { FakeClock, turns } from "../../../test/world/fake-clock.ts";
import type { Log } from "../../host/events/events.ts";
import type { Authenticator } from "../../service/accounts/authenticator.ts";
import { type Draft, submissionReply } from "../../service/submission/submission.ts";
import { accountId } from "../../store/ids.ts";
import { submissionLimits } from "./limits.ts";
import { serveSubmission } from "./server.ts";

const account = accountId("1".repeat(32));
const login = `AUTH PLAIN ${Buffer.from("\0u1@example.test\0right").toString("base64")}\r\n`;
const wrong = `AUTH PLAIN ${Buffer.from("\0u1@example.test\0wrong").toString("base64")}\r\n`;

class Client implements AsyncDisposable {
  readonly clock: FakeClock = new FakeClock("2026-06-01T12:00:00Z");
  readonly stop: AbortController = new AbortController();
  readonly events: [name: string, fields: Readonly<Record<string, unknown>>][] = [];
  readonly closed: Promise<void>;
  message = "";
  helo: string | undefined;
  drafts = 0;
  revoke: (() => void) | undefined;
  readonly #stream: Duplex;
  #text = "";
  #writes = 0;

  constructor(isClear = false) {
    const [stream, server] = duplexPair();
    this.#stream = stream;
    stream.on("data", (octets: Buffer) => {
      this.#text += octets.toString();
      this.#writes++;
    });
    const log: Log = (name, fields) => void this.events.push([name, fields]);
    const tls = { protocol: "TLSv1.3", cipher: "TLS_AES_256_GCM_SHA384", serverName: undefined };
    const authenticator: Authenticator = {
      authenticate: async (_name, password) =>
        password === "right"
          ? { kind: "accepted", account, primary: "u1@example.test", proof: { kind: "app", id: "1" } }
          : { kind: "wrong" },
      onRevoked: (_account, listener) => {
        this.revoke = listener;
        return { [Symbol.dispose]: () => void (this.revoke = undefined) };
      },
    };
    const secured = { stream: server, peerAddress: "192.0.2.7", tls, startTls: undefined };
    const clear = { ...secured, tls: undefined, startTls: async () => secured };
    this.closed = serveSubmission(isClear ? clear : secured, {
      submission: { mail: async ({ helo }) => this.#draft(helo) },
      authenticator,
      clock: this.clock,
      log,
      limits: submissionLimits,
      signal: this.stop.signal,
      hostName: "mx.example.test",
    });
  }

  send(text: string | Buffer): void {
    this.#stream.write(text);
  }

  /** Waits until what has come fits; returns in how many writes it came. */
  async expect(pattern: RegExp): Promise<number> {
    for (let n = 0; !pattern.test(this.#text); n++) {
      if (n > 500) assert.match(this.#text, pattern);
      await turns(1);
    }
    const writes = this.#writes;
    this.#text = "";
    this.#writes = 0;
    return writes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stream.destroy();
    this.stop.abort();
    await this.closed;
    assert.equal(this.drafts, 0, "every draft was disposed");
    assert.equal(this.revoke, undefined, "nobody waits for a revocation any more");
  }

  #draft(helo: string): Draft {
    this.drafts++;
    this.helo = helo;
    let open = true;
    return {
      recipient: async () => submissionReply(250, "2.1.5", "ok"),
      write: (octets) => void (this.message += Buffer.from(octets).toString()),
      finish: async () => submissionReply(250, "2.0.0", "Queued"),
      [Symbol.asyncDispose]: async () => {
        if (open) this.drafts--;
        open = false;
      },
    };
  }
}

async function ready(): Promise<Client> {
  const client = new Client();
  client.send(`EHLO laptop.lan\r\n${login}`);
  await client.expect(/235 2\.7\.0 Logged in\r\n$/);
  return client;
}

test("RFC 2920 section 3.2: a pipelined batch is answered in one write, and a message passes octet for octet", async () => {
  await using client = await ready();
  client.send("NOOP\r\nMAIL FROM:<u1@example.test>\r\nRCPT TO:<a@example.net>\r\nDATA\r\n");
  assert.equal(await client.expect(/354 [^\r]*\r\n$/), 1);
  client.send(
    "From: a\r\n\r\n..dot\r\n.\r\nMAIL FROM:<u1@example.test>\r\nRCPT TO:<a@example.net>\r\nBDAT 4 LAST\r\nab\r\n",
  );
  await client.expect(/250 2\.0\.0 Queued[^]*250 2\.0\.0 Queued/);
  assert.equal(client.message, "From: a\r\n\r\n.dot\r\nab\r\n");
});

test("F1: RFC 3207 section 4.2: STARTTLS forgets everything and discards what was pipelined", async () => {
  await using client = new Client(true);
  client.send("EHLO a\r\nSTARTTLS\r\nEHLO evil.example\r\nNOOP\r\n");
  await client.expect(/250 STARTTLS\r\n220 2\.0\.0 [^\r]*\r\n$/);
  client.send(`${login}EHLO b\r\nSTARTTLS\r\n`);
  await client.expect(/^503 5\.5\.1 Say EHLO first\r\n250-[^]*250 AUTH PLAIN LOGIN\r\n503 5\.5\.1 TLS/);
});

test("a wrong password is answered late, and the third ends the session", async () => {
  await using client = new Client();
  client.send("EHLO a\r\n");
  await client.expect(/250 AUTH PLAIN LOGIN\r\n$/);
  for (let n = 0; n < 3; n++) {
    client.send(wrong);
    await turns(20);
    await client.clock.advance(submissionLimits.failedLoginDelayMs - 1);
    await assert.rejects(client.expect(/535/));
    await client.clock.advance(1);
    await client.expect(n < 2 ? /^535 5\.7\.8 [^\r]*\r\n$/ : /^535 5\.7\.8 [^\r]*\r\n421 4\.7\.0 /);
  }
  await client.closed;
});

test("who may log in no longer hears 421 at once, in the middle of a message too; so does everybody at the stop", async () => {
  for (const end of ["revoke", "stop"] as const) {
    await using client = await ready();
    client.send("MAIL FROM:<u1@example.test>\r\nRCPT TO:<a@example.net>\r\nDATA\r\nFrom: a\r\n");
    await client.expect(/354 /);
    if (end === "revoke") client.revoke?.();
    else client.stop.abort();
    await client.expect(end === "revoke" ? /^421 4\.7\.0 This log-in has ended/ : /^421 4\.3\.2/);
    await client.closed;
  }
});

test("a client that breaks off in a message or in a log-in leaves nothing behind", async () => {
  for (const last of ["MAIL FROM:<u1@example.test>\r\nRCPT TO:<a@example.net>\r\nBDAT 100\r\nFrom: a\r\n", "NOOP"]) {
    await using client = await ready();
    client.send(last);
    await turns(20);
  }
  await using client = new Client();
  client.send("EHLO a\r\nAUTH LOGIN\r\n");
  await client.expect(/334 /);
});

test("a line that is too long is refused once, and the next one is read", async () => {
  await using client = await ready();
  client.send(`NOOP ${"x".repeat(20_000)}\r`);
  await turns(5);
  client.send("\nNOOP\r\nAUTH PLAIN\r\n");
  await client.expect(/^500 5\.5\.2 [^\r]*\r\n250 2\.0\.0 Nothing done\r\n503 /);
});

test("L1: each message and each refusal is one event of the log, and a session's end another", async () => {
  await using client = await ready();
  client.send(
    "RCPT TO:<a@example.net>\r\nMAIL FROM:<u1@example.test>\r\nRCPT TO:<a@example.net>\r\nDATA\r\na: b\r\n.\r\nQUIT\r\n",
  );
  await client.expect(/221 /);
  await client.closed;
  assert.deepEqual(
    client.events.map(([name]) => name),
    ["submission.refused", "submission.message", "submission.closed"],
  );
  const who = { session: client.events[0]?.[1]["session"], client: "192.0.2.7", helo: "laptop.lan", account };
  const result = { verb: "DATA", bytes: 6, recipients: 1, code: 250, enhanced: "2.0.0" };
  assert.deepEqual(client.events[1]?.[1], { ...who, ...result });
  assert.equal(client.events[2]?.[1]["messages"], 1);
});

test("a client is called as it likes: nobody is refused for it, and what is no name is not in the log", async () => {
  const names = ["MacBook Pro", 'Anna\'s "Büro" <PC>', "Bücher", "x".repeat(300), "[", "annas-laptop.lan"];
  for (const name of names) {
    await using client = new Client();
    // The third is in letters of an old code page.
    client.send(Buffer.from(`EHLO ${name}\r\n`, name === "Bücher" ? "latin1" : "utf8"));
    client.send(`${login}MAIL FROM:<u1@example.test>\r\nQUIT\r\n`);
    await client.expect(/250 AUTH PLAIN LOGIN\r\n235 [^\r]*\r\n250 [^\r]*\r\n221 /);
    await client.closed;
    assert.equal(client.helo, Buffer.from(name).toString("latin1"), "so that it is found in a header");
    const logged = name === "annas-laptop.lan" || name === "Bücher" ? name : undefined;
    assert.deepEqual(
      client.events.map(([, { helo }]) => helo),
      [logged],
    );
  }
  await using client = new Client();
  client.send("EHLO\r\nEHLO a\0b\r\n");
  await client.expect(/\r\n501 5\.5\.4 [^\r]*\r\n500 5\.5\.2 /);
});

test("the last line of a message in chunks ends like every other; one that ends so is left alone", async () => {
  await using client = await ready();
  const open = "MAIL FROM:<u1@example.test>\r\nRCPT TO:<a@example.net>\r\n";
  client.send(`${open}BDAT 8\r\na: b\r\n\r\nBDAT 4 LAST\r\ntab\t${open}BDAT 2 LAST\r\n\r\n`);
  await client.expect(/250 2\.0\.0 Queued[^]*250 2\.0\.0 Queued/);
  assert.equal(client.message, "a: b\r\n\r\ntab\t\r\n\r\n");
});
