import assert from "node:assert/strict";
import type { Duplex } from "node:stream";
import { test } from "node:test";
import * as fc from "fast-check";
import { LineReader } from "../../../test/transcript/line-reader.ts";
import { idOf, mailOf } from "../../../test/world/cast.ts";
import { turns } from "../../../test/world/fake-clock.ts";
import { ServiceWorld } from "../../../test/world/service-world.ts";
import { worldSpool } from "../../../test/world/spool.ts";
import { HOUR } from "../../host/clock.ts";
import type { Spool, SpoolFile } from "../../host/spool/spool.ts";
import { SpoolError } from "../../host/spool/spool-error.ts";
import { createCapture } from "../../service/delivery/capture.ts";
import { newAppPassword, scramVerifier } from "../../service/accounts/app-password.ts";
import type { Proof } from "../../service/accounts/proof.ts";
import type { MailStore } from "../../store/mail-store.ts";
import { type ImapLimits, imapLimits } from "./limits.ts";
import { serveImap } from "./server.ts";
import type { ImapServices } from "./services.ts";

type Event = { readonly name: string; readonly fields: Readonly<Record<string, unknown>> };
type Stage = AsyncDisposable & {
  readonly world: ServiceWorld;
  readonly events: Event[];
  /** Ends the log-ins that were opened so; how many there were. */
  revoke(what: readonly Proof["kind"][]): number;
  open(login?: boolean): Promise<Talk>;
};
type Talk = {
  readonly stream: Duplex;
  readonly reader: LineReader;
  say(text: string): void;
  until(tag: string): Promise<string[]>;
};

