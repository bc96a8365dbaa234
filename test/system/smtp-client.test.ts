/** Our SMTP client against servers of others: Postfix with TLS, chunks and all extensions, and smtp-sink in its moods. */
import assert from "node:assert/strict";
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { createHash, X509Certificate } from "node:crypto";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, type TestContext, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { createSmtpClient, type SmtpClient } from "../../src/clients/smtp/client.ts";
import { contentOf, envelopeTo, hostAt, short } from "../../src/clients/smtp/client-world.fixture.ts";
import { smtpClientLimits } from "../../src/clients/smtp/limits.ts";
import { systemClock } from "../../src/host/clock.ts";
import { openLabAuthority } from "../../src/host/tls/lab-authority.ts";
import { verifyDane } from "../../src/rules/dane/verify.ts";
import { LineSocket } from "../clients/line-socket.ts";
import { freePort, freePorts } from "./free-ports.ts";
import { need } from "./program.ts";

/** Not `run` of program.ts: these may be gone before they are given an input. */
const run = promisify(execFile);
const PATH = `${process.env["PATH"] ?? ""}:/usr/sbin`;
const env = { ...process.env, PATH };

const SINK = "smtp-sink";
const NOBODY = 65_534;
const folder = mkdtempSync(join(tmpdir(), "altmail-smtp-client-"));
const enforce = { kind: "mta-sts", mode: "enforce" } as const;

type Postfix = { readonly chunks: number; readonly dots: number; readonly authority: string };
let postfix: Promise<Postfix> | undefined;
after(async () => {
  if (postfix !== undefined) await run("postfix", ["-c", join(folder, "postfix"), "stop"], { env }).catch(() => "");
  rmSync(folder, { recursive: true, force: true });
});

/** Fulfils when somebody greets at the port. */
async function greeted(port: number): Promise<void> {
  for (let n = 0; ; n++) {
    try {
      using socket = await LineSocket.open(port, false);
      await socket.line();
      return;
    } catch (error) {
      if (n >= 200) throw error;
      await pause(50);
    }
  }
}

async function startPostfix(): Promise<Postfix> {
  const [chunks = 0, dots = 0] = await freePorts(2);
  const files = await openLabAuthority(join(folder, "tls"), ["mx.example.net"], systemClock);
  const config = join(folder, "postfix");
  for (const name of ["postfix", "queue", "data", "mail"]) mkdirSync(join(folder, name));
  chmodSync(folder, 0o755);
  chownSync(join(folder, "mail"), NOBODY, NOBODY);
  chownSync(join(folder, "data"), Number((await run("id", ["-u", "postfix"])).stdout), 0);
  writeFileSync(
    join(config, "main.cf"),
    `compatibility_level = 3.6
queue_directory = ${folder}/queue
data_directory = ${folder}/data
myhostname = mx.example.net
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mydestination =
maillog_file = ${folder}/queue/log
maillog_file_prefixes = ${folder}
virtual_mailbox_domains = example.net
virtual_mailbox_base = ${folder}/mail
virtual_mailbox_maps = texthash:${config}/mailboxes
virtual_uid_maps = static:${NOBODY}
virtual_gid_maps = static:${NOBODY}
virtual_mailbox_limit = 0
message_size_limit = 20000000
smtpd_relay_restrictions = reject_unauth_destination
smtpd_tls_security_level = may
smtpd_tls_chain_files = ${files.certificateKeyFile} ${files.certificateFile}
smtp_dns_support_level = disabled
in_flow_delay = 0
`,
  );
  const services = ["cleanup unix n - n - 0 cleanup", "qmgr unix n - n 300 1 qmgr", "tlsmgr unix - - n - 1 tlsmgr"];
  const plain = ["trivial-rewrite:rewrite", "bounce:defer", "bounce", "smtp", "error", "virtual", "anvil", "proxymap"];
  writeFileSync(
    join(config, "master.cf"),
    `127.0.0.1:${chunks} inet n - n - - smtpd
127.0.0.1:${dots} inet n - n - - smtpd -o smtpd_discard_ehlo_keywords=chunking,pipelining
${services.join("\n")}
${plain
  .map((one) => one.split(":"))
  .map(([program, name = program]) => `${name} unix - ${program === "virtual" ? "n" : "-"} n - - ${program}`)
  .join("\n")}
postlog unix-dgram n - n - 1 postlogd
`,
  );
  writeFileSync(join(config, "mailboxes"), "a@example.net a/\nb@example.net b/\njürgen@example.net j/\n");
  await run("postfix", ["-c", config, "start"], { env });
  await Promise.all([greeted(chunks), greeted(dots)]);
  return { chunks, dots, authority: readFileSync(files.authorityFile, "utf8") };
}

