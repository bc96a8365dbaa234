/**
 * Thirty days of the whole service: mail comes, people read and delete, an account is closed, staff sets a password. Each
 * night the disk is copied; later, with the secrets of the later day, the copies must not give back what is over.
 */
import assert from "node:assert/strict";
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { DAY, HOUR } from "../../src/host/clock.ts";
import { auditChain } from "../../src/host/record/chain.ts";
import { dateOf } from "../../src/host/supervisor/night.ts";
import type { FileKey } from "../../src/store/crypt/account-keys.ts";
import { accountId } from "../../src/store/ids.ts";
import { APPLICATION, openDatabase } from "../../src/store/sqlite/database.ts";
import { directoryMigrations } from "../../src/store/sqlite/directory/schema.ts";
import { mailMigrations } from "../../src/store/sqlite/mail/schema.ts";
import { type Disk, linesOn, type ReadSet, type Secrets, setsOn, subjectsOn } from "../world/earlier-disk.ts";
import type { Dialogue } from "../world/dialogue.ts";
import { WholeService } from "../world/whole-service.ts";

const DAYS = 30;
const LIMIT_MS = 240 * HOUR;
const DOMAIN = "wachtelberg.test";
const CLIENT = "203.0.113.199";
const CANARY = "quokka";
const [FIRST_PASSWORD, NEXT_PASSWORD] = ["kestrel-Over-9-fields", "harrier-Over-7-hills"];
const PEOPLE: readonly string[] = Array.from({ length: 11 }, (_, n) => `wachtel${n + 1}@${DOMAIN}`);
const [OPERATOR = "", READER = "", HOLDER = "", LEAVER = ""] = PEOPLE;
/** What nothing at rest, and nothing printed, may hold. */
const NEVER = [CANARY, "wachtel", "QUOTED-REASON", CLIENT, "client.example.net", FIRST_PASSWORD, NEXT_PASSWORD];

/** Days on which things happen. */
const [CROWDED, TEMPTING, EXPUNGED, CLOSED, GATE] = [2, 3, 5, 6, 8];
const LOOKS = [12, 20];
const isOfFifthDay = ({ day }: Copy): boolean => day % 5 === 0 || day === CLOSED - 1;

const subjectOf = (day: number): string => `${CANARY} of day ${day}`;
const DOOMED = `${CANARY} to be expunged`;
const LEAVING = `${CANARY} of who leaves`;

async function send(smtp: Dialogue, recipients: readonly string[], subject: string): Promise<void> {
  await smtp.say(`MAIL FROM:<${CANARY}@example.net>`, /^250 /);
  for (const to of recipients) await smtp.say(`RCPT TO:<${to}>`, /^250 /);
  await smtp.say("DATA", /^354 /);
  const text = `From: <${CANARY}@example.net>\r\nSubject: ${subject}\r\n\r\n${CANARY} says hello\r\n.`;
  await smtp.say(text, /^250 /);
}

/** Logs in, reads all, and expunges what has the subject. */
async function read(service: WholeService, user: string, password: string, expunge?: string): Promise<string> {
  const imap = await service.imap(user, password);
  await imap.say("a SELECT INBOX", /^a OK/);
  const seen = await imap.say("b UID FETCH 1:* (FLAGS BODY.PEEK[])", /^b OK/);
  if (expunge !== undefined) {
    const found = await imap.say(`c UID SEARCH SUBJECT "${expunge}"`, /^c OK/);
    const uids = /\* SEARCH ([\d ]+)/.exec(found)?.[1]?.trim().replaceAll(" ", ",") ?? assert.fail(found);
    await imap.say(`d UID STORE ${uids} +FLAGS.SILENT (\\Deleted)`, /^d OK/);
    await imap.say("e EXPUNGE", /^e OK/);
  }
  await imap.say("z LOGOUT", /^z OK/);
  imap.end();
  return seen;
}

type Copy = Disk & { readonly day: number; readonly secrets: Secrets };