async function stage(
  given: string,
  limits: Partial<ImapLimits> = {},
  mail?: (store: MailStore) => MailStore,
  spool?: Spool,
): Promise<Stage> {
  const world = await ServiceWorld.open("memory", new Map([["given", given]]));
  const events: Event[] = [];
  const revoked = new Map<() => void, Proof["kind"]>();
  const services: ImapServices = {
    mail: mail?.(world.mail) ?? world.mail,
    authenticator: {
      authenticate: (name, password) => world.authenticator.authenticate(name, password),
      onRevoked({ proof }, listener) {
        revoked.set(listener, proof.kind);
        return { [Symbol.dispose]: () => void revoked.delete(listener) };
      },
    },
    intake: createCapture({ spool: spool ?? (await worldSpool()) }),
    clock: world.clock,
    log: (name, fields) => void events.push({ name, fields }),
    limits: { ...imapLimits, failedLoginDelayMs: 0, ...limits },
    signal: world.stop.signal,
    hostName: "mx.example.test",
    allowCleartext: true,
  };
  world.serve = (connection) => serveImap(connection, services);
  const open = async (login = true): Promise<Talk> => {
    const stream = await world.connect("1");
    const reader = new LineReader(stream);
    const talk: Talk = {
      stream,
      reader,
      say: (text) => void stream.write(Buffer.from(text, "latin1")),
      async until(tag) {
        const lines: string[] = [];
        for (;;) {
          const line = await reader.read();
          if (line === undefined) throw new Error(`the server closed before ${tag}: ${lines.join("\n")}`);
          lines.push(line);
          if (line.startsWith(`${tag} `)) return lines;
        }
      },
    };
    await talk.until("*");
    if (!login) return talk;
    talk.say("l1 LOGIN u1@example.test secret\r\nl2 SELECT INBOX\r\n");
    await talk.until("l2");
    return talk;
  };
  return {
    world,
    events,
    open,
    revoke(what) {
      const listeners = [...revoked].flatMap(([listener, kind]) => (what.includes(kind) ? [listener] : []));
      for (const listener of listeners) listener();
      return listeners.length;
    },
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}

test("F1: a connection without TLS is ended without a word", async () => {
  await using world = await ServiceWorld.open("memory", new Map());
  world.serve = (connection) => serveImap(connection, { limits: imapLimits } as ImapServices);
  const stream = await world.connect("1");
  const reader = new LineReader(stream);
  assert.equal(await reader.read(), undefined);
});

test("L1: one event a command names client, command, octets and result, and nothing that the client said", async () => {
  await using it = await stage("INBOX with 2 messages");
  const talk = await it.open();
  talk.say(
    'a1 ID ("name" "Mutt")\r\na2 SEARCH SUBJECT canary\r\na3 STATUS canary (MESSAGES)\r\na4 FETCH 1 BODY.PEEK[]\r\n',
  );
  await talk.until("a4");
  const commands = it.events.filter(({ name }) => name === "imap.command").map(({ fields }) => fields);
  assert.deepEqual(
    commands.map(({ command, result, code }) => [command, result, code]),
    [
      ["LOGIN", "OK", "CAPABILITY"],
      ["SELECT", "OK", "READ-WRITE"],
      ["ID", "OK", undefined],
      ["SEARCH", "OK", undefined],
      ["STATUS", "NO", "NONEXISTENT"],
      ["FETCH", "OK", undefined],
    ],
  );
  assert.equal(commands[5]?.["client"], "Mutt");
  assert.ok(Number(commands[5]?.["bytes"]) > 163);
  const text = JSON.stringify(it.events);
  for (const said of ["canary", "secret", "u1@example.test", "INBOX"]) assert.ok(!text.includes(said), said);
});

test("RFC 3502: large and small messages come to lie together, and a spool that fails keeps none and loses no step", async () => {
  const spool = await worldSpool();
  let fails = false;
  const create = (): Promise<SpoolFile> => (fails ? Promise.reject(new SpoolError("full", "full")) : spool.create());
  await using it = await stage("INBOX with 1 message", {}, undefined, { create });
  const talk = await it.open();
  const large = `Subject: large\r\n\r\n${"A line of the large one.\r\n".repeat(12_000)}`;
  const command = (tag: string): string =>
    `${tag} APPEND INBOX {4+}\r\nx: y {${large.length}+}\r\n${large} {4+}\r\nz: y\r\n`;
  talk.say(command("a1"));
  assert.match((await talk.until("a1")).at(-1) ?? "", /^a1 OK \[APPENDUID \d+ 2:4\]/);
  talk.say("a2 FETCH 2:4 RFC822.SIZE\r\n");
  assert.deepEqual((await talk.until("a2")).slice(0, 3), [
    "* 2 FETCH (RFC822.SIZE 4)",
    `* 3 FETCH (RFC822.SIZE ${large.length})`,
    "* 4 FETCH (RFC822.SIZE 4)",
  ]);
  fails = true;
  talk.say(`${command("a3")}a4 NOOP\r\n`);
  assert.match((await talk.until("a3")).at(-1) ?? "", /^a3 NO /);
  assert.deepEqual((await talk.until("a4")).length, 1, "nothing was added");
});

test("a service that stops says BYE to everyone, also in IDLE", async () => {
  await using it = await stage("INBOX with 1 message");
  const [one, two] = [await it.open(), await it.open()];
  one.say("a1 IDLE\r\n");
  await one.until("+");
  it.world.stop.abort();
  await one.until("*");
  await two.until("*");
  assert.equal(await one.reader.read(), undefined);
  assert.equal(await two.reader.read(), undefined);
});

test("whoever may not log in any more hears BYE at once, by what opened the session", async () => {
  await using it = await stage("INBOX with 1 message");
  const password = newAppPassword();
  const scram = await scramVerifier(password);
  await it.world.directory.addAppPassword({ id: "1", account: idOf("u1"), label: "phone", createdAt: 0, scram });
  const [one, two, phone] = [await it.open(), await it.open(), await it.open(false)];
  phone.say(`l1 LOGIN u1@example.test ${password}\r\n`);
  await phone.until("l1");
  one.say("a1 IDLE\r\n");
  await one.until("+");
  const hearsBye = async (talk: Talk): Promise<void> => {
    assert.match((await talk.until("*")).at(-1) ?? "", /^\* BYE This account may not log in any more/);
    assert.equal(await talk.reader.read(), undefined);
  };
  assert.equal(it.revoke(["app"]), 1);
  await hearsBye(phone);
  assert.equal(it.revoke(["password"]), 2, "the others went on");
  await hearsBye(one);
  await hearsBye(two);
  await turns(5);
  assert.equal(it.revoke(["app", "password"]), 0);
});

test("RFC 5530 section 3: who needs another password, and who needs the operator, are told apart", async () => {
  await using it = await stage("accounts");
  const { directory } = it.world;
  const account = { state: "active", language: "en", quotaBytes: 1, createdAt: 0 } as const;
  const { passwordHash = "" } = (await directory.byId(idOf("u1"))) ?? {};
  await directory.add([{ ...account, id: idOf("u9"), primary: "u9@example.test", passwordHash, secondStep: true }]);
  await directory.setState(idOf("u2"), "suspended");
  const talk = await it.open(false);
  talk.say("a1 LOGIN u9@example.test secret\r\n");
  assert.match((await talk.until("a1")).at(-1) ?? "", /^a1 NO \[EXPIRED\] .*need an app password\. Make one/);
  talk.say("a2 LOGIN u2@example.test secret\r\n");
  assert.match((await talk.until("a2")).at(-1) ?? "", /^a2 NO \[CONTACTADMIN\] This account is suspended/);
});

test("a session outlives a machine's date that is set", async () => {
  await using it = await stage("INBOX with 1 message");
  const talk = await it.open();
  it.world.clock.setLater(4 * HOUR);
  await it.world.happen("61 seconds pass");
  talk.say("a1 NOOP\r\n");
  await talk.until("a1");
});

test("a large message leaves under back-pressure and comes back exact", async () => {
  await using it = await stage("");
  const { mail, clock } = it.world;
  const text = `Subject: large\r\n\r\n${"0123456789abcdef".repeat(64 * 1024)}\r\n`;
  const inbox = await mail.read(idOf("u1")).mailbox("INBOX");
  assert.ok(inbox);
  await mail.write(idOf("u1")).append(inbox.id, [mailOf(text, clock.now())]);
  const talk = await it.open();
  const chunks: Buffer[] = [];
  talk.stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  talk.stream.pause();
  talk.say("a1 FETCH 1 BODY.PEEK[]\r\n");
  await turns(50);
  assert.ok(Buffer.concat(chunks).length < 64 * 1024, "the server waits for its reader");
  talk.stream.resume();
  await talk.until("a1");
  const answer = Buffer.concat(chunks).toString("latin1");
  assert.equal(answer, `* 1 FETCH (BODY[] {${text.length}}\r\n${text})\r\na1 OK FETCH completed\r\n`);
});

test("a notice that is lost costs IDLE a minute at most", async () => {
  const silent = (store: MailStore): MailStore =>
    new Proxy(store, {
      get(target, name) {
        if (name === "watch") return () => ({ [Symbol.dispose]() {} });
        const value: unknown = Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  await using it = await stage("INBOX with 1 message", {}, silent);
  const talk = await it.open();
  talk.say("a1 IDLE\r\n");
  await talk.until("+");
  await it.world.happen("a message arrives in INBOX");
  assert.equal(talk.reader.unread, "");
  await it.world.happen("61 seconds pass");
  assert.equal(await talk.reader.read(), "* 2 EXISTS");
});

test("a peer that stops reading is given up after the stall limit", async () => {
  await using it = await stage("INBOX with 40 messages");
  const talk = await it.open();
  talk.stream.pause();
  for (let n = 0; n < 10; n++) talk.say(`b${n} FETCH 1:* (ENVELOPE BODY.PEEK[])\r\n`);
  await turns(50);
  await it.world.happen("40 minutes pass");
  assert.equal(it.events.at(-1)?.name, "imap.closed");
});

const WORDS = fc.constantFrom(
  "FETCH",
  "UID",
  "STORE",
  "SEARCH",
  "1",
  "1:*",
  "*",
  "2,4",
  "9",
  "(FLAGS)",
  "BODY[]",
  "BODY.PEEK[1.2.MIME]<0.9>",
  "+FLAGS.SILENT",
  "(\\Deleted $x)",
  "LIST",
  '""',
  "%",
  "SELECT",
  "EXAMINE",
  "INBOX",
  "Sent",
  "COPY",
  "MOVE",
  "EXPUNGE",
  "STATUS",
  "(MESSAGES)",
  "CREATE",
  "a/b",
  "DELETE",
  "RENAME",
  "APPEND",
  "{3+}\r\nx:y",
  "{0+}\r\n",
  "IDLE",
  "DONE",
  "CLOSE",
  "UNSELECT",
  "NOT",
  "OR",
  "SUBJECT",
  "x",
  "RETURN",
  "(COUNT)",
  "HEADER",
  "MODSEQ",
  "(CHANGEDSINCE 1)",
  "ENABLE",
  "CONDSTORE",
  "LSUB",
  "NOOP",
  "(",
  ")",
  '"',
  "\\",
);

test("no sequence of commands meets a bug of ours or leaves the store unsound", async () => {
  const command = fc.array(WORDS, { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 12 }), fc.boolean(), async (commands, login) => {
      await using it = await stage("INBOX with 5 messages");
      const talk = await it.open(login);
      const other = await it.open();
      for (const [n, words] of commands.entries()) talk.say(`t${n} ${words.join(" ")}\r\n`);
      talk.say("DONE\r\nend NOOP\r\n");
      other.say("end NOOP\r\n");
      await other.until("end");
      await turns(60);
      talk.stream.destroy();
      other.stream.destroy();
      assert.deepEqual(
        it.events.filter(({ name }) => name === "imap.bug"),
        [],
      );
      await it.world.audit();
    }),
    { numRuns: 150 },
  );
});
