/**
 * D3, D7, L2: the machine is seized while it works. Under load (mail comes in, clients read and write, wrong passwords, a
 * backup is being made) everything is killed at once; then each file that the service could have written, wherever, is
 * searched for what people wrote and who they are, and measured. All texts are of this run alone, so whatever holds one of
 * them has it from the service.
 */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect as connectTcp, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { connect as connectTls } from "node:tls";
import { Dialogue } from "../world/dialogue.ts";
import { freeBasePort, Lab, PASSWORD, root } from "./lab.ts";
import { assertNoise, assertWithout, filesBelow } from "./noise.ts";

/** How far into the making of a set the machine is seized, a round each. */
const MOMENTS_MS = [0, 15, 40];
const LOAD_MS = 1500;
const PATIENCE_MS = 30_000;
/** Clients have an address of their own among those of this machine. */
const CLIENT = "127.3.19.77";
const LARGE_BYTES = 600_000;

/** What this run alone writes. */
function textsOfRun(): Texts {
  const mark = randomBytes(5).toString("hex");
  return {
    domain: `d${mark}.test`,
    sender: `sender-${mark}@elsewhere.test`,
    subject: `subject-${mark}`,
    body: `body-${mark}`,
    folder: `Folder-${mark}`,
    keyword: `keyword-${mark}`,
    helo: `helo-${mark}.elsewhere.test`,
    wrong: `wrong-password-${mark}`,
    reason: `he asked on-${mark}`,
  };
}
type Texts = Readonly<
  Record<"domain" | "sender" | "subject" | "body" | "folder" | "keyword" | "helo" | "wrong" | "reason", string>
>;

/** Plain by intent, below the home: what the settings, the certificate and the public records say. */
const PLAIN = /^(?:altmail\.toml|ca\.pem|record\/[a-z]+\.chain|run\/.+|backup\/escrow\/heads\/[^/]+\.json)$/;
/** Of these the settings and the certificate name the domain, and the settings the operator. */
const NAMES_DOMAIN = /^(?:altmail\.toml|ca\.pem)$/;
const SECRET = /^secret\//;

class Load {
  readonly #lab: Lab;
  readonly #texts: Texts;
  readonly #sockets: Socket[] = [];
  /** Messages that were accepted, and rounds of a reader's commands. */
  sent: number = 0;
  reads: number = 0;
  #work: Promise<unknown>[] = [];

  constructor(lab: Lab, texts: Texts) {
    this.#lab = lab;
    this.#texts = texts;
  }

  start(): void {
    const each = [
      () => this.#send(),
      () => this.#send(),
      () => this.#read(1),
      () => this.#read(2),
      () => this.#guess(),
    ];
    this.#work = each.map((work) => repeat(work));
  }

  /** Fulfils when all have met the end of the service. */
  async ended(): Promise<void> {
    await Promise.all(this.#work);
    for (const socket of this.#sockets) socket.destroy();
  }

  async #open(port: number, isSecure: boolean): Promise<Dialogue> {
    const from = { host: "127.0.0.1", port, localAddress: CLIENT };
    const socket = isSecure ? connectTls({ ...from, rejectUnauthorized: false }) : connectTcp(from);
    this.#sockets.push(socket);
    await once(socket, isSecure ? "secureConnect" : "connect");
    socket.on("error", () => {});
    return new Dialogue(socket);
  }

  #message(octets: number): string {
    const { sender, subject, body } = this.#texts;
    const line = `${body} ${"and so on ".repeat(5)}\r\n`;
    return `From: <${sender}>\r\nSubject: ${subject}\r\n\r\n${line.repeat(Math.ceil(octets / line.length))}`;
  }

  async #send(): Promise<void> {
    const { domain, sender, helo } = this.#texts;
    const smtp = await this.#open(this.#lab.smtpPort, false);
    await smtp.hear(/^220 /);
    await smtp.say(`EHLO ${helo}`, /^250 /);
    for (let n = 0; ; n++) {
      await smtp.say(`MAIL FROM:<${sender}>`, /^250 /);
      for (const user of ["u1", "u2"]) await smtp.say(`RCPT TO:<${user}@${domain}>`, /^250 /);
      await smtp.say("DATA", /^354 /);
      await smtp.say(`${this.#message(n % 8 === 7 ? LARGE_BYTES : 3000)}.`, /^250 /);
      this.sent++;
    }
  }

  async #read(user: number): Promise<void> {
    const { domain, folder, keyword, body, subject } = this.#texts;
    const imap = await this.#open(this.#lab.imapPort, true);
    await imap.hear(/^\* OK/);
    await imap.say(`a LOGIN "u${user}@${domain}" "${PASSWORD}"`, /^a OK/);
    await imap.say(`a CREATE ${folder}`, /^a /);
    await imap.say("a SELECT INBOX", /^a OK/);
    for (;;) {
      const text = this.#message(20_000);
      await imap.say(`a APPEND ${folder} {${text.length}+}\r\n${text}`, /^a OK/);
      await imap.say("a UID FETCH * (FLAGS ENVELOPE BODY.PEEK[])", /^a OK/);
      await imap.say(`a UID SEARCH OR SUBJECT ${subject} BODY ${body}`, /^a OK/);
      await imap.say(`a STORE * +FLAGS (${keyword})`, /^a /);
      await imap.say(`a COPY * ${folder}`, /^a /);
      await imap.say("a STORE * +FLAGS.SILENT (\\Deleted)", /^a /);
      await imap.say("a EXPUNGE", /^a OK/);
      this.reads++;
    }
  }

  async #guess(): Promise<void> {
    const imap = await this.#open(this.#lab.imapPort, true);
    await imap.hear(/^\* OK/);
    await imap.say(`a LOGIN "u3@${this.#texts.domain}" "${this.#texts.wrong}"`, /^a NO/);
    imap.end();
  }
}