/** The disk as it is now, without secrets; and these beside it, for the proof that a copy opens while it may. */
function copyDisk(service: WholeService, day: number): Copy {
  const to = join(service.folder, "copies", String(day));
  const disk = { data: join(to, "data"), target: join(to, "target") };
  cpSync(join(service.home, "data"), disk.data, { recursive: true });
  cpSync(service.target, disk.target, { recursive: true });
  const own = { secretFolder: join(to, "secret"), escrow: join(to, "escrow") };
  cpSync(join(service.home, "secret"), own.secretFolder, { recursive: true });
  cpSync(service.escrow, own.escrow, { recursive: true });
  const { root, identity } = service;
  return { ...disk, day, secrets: { ...own, root, identity } };
}

const secretsOfToday = ({ home, escrow, root, identity }: WholeService): Secrets => ({
  secretFolder: join(home, "secret"),
  escrow,
  root,
  identity,
});

const inflateOf =
  ({ stores }: WholeService) =>
  (piece: Uint8Array): Uint8Array =>
    stores.mail.archive.inflate(piece);

/** With the secrets of now, nothing that is over comes back from any copy. @param living the day that has just ended */
async function lookBack(service: WholeService, copies: readonly Copy[], living: number): Promise<void> {
  const { clock, home } = service;
  const now = clock.now();
  const secrets = secretsOfToday(service);
  const read = new Map<string, ReadSet>();
  for (const copy of copies) {
    assert.deepEqual(await linesOn(copy, secrets, clock), [], "the epoch of that day is gone, and the log with it");
    assert.deepEqual([...(await subjectsOn(copy, secrets, clock))], []);
    for (const set of await setsOn(copy, secrets, inflateOf(service), clock, new Set(read.keys())))
      read.set(set.id, set);
  }
  for (const { id, madeAt, subjects } of read.values()) {
    assert.ok(now - madeAt < LIMIT_MS, `${id} opens after ${(now - madeAt) / HOUR} h`);
    const gone = living - EXPUNGED > 10 ? [DOOMED, LEAVING] : [];
    for (const subject of gone) assert.ok(!subjects.has(subject), `${id} gives back "${subject}"`);
    assert.ok(subjects.has(subjectOf(living - 10)), "the sets that live do open");
  }
  assert.ok(read.size >= Math.min(copies.length, 9), "nine sets live at any time");

  // The keys of today beside an earlier disk: what was destroyed since does not open either.
  for (const copy of copies) {
    const mixed = { ...copy, keysOf: join(home, "data") };
    for (const at of await linesOn(mixed, secrets, clock)) assert.ok(now - at < LIMIT_MS);
    if (copy.day !== CLOSED - 1) continue;
    const subjects = await subjectsOn(mixed, secrets, clock);
    assert.ok(subjects.has(subjectOf(0)) && !subjects.has(LEAVING), "the key of the closed account is gone");
  }
}

/** No text of anybody in any file but the secrets, nor in what was printed. */
function assertSealed({ home, target, escrow, shown }: WholeService): void {
  for (const place of [join(home, "data"), join(home, "record"), target, escrow])
    for (const path of globSync(`${place}/**/*`)) {
      for (const text of NEVER) assert.ok(!path.toLowerCase().includes(text.toLowerCase()), path);
      if (!statSync(path).isFile()) continue;
      const octets = readFileSync(path);
      for (const text of NEVER) assert.ok(!octets.includes(text), `${path} holds "${text}"`);
    }
  for (const text of NEVER) assert.ok(!shown.some((line) => line.includes(text)), `"${text}" is printed`);
}

type Audit = { readonly findings: readonly string[]; readonly unknown: readonly string[] };

async function audited(service: WholeService): Promise<Audit> {
  service.dateFiles();
  const { findings, unknown } = await service.office.retention.audit();
  return { findings, unknown };
}

const GREEN: Audit = { findings: [], unknown: [] };

