/**
 * D5: closing an account in the whole service. All of it is stopped by kill -9 at every step that closing makes durable, and
 * goes on by itself after the start, or when the holder presses the button again; it is done within ten minutes of the
 * button, and whatever is anybody else's is what it was: files of accounts octet by octet, rows of shared files decrypted.
 */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { hash } from "node:crypto";
import { once } from "node:events";
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { type TestContext, test } from "node:test";
import Database from "better-sqlite3-multiple-ciphers";
import { openKeys, type Keys } from "../../src/store/crypt/keys.ts";
import { readRoot } from "../../src/store/crypt/root.ts";
import { type AccountId, accountId } from "../../src/store/ids.ts";
import { openSqliteDirectory } from "../../src/store/sqlite/directory/directory.ts";
import { ImapClient } from "../clients/imap-client.ts";
import { SmtpClient } from "../clients/smtp-client.ts";
import { DNS_PROGRAMS } from "./dns/name-servers.ts";
import { DOMAIN, freeBasePort, Lab, PASSWORD, root } from "./lab.ts";
import { PortalVisitor } from "./portal-visitor.ts";
import { need } from "./program.ts";
import { makeAuthorities } from "./world/certificates.ts";
import { letterTo } from "./world/letter.ts";
import { openQueueView } from "./world/queue-view.ts";
import { SubmissionClient } from "./world/submission-client.ts";
import { until } from "./world/until.ts";
import { World } from "./world/world.ts";

/** Promise D5. */
const DONE_WITHIN_MS = 600_000;
/** A last try of what is queued may take a minute. */
const STOP_MS = 150_000;

/** Where the service is killed: as it is about to make the n-th such call on a file, whose name may hold the account's id. */
type Step = {
  readonly what: string;
  readonly file: string;
  readonly call: "fsync" | "fdatasync" | "unlink" | "rename";
  readonly nth?: number;
};
const STEPS: readonly Step[] = [
  { what: "nothing is written yet", file: "data/system.db-wal", call: "fsync" },
  { what: "the state is closing", file: "data/system.db-wal", call: "fsync", nth: 2 },
  { what: "sessions are ended", file: "data/web.db-wal", call: "fsync", nth: 2 },
  { what: "links are ended", file: "data/web.db-wal", call: "fsync", nth: 3 },
  { what: "the file is let go", file: "data/accounts/ID.db-wal", call: "unlink" },
  { what: "the next epoch is there", file: "secret/epoch.next", call: "fsync" },
  { what: "the key is destroyed", file: "data/keys.db-wal", call: "fsync" },
  { what: "the epoch is about to change", file: "secret/epoch.next", call: "rename" },
  { what: "the file goes", file: "data/accounts/ID.db", call: "unlink" },
  { what: "the ledger of backups is told", file: "data/backup.db-wal", call: "fsync" },
  { what: "the queue forgets", file: "data/outbound.db-wal", call: "fdatasync" },
  { what: "what was sent is counted no more", file: "data/sending.db-wal", call: "fdatasync" },
  { what: "what was learned is forgotten", file: "data/defence.db-wal", call: "fsync", nth: 2 },
  { what: "log-ins are forgotten", file: "data/web.db-wal", call: "fsync", nth: 8 },
  { what: "the record is gone", file: "data/system.db-wal", call: "fsync", nth: 4 },
];

/** Tables of shared files in which a bystander has something, or nothing would be compared. */
const LOOKED_AT = [
  "defence.correspondent",
  "outbound.record",
  "sending.sent_minute",
  "system.address",
  "system.app_password",
  "system.preference",
  "system.recovery",
  "web.log_in",
  "web.session",
];

const addressOf = (n: number): string => `u${n}@${DOMAIN}`;
const FIRST = 2;
const BYSTANDERS = [FIRST + STEPS.length, FIRST + STEPS.length + 1];

class Home {
  readonly folder: string;
  readonly #basePort: number;
  #lab: Lab | undefined;

  constructor(folder: string, basePort: number) {
    this.folder = folder;
    this.#basePort = basePort;
  }

  get lab(): Lab {
    return this.#lab ?? assert.fail("the service does not run");
  }

  /** @param accounts to be made, at the first start */
  async start(accounts?: number, more: readonly string[] = []): Promise<void> {
    const place = { home: this.folder, basePort: this.#basePort, workers: 1, more };
    this.#lab = await Lab.start(
      accounts === undefined ? { ...place, asItLies: true } : { ...place, accounts, site: true },
    );
  }

  async stop(): Promise<void> {
    await this.#lab?.stop();
    this.#lab = undefined;
  }

  /** With the keys, beside the service or without it. */
  async look<T>(at: (keys: Keys) => T | Promise<T>): Promise<T> {
    const at_ = { dataFolder: join(this.folder, "data"), secretFolder: join(this.folder, "secret") };
    using keys = openKeys({ ...at_, root: readRoot(join(this.folder, "secret/root")) });
    return await at(keys);
  }

