import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createConnection, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import type { Readiness } from "../host/supervisor/ready-file.ts";
import { caughtMail } from "./caught-mail.fixture.ts";
import { recall } from "./lab-memory.ts";

const altmail = fileURLToPath(new URL("../../bin/altmail", import.meta.url));

type Ended = { readonly code: number | null; readonly out: string; readonly err: string };

/** A running altmail: `ready` fulfils with each readiness it prints, `ended` with its end. */
class Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  readonly #lines: string[] = [];
  #wake = (): void => {};
  #over = false;
  #out = "";

  constructor(t: TestContext, words: readonly string[], input = "") {
    this.child = spawn(altmail, words, { stdio: "pipe" });
    this.child.stdin?.end(input);
    let err = "";
    this.child.stderr?.on("data", (chunk: Buffer) => (err += chunk.toString()));
    this.child.stdout?.on("data", (chunk: Buffer) => {
      this.#out += chunk.toString();
      this.#lines.push(...chunk.toString().split("\n").filter(Boolean));
      this.#wake();
    });
    this.ended = once(this.child, "close").then(() => {
      this.#over = true;
      this.#wake();
      return { code: this.child.exitCode, out: this.#out, err };
    });
    t.after(async () => {
      this.child.kill("SIGKILL");
      await this.ended;
    });
  }

  async ready(): Promise<Readiness> {
    for (;;) {
      const line = this.#lines.shift();
      if (line !== undefined) return JSON.parse(line) as Readiness;
      if (this.#over) assert.fail(`it ended before it was ready: ${(await this.ended).err}`);
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
    }
  }

  /** Fulfils with all that it has printed when that matches. */
  async shows(wanted: RegExp): Promise<string> {
    while (!wanted.test(this.#out)) {
      if (this.#over) assert.fail(`it ended before it showed ${wanted}: ${this.#out}${(await this.ended).err}`);
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
    }
    return this.#out;
  }
}

const command = (t: TestContext, words: readonly string[], input?: string): Promise<Ended> =>
  new Running(t, words, input).ended;

function scratch(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "altmail-lab-test-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A port with which the base port's others are most likely free too. */
async function basePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const closed = once(server, "close");
  server.close();
  await closed;
  return 21_000 + ((address !== null && typeof address === "object" ? address.port : 0) % 10_000);
}

async function greeting(port: number): Promise<string> {
  const socket = createConnection(port, "127.0.0.1");
  const [data] = (await once(socket, "data")) as [Buffer];
  socket.destroy();
  return data.toString();
}

/** Fulfils when the process is gone: its parent was killed, so nobody can wait for it. */
async function isGone(pid: number): Promise<void> {
  const status = `/proc/${pid}/status`;
  while (existsSync(status) && !/^State:\s+Z/m.test(readFileSync(status, "latin1"))) await new Promise(setImmediate);
}

test("a port that is taken ends a start with one sentence, that of the metrics too, in a lab and in the service", async (t) => {
  const home = scratch(t);
  const base = await basePort();
  const metrics = base + 464;
  const server = createServer().listen(metrics, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const sentence = (change: string): string =>
    `altmail: port ${metrics} on 127.0.0.1 (metrics.listen) is taken by another program: ` +
    `end it ("ss -ltnp" shows which), or ${change}\n`;
  const lab = await command(t, ["lab", "--home", home, "--base-port", String(base), "--workers", "1", "--json"]);
  assert.deepEqual([lab.code, lab.out], [1, ""]);
  assert.ok(lab.err.endsWith(sentence("start the lab with another --base-port")), lab.err);
  const service = await command(t, ["serve", "--home", home]);
  assert.deepEqual([service.code, service.out], [1, ""]);
  assert.equal(service.err, sentence("change metrics.listen in the settings"));
});

test("a lab starts, obeys commands, survives kill -9, and is the same lab again", { timeout: 240_000 }, async (t) => {
  const home = scratch(t);
  const here = ["--home", home];
  const base = await basePort();
  const words = ["lab", ...here, "--base-port", String(base), "--workers", "2", "--json"];
  const first = new Running(t, words);
  const { state, supervisor, workers, ports } = await first.ready();
  assert.deepEqual([state, supervisor, workers.length], ["serving", first.child.pid, 2]);
  assert.deepEqual(JSON.parse(readFileSync(join(home, "run/ready.json"), "utf8")).workers, workers);
  assert.match(await greeting(ports["smtp"]?.[0] ?? 0), /^220 /);

  const second = await command(t, words);
  assert.equal(second.code, 1);
  assert.match(
    second.err,
    new RegExp(`^altmail: another altmail runs with this home \\(pid ${supervisor}\\)[^\n]*\n$`),
  );
  const elsewhere = await command(t, words.with(2, scratch(t)));
  assert.equal(elsewhere.code, 1);
  assert.match(elsewhere.err, /^altmail: port \d+ on 127\.0\.0\.1 \(the lab's outside world\) is taken[^\n]*\n$/);

  const added = await command(t, ["account", "add", "ada@altmail.test", ...here, "--json"], "a long enough password\n");
  assert.equal(added.code, 0, added.err);
  assert.equal(JSON.parse(added.out).address, "ada@altmail.test");
  const again = await command(t, ["account", "add", "ada@altmail.test", ...here], "a long enough password\n");
  assert.equal(again.code, 1);
  assert.match(again.err, /taken/);

  first.child.kill("SIGKILL");
  await first.ended;
  if (process.platform === "linux") await Promise.all(workers.map(isGone));
  assert.equal((await command(t, ["status", ...here])).code, 3);
  // The lab's key lies in its home: commands work without the service, under the same lock.
  const offline = await command(t, ["account", "list", ...here]);
  assert.match(offline.out, /^ada@altmail\.test.*\nu1@altmail\.test.*\nu2@altmail\.test.*\nworld@altmail\.test/);

  const third = new Running(t, words);
  await third.ready();
  const status = JSON.parse((await command(t, ["status", ...here, "--json"])).out);
  assert.equal(status.workers.length, 2);
  assert.equal(typeof status.workers[0].eventLoopDelayP99Ms, "number");
  assert.match((await command(t, ["check", ...here])).out, /4 accounts checked, nothing found/);

  const made = await command(t, ["backup", "create", ...here]);
  assert.match(made.out, /^made \S+: 4 accounts/, made.err);
  const drilled = await command(t, ["backup", "drill", "--identity", join(home, "secret/age-key.txt"), ...here]);
  assert.match(drilled.out, /4 accounts came back whole/, drilled.err);
  const metrics = await fetch(`http://127.0.0.1:${base + 464}/metrics`);
  assert.match(await metrics.text(), /^# TYPE /m);
  const deleted = await command(t, ["account", "delete", "u2@altmail.test", "--yes", ...here]);
  assert.equal(deleted.code, 0, deleted.err);
  third.child.kill("SIGTERM");
  const { code, err } = await third.ended;
  assert.deepEqual([code, err], [0, ""]);
  assert.ok(!existsSync(join(home, "run/ready.json")));
  assert.ok(!existsSync(join(home, "run/control")));

  const fourth = new Running(t, words);
  await fourth.ready();
  const left = await command(t, ["account", "list", ...here]);
  assert.match(left.out, /^ada@altmail\.test.*\nu1@altmail\.test[^\n]*\nworld@altmail\.test[^\n]*\n$/);
  fourth.child.kill("SIGTERM");
  assert.equal((await fourth.ended).code, 0);
});

test("what leaves a lab is shown and lies in a mailbox; an older lab gets that at its next start", {
  timeout: 240_000,
}, async (t) => {
  const home = scratch(t);
  const here = ["--home", home];
  const base = await basePort();
  const words = ["lab", ...here, "--base-port", String(base), "--workers", "1"];
  const older = new Running(t, [...words, "--smarthost", `127.0.0.1:${base + 27}`]);
  assert.match(await older.shows(/Ctrl-C/), new RegExp(`what leaves goes to 127\\.0\\.0\\.1:${base + 27}`));
  assert.doesNotMatch((await command(t, ["account", "list", ...here])).out, /world@/);
  older.child.kill("SIGINT");
  assert.equal((await older.ended).code, 0);

  const lab = new Running(t, words);
  await lab.shows(/Ctrl-C/);
  const out = ["lab", "send", "ann@example.net", "--as", "u1@altmail.test", ...here];
  const sent = await command(t, [...out, "--subject", "to the world"]);
  assert.match(sent.out, /^250 /, sent.err);
  const shown = await lab.shows(/subject {2}to the world\n/);
  assert.match(shown, /left for the world: .*, signed by r\d+ and e\d+ of altmail\.test\n/);
  assert.match(shown, / from {5}u1@altmail\.test\n {2}to {7}ann@example\.net\n/);
  const wrong = await command(t, out.with(4, "nobody@altmail.test"));
  assert.deepEqual([wrong.code, wrong.out.slice(0, 3)], [1, "535"]);
  const { password } = recall(home) ?? { password: "" };
  const world = { imapPort: base + 993, domain: "altmail.test", password };
  const [message = ""] = await caughtMail(world, 1);
  assert.match(message, /X-Lab-Envelope-From: <u1@altmail\.test>\r\nX-Lab-Envelope-To: <ann@example\.net>\r\n/);

  lab.child.kill("SIGINT");
  const { code, err } = await lab.ended;
  assert.equal(code, 0);
  assert.match(err, /^\S+ warning login\.refused [^\n]*\n$/, "only what was provoked");

  const read = new Running(t, [...words, "--json"]);
  await read.ready();
  assert.match((await command(t, out)).out, /^250 /);
  assert.equal((await caughtMail(world, 2)).length, 2);
  read.child.kill("SIGINT");
  assert.match((await read.ended).out, /^\{[^\n]*\}\n$/, "a program that reads it gets nothing but what it asked for");
});

test("F1: a service whose key is not on the disk starts sealed, and opens for its own root key alone", {
  timeout: 120_000,
}, async (t) => {
  const home = join(scratch(t), "home");
  const here = ["--home", home];
  const made = await command(t, ["init", ...here, "--json"]);
  assert.equal(made.code, 0, made.err);
  const { root } = JSON.parse(made.out) as { readonly root: string };
  assert.equal(statSync(home).mode & 0o777, 0o700);

  // A lab beside it lends its certificate.
  const lab = scratch(t);
  const base = await basePort();
  const lending = new Running(t, ["lab", "--home", lab, "--base-port", String(base), "--workers", "1", "--json"]);
  await lending.ready();
  lending.child.kill("SIGTERM");
  await lending.ended;
  const [smtp, imap] = [base + 25, base + 993];
  writeFileSync(
    join(home, "altmail.toml"),
    `host-name = "localhost"\ndomains = ["example.test"]\noperator = "op@example.test"\nworkers = 1\n[smtp]\nlisten = ["127.0.0.1:${smtp}"]\n[arriving]\nverify = false\n[imap]\nlisten = ["127.0.0.1:${imap}"]\n[tls]\ncertificate = "${lab}/secret/tls/server.pem"\nkey = "${lab}/secret/tls/server.key"\n`,
  );

  const service = new Running(t, ["serve", ...here, "--json"]);
  assert.equal((await service.ready()).state, "sealed");
  assert.match(await greeting(smtp), /^421 4\.3\.2 .*\r\n$/);
  const [refused] = (await once(createConnection(imap, "127.0.0.1"), "error")) as [NodeJS.ErrnoException];
  assert.equal(refused.code, "ECONNREFUSED");
  const listing = await command(t, ["account", "list", ...here]);
  assert.equal(listing.code, 3);
  assert.match(listing.err, /sealed/);

  for (const [wrong, sentence] of [
    ["nonsense", /no root key/],
    ["f".repeat(64), /root key does not open/],
  ] as const) {
    const unlock = await command(t, ["unlock", ...here], `${wrong}\n`);
    assert.equal(unlock.code, 1);
    assert.match(unlock.err, sentence);
    assert.match(await greeting(smtp), /^421 /);
  }
  const unlock = await command(t, ["unlock", ...here], `${root.toLowerCase()}\n`);
  assert.equal(unlock.code, 0, unlock.err);
  assert.match(await greeting(smtp), /^220 /);
  const account = await command(t, ["account", "add", "op@example.test", ...here], "a long enough password\n");
  assert.equal(account.code, 0, account.err);
  service.child.kill("SIGTERM");
  assert.equal((await service.ended).code, 0);
});