async function closeAndGate(service: WholeService, day: number): Promise<void> {
  if (day === CLOSED) await service.command("account delete", { address: LEAVER, yes: true });
  if (day !== GATE) return;
  const opening = { address: HOLDER, scope: "log-in", reason: "QUOTED-REASON: lost it", case: "T-1" };
  const opened = await service.command("access open", opening);
  const { id } = opened.value as { readonly id: string };
  await service.command("account password", { address: HOLDER, password: NEXT_PASSWORD, access: id });
  await service.command("access close", { id });
  const seen = await read(service, HOLDER, NEXT_PASSWORD);
  assert.ok(seen.includes("QUOTED-REASON"), "the holder is told why");
  await assert.rejects(read(service, HOLDER, FIRST_PASSWORD));
}

/** From midnight to midnight. */
async function live(service: WholeService, day: number, copies: Copy[]): Promise<void> {
  const { clock } = service;
  const yesterday = dateOf(clock.now() - DAY);
  await service.until(0, 30);
  if (day > 0) {
    await service.seen("statistics.made");
    const { value } = await service.command("statistics", { from: yesterday, to: yesterday });
    assert.equal((value as { readonly days: number }).days, 1);
    // Whoever logs in alone is in no figure.
    assert.equal(/"rows":\[\{/.test(JSON.stringify(value)), day - 1 === CROWDED, `the figures of day ${day - 1}`);
  }
  await service.until(1);
  await service.seen("retention.audited");
  await service.until(3, 50);
  await service.seen("backup.made");
  await service.until(9);
  const smtp = await service.smtp();
  const somebody = PEOPLE[4 + (day % (PEOPLE.length - 4))] ?? "";
  const here = [READER, HOLDER, somebody, ...(day <= CLOSED ? [LEAVER] : [])];
  await send(smtp, here, subjectOf(day));
  if (day === TEMPTING) await send(smtp, [READER], DOOMED);
  if (day === TEMPTING) await send(smtp, [LEAVER], LEAVING);
  await smtp.say("QUIT", /^221 /);
  smtp.end();
  assert.ok(
    (await read(service, READER, FIRST_PASSWORD, day === EXPUNGED ? DOOMED : undefined)).includes(subjectOf(day)),
  );
  if (day === CROWDED) for (const address of PEOPLE) await read(service, address, FIRST_PASSWORD);
  await service.until(15);
  await closeAndGate(service, day);
  assert.deepEqual(await audited(service), GREEN, `day ${day}`);
  await service.until(23, 59);
  if (day % 4 === 0) assertSealed(service);
  copies.push(copyDisk(service, day));
  await service.until(0);
}

/** Plants something, looks whether the audit is red for the reason, and takes it away again. */
async function assertRed(service: WholeService, finding: RegExp, plant: () => () => void): Promise<void> {
  const remove = plant();
  const { findings } = await audited(service);
  assert.equal(findings.length, 1, findings.join("\n"));
  assert.match(findings[0] ?? "", finding);
  remove();
  assert.deepEqual(await audited(service), GREEN);
}

function planted(path: string): () => void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, "");
  return () => rmSync(path);
}

function plantedTable(service: WholeService, account: string | undefined): () => void {
  const data = join(service.home, "data");
  const path = join(data, account === undefined ? "system.db" : `accounts/${account.slice(0, 2)}/${account}.db`);
  const { keys } = service.stores;
  const key = account === undefined ? keys.systemKey("system") : (keys.get(accountId(account)) as FileKey);
  const kind = account === undefined ? "system" : "mail";
  const migrations = account === undefined ? directoryMigrations : mailMigrations;
  const run = (sql: string): void => {
    const applicationId = APPLICATION[kind];
    const db = openDatabase({ path, key, applicationId, migrations, synchronous: "normal" });
    db.exec(sql);
    db.close();
  };
  run("CREATE TABLE visits(at INTEGER)");
  return () => run("DROP TABLE visits");
}