  /** The account of an address, as its record is now. */
  account(address: string): Promise<{ readonly id: AccountId; readonly state: string } | undefined> {
    return this.look(async (keys) => {
      await using directory = await openSqliteDirectory({
        file: join(this.folder, "data/system.db"),
        key: keys.systemKey("system"),
      });
      return directory.byAddress(address);
    });
  }
}

/** Everybody gets mail, sends some, reads it, and is logged in at the website; a bystander has all else that can be had. */
async function use({ lab }: Home, n: number, isBystander: boolean): Promise<PortalVisitor> {
  const address = addressOf(n);
  const smtp = await SmtpClient.open(lab.smtpPort);
  await smtp.send(
    "a@example.net",
    [address],
    `From: <a@example.net>\r\nSubject: ${n}\r\n\r\n${"words ".repeat(500)}\r\n`,
  );
  await smtp.quit();
  const visitor = new PortalVisitor(lab);
  await visitor.logIn(address, PASSWORD);
  using client = await SubmissionClient.open(lab.basePort + 465, address, PASSWORD);
  await client.send(letterTo(["b@elsewhere.example"], `from ${n}`, { from: address }));
  if (!isBystander) return visitor;
  const change = async (path: string, typed: Readonly<Record<string, string>>): Promise<void> => {
    const { code, body } = await visitor.send(await visitor.ask(path), path, typed);
    assert.ok(code === 303 || code === 200, body);
  };
  await change("/account/aliases", { name: `by-the-way-${n}` });
  await change("/account/app-passwords", { label: "telephone" });
  await change("/account/recovery", { address: `u${n}@elsewhere.example`, now: PASSWORD });
  await change("/account/wishes", { junk: "30", trash: "" });
  return visitor;
}

/** Has the link mailed that closes the account, and gives its path. */
async function linkOf({ lab }: Home, n: number, visitor: PortalVisitor): Promise<string> {
  const page = await visitor.ask("/account/close");
  assert.equal((await visitor.send(page, "/account/close", { now: PASSWORD })).code, 303);
  const imap = await ImapClient.open(lab.imapPort, addressOf(n), PASSWORD);
  await imap.command("SELECT INBOX");
  const mail = (await imap.command("FETCH 1:* BODY.PEEK[TEXT]")).join("\n").replaceAll(/=\r?\n/g, "");
  await imap.logout();
  return /\/account\/link\/close\/[A-Za-z0-9_-]+/.exec(mail)?.[0] ?? assert.fail(mail);
}

/** Kills the whole service as soon as its worker has come to the step; `act` leads there. */
async function killAt(
  home: Home,
  { what, file, call, nth = 1 }: Step,
  id: AccountId,
  act: () => Promise<unknown>,
): Promise<void> {
  const [worker] = home.lab.pids().workers;
  const path = join(home.folder, file.replace("ID", join(id.slice(0, 2), id)));
  const [program, ...where] = ["strace", "-f", "-p", String(worker), "-o", "/dev/null", "-P", path];
  const inject = ["-e", `trace=${call}`, "-e", `inject=${call}:signal=KILL:when=${nth}`];
  const tracer = spawn(program, [...where, ...inject], { stdio: ["ignore", "ignore", "pipe"] });
  const ended = once(tracer, "exit");
  await once(tracer.stderr, "data");
  await act().catch(() => "broken off");
  // The tracer ends with the worker.
  const late = setTimeout(() => tracer.kill("SIGINT"), STOP_MS);
  await ended;
  clearTimeout(late);
  const isStopped = isDead(worker ?? 0);
  await killAll(home.lab);
  assert.ok(isStopped, `closing never came to where ${what}`);
}

/** The supervisor, before it starts another worker, and whom it has started. */
async function killAll(lab: Lab): Promise<void> {
  const exited = once(lab.child, "exit");
  const { supervisor, workers } = lab.pids();
  process.kill(supervisor, "SIGKILL");
  for (const pid of workers.filter((one) => !isDead(one))) process.kill(pid, "SIGKILL");
  await exited;
}

/** Its parent may not have heard of its end yet. */
function isDead(pid: number): boolean {
  try {
    return / [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "latin1").replace(/^.*\)/, ""));
  } catch {
    return true;
  }
}

/** Presses the button of a link; 410: it is good no more. */
async function press(lab: Lab, link: string): Promise<number> {
  const visitor = new PortalVisitor(lab);
  const page = await visitor.ask(link);
  return page.code === 200 ? (await visitor.send(page, link)).code : page.code;
}

