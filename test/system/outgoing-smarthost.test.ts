/**
 * F2: all mail to the world over a smarthost with a log-in: it goes over TLS with the right certificate, and waits wherever
 * that, or the log-in, cannot be had. The password is said to nobody else, and the operator reads what is wrong.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { DNS_PROGRAMS } from "./dns/name-servers.ts";
import { freePort } from "./free-ports.ts";
import { DOMAIN } from "./lab.ts";
import { need } from "./program.ts";
import { makeAuthorities } from "./world/certificates.ts";
import { letterTo } from "./world/letter.ts";
import type { Manner } from "./world/mail-host.ts";
import type { QueueView } from "./world/queue-view.ts";
import { until } from "./world/until.ts";
import { World } from "./world/world.ts";

const SENDER = `u1@${DOMAIN}`;
const NAME = "mx.smart.open.test";
const logIn = { user: "our-service", password: "an open secret, 4 all" };
const CREDENTIALS = `${logIn.user}\n${logIn.password}\n`;
const SUBMISSIONS_PORT = 465;
const BY_DANE = /^TLSv1\.3 \S+, certificate verified by DANE$/;
const BY_AUTHORITY = /^TLSv1\.3 \S+, certificate verified by an authority$/;

/** What is wrong with a smarthost, how `queue show` says it, and the codes in the log. */
type Wrong = {
  readonly name: string;
  readonly manner: Manner;
  readonly said: string;
  readonly codes: string;
};

type CredentialsFile = Disposable & { readonly path: string; write(text: string): void };