test("D2, D3, D4, D5, A7, L2, L4: thirty days of the whole service keep what is promised", async (context) => {
  const wishes = { domain: DOMAIN, operator: OPERATOR, clientAddress: CLIENT, daysBack: DAYS + 10 };
  await using service = await WholeService.open(wishes);
  const { clock, home, stores, office } = service;
  const first = dateOf(clock.now());
  const added = await stores.accounts.addMany({ addresses: PEOPLE, password: FIRST_PASSWORD });
  assert.ok(added.kind === "added");
  const idOf = (address: string): string =>
    added.accounts.find((each) => each.address === address)?.id ?? assert.fail(address);
  const copies: Copy[] = [];

  for (let day = 0; day < DAYS; day++) {
    await live(service, day, copies);
    if (day === EXPUNGED - 1) {
      const [copy] = copies.slice(-1);
      assert.ok(copy);
      const subjects = await subjectsOn(copy, copy.secrets, clock);
      assert.ok(subjects.has(DOOMED) && subjects.has(LEAVING), "with its own secrets a copy opens: the test can see");
      assert.ok((await linesOn(copy, copy.secrets, clock)).length > 50);
      const sets = await setsOn(copy, copy.secrets, inflateOf(service), clock, new Set());
      assert.deepEqual([sets.length, sets.at(-1)?.subjects.has(DOOMED)], [EXPUNGED, true]);
    }
    const isLast = day === DAYS - 1;
    if (isLast || LOOKS.includes(day + 1)) await lookBack(service, isLast ? copies : copies.filter(isOfFifthDay), day);
  }

  const days = await service.command("statistics", { from: first, to: dateOf(clock.now() - DAY), by: "day" });
  // The last day's figures are made after midnight.
  assert.equal((days.value as { readonly days: number }).days, DAYS - 1);
  for (const text of NEVER) assert.ok(!days.text.includes(text), `"${text}" is in the figures`);

  const destroyed = auditChain(join(home, "record/destruction.chain"));
  assert.ok(destroyed.kind === "whole");
  const ended = Array.from({ length: DAYS - 9 }, (_, n) => dateOf(Date.parse(first) + n * DAY));
  assert.deepEqual(
    destroyed.lines.map(({ says }) => says["day"]),
    ended,
  );
  assert.equal(auditChain(join(home, "record/access.chain")).kind, "whole");
  assert.deepEqual(await office.access.audit(), []);

  // The offline key opens, and shows counts alone.
  for (const name of ["backup verify", "backup drill"]) {
    const { text } = await service.command(name, { identity: service.identity });
    assert.match(text, /mails/);
    for (const word of NEVER) assert.ok(!text.includes(word), `${name} shows "${word}"`);
  }

  const old = dateOf(clock.now() - 11 * DAY);
  const set = `set/${old.replaceAll("-", "")}t000000z-0123abcd/head`;
  await assertRed(service, /^home: logs of a day: the oldest/, () => planted(join(home, `data/log/${old}.seg`)));
  await assertRed(service, /^target: backup sets: the oldest/, () => planted(join(service.target, set)));
  await assertRed(service, /no row of the registry/, () => planted(join(home, "data/visitors.txt")));
  await assertRed(service, /no row of the registry/, () => plantedTable(service, undefined));
  await assertRed(service, /no row of the registry/, () => plantedTable(service, idOf(READER)));
  const stray = join(home, `data/accounts/ab/ab${"0".repeat(30)}.db`);
  await assertRed(service, /1 belong to no account/, () => {
    const remove = planted(stray);
    const seconds = (clock.now() - 2 * HOUR) / 1000;
    utimesSync(stray, seconds, seconds);
    return remove;
  });
  assertSealed(service);
  assert.deepEqual(service.faults, []);
  for (const address of PEOPLE.filter((each) => each !== LEAVER))
    assert.deepEqual(await stores.mail.check(accountId(idOf(address))), []);
  context.diagnostic(`${copies.length} copies, ${service.shown.length} lines shown`);
});