/** Again and again until the service is gone. */
async function repeat(work: () => Promise<void>): Promise<void> {
  for (;;)
    try {
      await work();
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ECONNREFUSED") return;
    }
}

/** Starts a command; whether it comes to its end does not matter. */
function begin(lab: Lab, ...args: readonly string[]): { readonly child: ChildProcess; readonly output: () => string } {
  const child = spawn(join(root, "bin/altmail"), [...args, "--home", lab.home], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk: Buffer) => (output += String(chunk)));
  return { child, output: () => output };
}

async function seize(lab: Lab): Promise<void> {
  const { supervisor, workers } = lab.pids();
  const exited = once(lab.child, "exit");
  for (const pid of [supervisor, ...workers]) process.kill(pid, "SIGKILL");
  await exited;
}

const below = (home: string, folder: string): readonly string[] => filesBelow(join(home, "backup", folder));

async function until(holds: () => boolean): Promise<void> {
  const late = performance.now() + PATIENCE_MS;
  while (!holds()) {
    assert.ok(performance.now() < late, "what was waited for never came");
    await pause(1);
  }
}

/** Looks at each file below the home. @returns how many were noise. */
function lookAtHome(home: string, texts: Texts): number {
  const people = [...Object.values(texts), PASSWORD, CLIENT];
  const words = [...people, "Subject:", "CREATE TABLE", "SQLite format", "argon2"];
  let count = 0;
  for (const path of filesBelow(home)) {
    const name = relative(home, path);
    if (SECRET.test(name)) continue;
    assert.ok(!people.some((text) => name.includes(text)), `${name} is named after a person`);
    const isPublic = PLAIN.test(name);
    if (isPublic)
      assertWithout(path, NAMES_DOMAIN.test(name) ? people.filter((text) => text !== texts.domain) : people);
    else {
      assertNoise(path, words);
      count++;
    }
  }
  return count;
}

/** Files outside the home that were written since, small enough to be looked at. */
function writtenSince(time: number, home: string): readonly string[] {
  const temporary = [...new Set(["/tmp", "/var/tmp", "/dev/shm", dirname(home)])].flatMap(filesBelow);
  const beside = [root, process.cwd()].flatMap((place) => readdirSync(place).map((name) => join(place, name)));
  return [...temporary, ...beside].filter((path) => {
    const found = path.startsWith(home) ? undefined : statSync(path, { throwIfNoEntry: false });
    return found?.isFile() === true && found.ctimeMs >= time && found.size < 1e8;
  });
}

test("D3, D7, L2: a machine that is seized at work gives noise", async (context) => {
  const since = Date.now() - 1000;
  const folder = mkdtempSync(join(tmpdir(), "altmail-seizure-"));
  const before = process.env["TMPDIR"];
  try {
    const texts = textsOfRun();
    const [home, temporary] = [join(folder, "home"), join(folder, "temporary")];
    mkdirSync(temporary);
    process.env["TMPDIR"] = temporary;
    const basePort = await freeBasePort();
    let printed = "";
    let [finished, unfinished] = [0, 0];
    const planted = join(folder, "planted");
    writeFileSync(planted, Buffer.from(`${texts.subject} in a file`, "utf16le"));
    assert.throws(() => assertWithout(planted, Object.values(texts)), "the search finds what is there");
    writeFileSync(planted, "nothing of anybody, and no noise ".repeat(200));
    assert.throws(() => assertNoise(planted, []), /is no noise/);
    const done = { sent: 0, reads: 0 };
    for (let round = 0; round < MOMENTS_MS.length; round++) {
      await using lab = await Lab.start({ home, basePort, domain: texts.domain });
      // Whatever the lab itself says when it is ready names its accounts and password.
      const ready = lab.output.length;
      const load = new Load(lab, texts);
      load.start();
      await pause(LOAD_MS);
      const address = `u1@${texts.domain}`;
      const access = begin(
        lab,
        "access",
        "open",
        address,
        "--scope",
        "mail",
        "--reason",
        texts.reason,
        "--case",
        "T-1",
      );
      assert.equal((await once(access.child, "exit"))[0], 0, access.output());
      const keys = below(home, "escrow/set").length;
      const backup = begin(lab, "backup", "create");
      // The key of a set comes first, and its head last.
      await until(() => below(home, "escrow/set").length > keys);
      await pause(MOMENTS_MS[round]);
      await seize(lab);
      await load.ended();
      if (backup.child.exitCode === null) await once(backup.child, "exit");
      printed += lab.output.slice(ready) + backup.output();
      done.sent += load.sent;
      done.reads += load.reads;
      const heads = below(home, "target/set").filter((path) => path.endsWith("/head")).length;
      unfinished += heads <= finished ? 1 : 0;
      finished = heads;
      context.diagnostic(`${lookAtHome(home, texts)} files of noise, ${heads} whole sets`);
    }
    assert.ok(done.sent > 20 && done.reads > 6, `the service was under load: ${JSON.stringify(done)}`);
    assert.ok(unfinished > 0, "a set was being made at one of the moments");
    assert.deepEqual(filesBelow(temporary), [], "nothing is written to the folder for temporary files");
    const people = [...Object.values(texts), CLIENT, PASSWORD];
    for (const path of writtenSince(since, home)) assertWithout(path, people);
    for (const text of people) assert.ok(!printed.includes(text), `the service printed "${text}"`);
  } finally {
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
    rmSync(folder, { recursive: true, force: true });
  }
});