/** What is anybody's of these accounts: by file or table, and by name. */
async function belongings(home: Home, addresses: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>();
  const ids: AccountId[] = [];
  for (const address of addresses) ids.push((await home.account(address))?.id ?? assert.fail(address));
  for (const id of ids)
    for (const path of globSync(join(home.folder, `data/accounts/*/${id}*`)))
      found.set(`accounts/${basename(path)}`, [hash("sha256", readFileSync(path))]);
  await home.look((keys) => {
    for (const id of ids) found.set(`key of ${id}`, [hash("sha256", keys.get(id) ?? assert.fail(id))]);
    for (const path of globSync(join(home.folder, "data/*.db"))) {
      const name = basename(path, ".db");
      if (name === "keys") continue;
      for (const [table, rows] of rowsOf(path, keys.systemKey(name))) {
        const own = rows.filter((row) => [...ids, ...addresses].some((known) => row.includes(known)));
        if (own.length > 0) found.set(`${name}.${table}`, own.toSorted());
      }
    }
  });
  return found;
}

/** Every row of a file, decrypted, as text. Rows that belong to a holder by number are given the name. */
function rowsOf(path: string, key: Uint8Array): ReadonlyMap<string, readonly string[]> {
  const db = new Database(path, { readonly: true });
  try {
    db.pragma("cipher = 'aegis'");
    db.pragma("algorithm = 'aegis-256'");
    db.pragma(`key = 'raw:${Buffer.from(key).toString("hex")}'`);
    const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all() as readonly string[];
    const all = (table: string) => db.prepare(`SELECT * FROM "${table}"`).all() as readonly Record<string, unknown>[];
    const holders = new Map(tables.includes("holder") ? all("holder").map(({ id, account }) => [id, account]) : []);
    return new Map(
      tables.map((table) => [
        table,
        all(table).map((row) => textOf({ ...row, ...("holder" in row && { holder: holders.get(row["holder"]) }) })),
      ]),
    );
  } finally {
    db.close();
  }
}

const textOf = (row: object): string =>
  JSON.stringify(row, (_name, value: unknown) => (typeof value === "bigint" ? String(value) : value));

test("D5: an account is closed wherever the service is killed, within ten minutes, and nobody else's is touched", {
  timeout: 1_800_000,
}, async (context: TestContext) => {
  if (!need(context, "strace")) return;
  const scratch = mkdtempSync(join(tmpdir(), "altmail-closing-"));
  const home = new Home(join(scratch, "home"), await freeBasePort());
  context.after(async () => {
    await home.stop();
    rmSync(scratch, { recursive: true, force: true });
  });
  await home.start(Math.max(...BYSTANDERS));
  const others = BYSTANDERS.map(addressOf);
  for (const n of BYSTANDERS) await use(home, n, true);
  const links: string[] = [];
  for (const n of STEPS.keys()) links.push(await linkOf(home, FIRST + n, await use(home, FIRST + n, false)));
  const view = await openQueueView(home.folder);
  await until("what was sent is on its way", async () => (await view.items()).length === 0, 120_000);
  await view[Symbol.asyncDispose]();
  await home.stop();
  const before = await belongings(home, others);
  for (const place of LOOKED_AT) assert.ok(before.has(place), place);

  await home.start();
  for (const [n, step] of STEPS.entries()) {
    const address = addressOf(FIRST + n);
    const { id } = (await home.account(address)) ?? assert.fail(address);
    const begun = performance.now();
    await killAt(home, step, id, () => press(home.lab, links[n] ?? ""));
    const state = (await home.account(address))?.state ?? "gone";
    await home.start();
    if (state === "active") assert.equal(await press(home.lab, links[n] ?? ""), 303, step.what);
    await until(
      `${address} is gone: ${step.what}`,
      async () => (await home.account(address)) === undefined,
      DONE_WITHIN_MS,
    );
    const tookMs = performance.now() - begun;
    assert.ok(tookMs < DONE_WITHIN_MS);
    context.diagnostic(`${step.what}: stopped when it was ${state}, gone after ${(tookMs / 1000).toFixed(1)} s`);
    assert.deepEqual(globSync(join(home.folder, `data/accounts/*/${id}*`)), []);
    assert.equal(await home.look((keys) => keys.get(accountId(id))), undefined);
    assert.equal(await press(home.lab, links[n] ?? ""), 410);
    await assert.rejects(ImapClient.open(home.lab.imapPort, address, PASSWORD));
  }
  const add = ["account", "add", addressOf(FIRST), "--password-stdin", "--home", home.folder];
  const again = spawnSync(join(root, "bin/altmail"), add, { input: `${PASSWORD}\n`, encoding: "utf8" });
  assert.notEqual(again.status, 0);
  assert.match(again.stderr + again.stdout, /never given again/);
  await home.stop();
  assert.deepEqual(await belongings(home, others), before);
  await home.start();
  const audit = home.lab.command("check");
  assert.equal(audit.code, 0, audit.stdout + audit.stderr);
});