function credentialsFile(text: string): CredentialsFile {
  const folder = mkdtempSync(join(tmpdir(), "altmail-smarthost-"));
  const path = join(folder, "smarthost");
  const write = (given: string): void => writeFileSync(path, given, { mode: 0o600 });
  write(text);
  return { path, write, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

async function restart(world: World, queue: string): Promise<void> {
  await world.lab.stop();
  world.setQueue(queue);
  await world.serve();
}

/** Fulfils with its id in the queue. @param fields header fields that it has besides */
async function send(world: World, address: string, fields = ""): Promise<string> {
  using client = await world.submit();
  const letter = letterTo([address], `to ${address}`);
  return await client.send({ ...letter, text: `${fields}${letter.text}` });
}

/** Which TLS an address's mail went over, once it has gone. */
const tlsIn =
  (view: QueueView) =>
  async (address: string): Promise<string> => {
    const record = await until(`${address} is done`, async () =>
      (await view.records(SENDER)).find(({ recipient }) => recipient === address),
    );
    assert.equal(record.end, "delivered", JSON.stringify(record));
    return record.reply.tls ?? "in the clear";
  };

test("F2: mail over a smarthost with a log-in, and what becomes of it where that fails", async (context: TestContext) => {
  if (!need(context, ...DNS_PROGRAMS)) return;
  using file = credentialsFile(`${logIn.user}\nof last year\n`);
  const authorities = await makeAuthorities();
  const { context: tls } = await authorities.issue([NAME]);
  const { context: anothers } = await authorities.issue(["mx.another.open.test"]);
  const right: Manner = { tls, logIn, offers: ["CHUNKING"] };
  const port = await freePort();
  const given = `smarthost-credentials = "${file.path}"`;
  await using world = await World.start({
    destinations: {
      "smart.open.test": { port, manner: right },
      "world.open.test": { manner: {} },
    },
    authorities,
    queue: `smarthost = "${NAME}:${port}"\n${given}`,
  });
  const smart = world.host("smart.open.test");
  const view = await world.view();
  const tlsOf = tlsIn(view);
  const waiting: string[] = [];
  const waits = async (address: string, said: string, fields = ""): Promise<string> => {
    const id = await send(world, address, fields);
    const reply = await until(`${address} was tried`, () => view.lastReply(address));
    assert.ok(said.includes(reply.words), reply.words);
    assert.deepEqual(smart.taken, []);
    assert.ok(!smart.sessions.some(({ commands }) => commands.some((line) => line.startsWith("MAIL"))));
    waiting.push(address);
    return id;
  };
  const isShown = async (id: string, said: string): Promise<void> => {
    const { stdout } = await world.lab.commandBeside("queue", "show", id);
    assert.ok(stdout.includes(`\n    ${NAME}: ${said}`), stdout);
    assert.match(stdout, /: destination rests /);
  };
  const saidPassword = (): boolean =>
    smart.sessions.some(({ commands }) =>
      commands.some((line) => Buffer.from(line.replace("AUTH PLAIN ", ""), "base64").includes(logIn.password)),
    );

  await context.test("with a wrong password mail waits, with the smarthost's words", async () => {
    const said = "535 5.7.8 Authentication credentials invalid (TLSv1.3 ";
    await isShown(await waits("b@password.example", said), said);
    const walked = await world.lab.commandBeside("deliver", "--dry-run", "b@password.example");
    assert.match(walked.stdout, new RegExp(`^smarthost +${RegExp.escape(NAME)}: all mail goes over it`, "m"));
  });

  file.write(CREDENTIALS);
  smart.behave({ logIn });
  await restart(world, `smarthost = "${NAME}:${port}"\n${given}`);

  const wrongs: readonly Wrong[] = [
    {
      name: "no-tls",
      manner: { logIn },
      said: "4.7.4 TLS is a must for this host, and it does not offer it",
      codes: "enhanced=4.7.4",
    },
    {
      name: "no-handshake",
      manner: { logIn, breaksHandshake: true },
      said: "4.7.5 The TLS handshake with the host failed",
      codes: "enhanced=4.7.5",
    },
    {
      name: "certificate",
      manner: { ...right, tls: anothers },
      said: "4.7.5 The host's certificate is not right (certificate-host-mismatch)",
      codes: "enhanced=4.7.5",
    },
    { name: "no-log-in", manner: { tls }, said: "4.7.0 The host does not offer AUTH PLAIN", codes: "enhanced=4.7.0" },
  ];
  for (const { name, manner, said } of wrongs)
    await context.test(`${name}: mail waits, also what says TLS-Required: No, and no password is said`, async () => {
      smart.behave(manner);
      const id = await waits(`b@${name}.example`, said);
      if (name === "no-tls") await isShown(id, said);
      await waits(`c@${name}.example`, said, "TLS-Required: No\r\n");
      assert.ok(!saidPassword());
    });

  await context.test("the operator sees it in the list and in the log", async () => {
    const listed = await world.lab.commandBeside("queue", "list");
    const logged = await world.lab.commandBeside("log", "show", "--event", "queue.deferred");
    for (const said of ["535 5.7.8 Authentication credentials invalid", ...wrongs.map((wrong) => wrong.said)])
      assert.ok(listed.stdout.includes(said.slice(0, 50)), listed.stdout);
    for (const codes of ["code=535 enhanced=4.7.8", ...wrongs.map((wrong) => wrong.codes)])
      assert.ok(logged.stdout.includes(`host=${NAME} ${codes}`), logged.stdout);
  });

  await context.test("with the right log-in all mail to the world goes, and what has waited", async () => {
    smart.behave(right);
    await send(world, "b@world.open.test");
    assert.match(await tlsOf("b@world.open.test"), BY_AUTHORITY);
    assert.ok(saidPassword());
    const { stdout } = await world.lab.commandBeside("queue", "retry", "--account", SENDER);
    assert.equal(stdout, `made ${waiting.length} parts due\n`);
    for (const address of waiting) assert.match(await tlsOf(address), BY_AUTHORITY, address);
    assert.deepEqual(await view.items(), []);
    assert.deepEqual(
      smart.taken.flatMap(({ rcpts }) => rcpts).toSorted(),
      ["b@world.open.test", ...waiting].map((address) => `RCPT TO:<${address}>`).toSorted(),
    );
    for (const { session } of smart.taken) {
      assert.deepEqual([session.user, session.serverName], [logIn.user, NAME]);
      const at = session.commands.findIndex((line) => line.startsWith("AUTH PLAIN "));
      assert.ok(at > session.commands.indexOf("STARTTLS"));
    }
    assert.deepEqual(world.host("world.open.test").sessions, []);
    await send(world, `u2@${DOMAIN}`);
    assert.equal(await tlsOf(`u2@${DOMAIN}`), "in the clear");
    assert.ok(!smart.heard.includes(`u2@${DOMAIN}`), "our own stays here");
  });
});

test("F2: over a smarthost on port 465, and over one on this machine", async (context: TestContext) => {
  if (!need(context, ...DNS_PROGRAMS)) return;
  using file = credentialsFile(CREDENTIALS);
  const authorities = await makeAuthorities();
  const unknown = await authorities.issue(["any name"], "unknown");
  const isRoot = process.getuid?.() === 0;
  const port = await freePort();
  const name = "mx.implicit.signed.test";
  const manner = { tls: unknown.context, logIn, implicitTls: true };
  const implicit = `smarthost = "${name}:${SUBMISSIONS_PORT}"\nsmarthost-credentials = "${file.path}"`;
  await using world = await World.start({
    destinations: {
      "here.open.test": { port, manner: { tls: unknown.context, closes: true } },
      ...(isRoot && { "implicit.signed.test": { port: SUBMISSIONS_PORT, dane: unknown.party, manner } }),
    },
    authorities,
    queue: isRoot ? implicit : "",
  });
  const tlsOf = tlsIn(await world.view());

  await context.test("TLS from the first octet, with a certificate that DANE knows alone", async (first) => {
    if (!isRoot) {
      first.skip("port 465 needs root");
      return;
    }
    await send(world, "b@implicit.example");
    assert.match(await tlsOf("b@implicit.example"), BY_DANE);
    const [taken] = world.host("implicit.signed.test").taken;
    assert.deepEqual([taken?.session.user, taken?.session.serverName], [logIn.user, name]);
  });

  await context.test("one on this machine needs no certificate, nor TLS", async () => {
    await restart(world, `smarthost = "${world.addressOf("here.open.test")}:${port}"`);
    await send(world, "b@encrypted.example");
    assert.match(await tlsOf("b@encrypted.example"), /^TLSv1\.3 \S+$/);
    world.host("here.open.test").behave({});
    await send(world, "b@clear.example");
    assert.equal(await tlsOf("b@clear.example"), "in the clear");
  });
});