async function ready(context: TestContext): Promise<Postfix | undefined> {
  if (!need(context, "postfix")) return undefined;
  if (process.getuid?.() !== 0) {
    context.skip("Postfix is started by root only");
    return undefined;
  }
  postfix ??= startPostfix();
  return postfix;
}

function clientFor(authorities: readonly string[]): SmtpClient {
  return createSmtpClient({
    name: "out.example.org",
    clock: systemClock,
    limits: smtpClientLimits,
    verifyDane,
    authorities,
  });
}

/** Messages in a mailbox of Postfix, when there are so many; each as it was filed, an octet a character. */
async function mailsOf(mailbox: string, count: number): Promise<readonly string[]> {
  const place = join(folder, "mail", mailbox, "new");
  for (let n = 0; n < 400; n++) {
    const names = read(place);
    if (names.length >= count) return names.map((name) => readFileSync(join(place, name), "latin1"));
    await pause(50);
  }
  return read(place);
}

function read(place: string): readonly string[] {
  try {
    return readdirSync(place);
  } catch {
    return [];
  }
}

const header = "From: ann@example.org\r\nTo: a@example.net\r\nSubject: x\r\nMessage-ID: <1@example.org>\r\n\r\n";

test("F2: Postfix takes messages over verified TLS, whole to the octet, by chunks and by dots", async (context) => {
  const server = await ready(context);
  if (server === undefined) return;
  const body = `.\r\n..\r\n.x\r\nschön\r\n${".a line that is one of very many\r\n".repeat(90_000)}`;
  const text = Buffer.from(header + body).toString("latin1");
  const pieces = Array.from({ length: Math.ceil(text.length / 100_001) }, (_, n) =>
    text.slice(n * 100_001, (n + 1) * 100_001),
  );
  await using client = clientFor([server.authority]);
  for (const port of [server.chunks, server.dots]) {
    const envelope = envelopeTo(["a@example.net", "nobody@example.net", "b@example.net"], { body: "8BITMIME" });
    const delivered = await client.deliver(hostAt(port, { tls: enforce }), envelope, contentOf(text, pieces));
    assert.deepEqual(short(delivered), ["accepted 250 2.0.0", "permanent 550 5.1.1", "accepted 250 2.0.0"]);
    assert.equal(delivered.tls?.verified, "authority");
    assert.equal(delivered.kind === "answered" && delivered.dsnPassedOn, true);
  }
  const wanted = Buffer.from(body).toString("latin1").replaceAll("\r\n", "\n");
  for (const mailbox of ["a", "b"]) {
    const mails = await mailsOf(mailbox, 2);
    assert.equal(mails.length, 2);
    for (const mail of mails) {
      // Postfix adds fields to the header, and a Date that is missing.
      const got = mail.slice(mail.indexOf("\n\n") + 2);
      assert.ok(got === wanted, `${got.length} octets for ${wanted.length}`);
      assert.match(mail, /^Received: from out\.example\.org \(/m);
    }
  }
});

test("Postfix takes addresses beyond ASCII, and many messages over one connection", async (context) => {
  const server = await ready(context);
  if (server === undefined) return;
  await using client = clientFor([server.authority]);
  const host = hostAt(server.chunks, { tls: enforce });
  const connections: number[] = [];
  for (let n = 0; n < 50; n++) {
    const envelope = envelopeTo(["jürgen@example.net"], { smtpUtf8: true, envid: `m${n}`, ret: "HDRS" });
    const delivered = await client.deliver(host, envelope, contentOf(`${header}${n}\r\n`));
    assert.deepEqual(short(delivered), ["accepted 250 2.0.0"]);
    connections.push(delivered.tlsSuccesses);
  }
  assert.deepEqual(connections, [1, ...Array<number>(49).fill(0)]);
  assert.equal((await mailsOf("j", 50)).length, 50);
});

test("Postfix is refused where its certificate, its size or what it offers is not right", async (context) => {
  const server = await ready(context);
  if (server === undefined) return;
  await using stranger = clientFor([]);
  await using client = clientFor([server.authority]);
  const to = envelopeTo(["a@example.net"]);
  const host = hostAt(server.chunks, { tls: enforce });
  const unknown = await stranger.deliver(host, to, contentOf(header));
  assert.deepEqual(short(unknown), ["unreached - 4.7.5"]);
  const elsewhere = await client.deliver({ ...host, name: "mx.example.com" }, to, contentOf(header));
  assert.deepEqual(
    elsewhere.tlsFailures.map(({ failure }) => failure),
    ["certificate-host-mismatch"],
  );
  const large = { size: 20_000_001, bytes: undefined, pieces: () => contentOf("").pieces() };
  assert.deepEqual(short(await client.deliver(host, to, large)), ["unfit - 5.3.4"]);
  const sure = await client.deliver({ ...host, nameIsSure: true }, { ...to, tlsWish: "required" }, contentOf(header));
  assert.deepEqual(short(sure), ["unfit - 5.7.30"]);
});

test("F2: DANE at Postfix: the right key is enough, without an authority; a wrong one stops mail", async (context) => {
  const server = await ready(context);
  if (server === undefined) return;
  await using client = clientFor([]);
  const key = new X509Certificate(readFileSync(join(folder, "tls", "server.pem"))).publicKey;
  const right = createHash("sha256")
    .update(key.export({ type: "spki", format: "der" }))
    .digest();
  for (const [data, outcome] of [
    [right, "accepted 250 2.0.0"],
    [right.toReversed(), "unreached - 4.7.5"],
  ] as const) {
    const records = [{ usage: 3, selector: 1, matchingType: 1, data }];
    const tls = { kind: "dane", serverName: "mx.example.net", names: ["mx.example.net"], records } as const;
    const message = contentOf(header);
    const delivered = await client.deliver(hostAt(server.chunks, { tls }), envelopeTo(["a@example.net"]), message);
    assert.deepEqual(short(delivered), [outcome]);
  }
});

const moods: readonly [args: readonly string[], outcome: string][] = [
  [[], "accepted 250 2.0.0"],
  [["-e"], "accepted 250 2.0.0"],
  [["-p", "-8", "-E"], "accepted 250 2.0.0"],
  [["-r", "rcpt"], "temporary 450 4.3.0"],
  [["-f", "mail"], "permanent 500 5.3.0"],
  [["-f", "."], "permanent 500 5.3.0"],
  [["-Q", "data"], "temporary 421 4.0.0"],
  [["-q", "rcpt"], "temporary - 4.4.2"],
  [["-q", "."], "uncertain - 4.4.2"],
  [["-Q", "connect"], "unreached 421 4.0.0"],
];
for (const [args, outcome] of moods)
  test(`smtp-sink ${args.join(" ")}: ${outcome}`, async (context) => {
    if (!need(context, SINK)) return;
    const port = await freePort();
    const sink: ChildProcess = spawn(SINK, ["-4", "-u", "postfix", ...args, `127.0.0.1:${port}`, "10"], {
      stdio: "ignore",
      env,
    });
    try {
      await greeted(port);
      await using client = clientFor([]);
      const delivered = await client.deliver(hostAt(port), envelopeTo(["a@example.net"]), contentOf(header));
      assert.deepEqual(
        short(delivered).map((text) => text.replace(/250 2\.\d\.\d/, "250 2.0.0")),
        [outcome],
      );
    } finally {
      sink.kill();
      if (sink.exitCode === null && sink.signalCode === null) await once(sink, "exit");
    }
  });