test("D5: a holder who closes sees what is on its way, and hears elsewhere whom the last try did not reach", {
  timeout: 300_000,
}, async (context: TestContext) => {
  const scratch = mkdtempSync(join(tmpdir(), "altmail-closing-"));
  const basePort = await freeBasePort();
  const home = new Home(join(scratch, "home"), basePort);
  context.after(async () => {
    await home.stop();
    rmSync(scratch, { recursive: true, force: true });
  });
  const nobodyListens = `127.0.0.1:${basePort + 26}`;
  await home.start(FIRST, ["--smarthost", nobodyListens]);
  const address = addressOf(FIRST);
  const elsewhere = "a-mailbox@elsewhere.example";
  const { id } = (await home.account(address)) ?? assert.fail();
  await home.look(async (keys) => {
    await using directory = await openSqliteDirectory({
      file: join(home.folder, "data/system.db"),
      key: keys.systemKey("system"),
    });
    await directory.credentials.setRecoveryAddress(id, { address: elsewhere, verified: true });
  });
  const recipients = ["b@one.example", "c@two.example"];
  {
    using client = await SubmissionClient.open(basePort + 465, address, PASSWORD);
    for (const to of recipients) await client.send(letterTo([to], `to ${to}`, { from: address }));
  }
  await using view = await openQueueView(home.folder);
  await until(
    "all were tried",
    async () => (await view.items()).filter((item) => item.destinationReply !== undefined).length === recipients.length,
  );
  const visitor = new PortalVisitor(home.lab);
  await visitor.logIn(address, PASSWORD);
  const link = await linkOf(home, FIRST, visitor);
  const { body } = await new PortalVisitor(home.lab).ask(link);
  for (const to of recipients) assert.ok(body.includes(`<h3>${to}</h3>`), body);
  assert.match(body, /A letter to your recovery address/);
  assert.equal(await press(home.lab, link), 303);
  await until("the account is gone", async () => (await home.account(address)) === undefined, DONE_WITHIN_MS);
  const letters: string[] = [];
  for (const { message, recipients: to } of await view.items()) {
    assert.deepEqual([message.account, ...to.map((one) => one.address)], [undefined, elsewhere]);
    const source = await view.content(message.id);
    letters.push(Buffer.concat(await Array.fromAsync(source.pieces())).toString());
  }
  assert.equal(letters.length, 2);
  assert.ok(
    letters.every((letter) => !letter.includes(address)),
    "promise A6",
  );
  assert.equal(letters.filter((letter) => recipients.every((to) => letter.includes(to))).length, 1);
});

test("D5, D6: what is queued is tried once more when its account is deleted, and the operator is shown what did not arrive", async (context: TestContext) => {
  if (!need(context, ...DNS_PROGRAMS)) return;
  let isReady = false;
  const slow = { rcpt: () => (isReady ? "250 2.1.5 now" : "451 4.3.0 come again") };
  const destinations = {
    "late.open.test": { manner: slow },
    "never.open.test": { manner: { rcpt: () => "451 4.2.1 not today" } },
    "bad.open.test": { manner: { rcpt: () => (isReady ? "550 5.1.1 nobody here" : "451 4.3.0 come again") } },
  };
  await using world = await World.start({ destinations, authorities: await makeAuthorities() });
  const from = addressOf(2);
  const recipients = Object.keys(destinations).map((domain) => `b@${domain}`);
  {
    using client = await world.submit(from);
    for (const to of recipients) await client.send(letterTo([to], `to ${to}`, { from }));
    using other = await world.submit(addressOf(1));
    await other.send(letterTo(["c@never.open.test"], "of somebody else"));
  }
  const view = await world.view();
  for (const to of [...recipients, "c@never.open.test"])
    await until(`${to} was tried`, async () => (await view.lastReply(to)) !== undefined);
  isReady = true;
  const begun = performance.now();
  const { code, stdout, stderr } = await world.lab.commandBeside("account", "delete", from, "--yes");
  assert.equal(code, 0, stderr);
  assert.ok(performance.now() - begun < DONE_WITHIN_MS);
  const shown = stdout.split("\n").filter((line) => line.startsWith("  "));
  assert.equal(shown.length, 2, stdout);
  assert.match(stdout, /^ {2}b@never\.open\.test: .*4\.2\.1/m);
  assert.match(stdout, /^ {2}b@bad\.open\.test: .*5\.1\.1/m);
  assert.equal(world.host("late.open.test").taken.length, 1, "the last try brought it there, once");
  const left = (await view.items()).flatMap((item) => item.recipients.map(({ address }) => address));
  assert.deepEqual(left, ["c@never.open.test"], "nobody else's is touched");
});
