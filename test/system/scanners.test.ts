/** Mail in both directions, read by the real scanners with the configurations that we ship: promise F3. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { createClamd } from "../../src/clients/scanners/clamd.ts";
import { clamdLimits, rspamdLimits, type ScannerLimits, spamdLimits } from "../../src/clients/scanners/limits.ts";
import { outgoingSpamScanner, outgoingVirusScanner } from "../../src/clients/scanners/outgoing.ts";
import { createRspamd } from "../../src/clients/scanners/rspamd.ts";
import { createReadConfiguration } from "../../src/clients/scanners/rspamd-configuration.ts";
import { createSpamd } from "../../src/clients/scanners/spamd.ts";
import { MINUTE, systemClock as clock } from "../../src/host/clock.ts";
import type { SpamVerdict } from "../../src/rules/scan-verdict.ts";
import type { SpamScanner, SpamTeacher } from "../../src/service/delivery/inbound-scanner.ts";
import { accountId } from "../../src/store/ids.ts";
import { need } from "./program.ts";
import type { Daemon } from "./scanners/daemon.ts";
import {
  CLAMD_PROGRAMS,
  RSPAMD_PROGRAMS,
  SPAMD_PROGRAMS,
  startClamd,
  startRspamd,
  startSpamd,
} from "./scanners/programs.ts";
import {
  arriving,
  EICAR,
  EICAR_SIGNATURE,
  GTUBE,
  largeSource,
  lesson,
  letter,
  RECIPIENT,
  SENDER,
  source,
  withAttachment,
  zip,
} from "./scanners/samples.ts";

const MARKS = { junk: 6, refuse: 15 };
const MiB = 1024 * 1024;
const ACCOUNT = accountId("0a".repeat(16));

const PRIVATE = [SENDER, RECIPIENT, "private@example.org", "192.0.2.9", "mx.example.org", "Shall we meet"];

const outgoing = (text: string) => ({
  content: source(text),
  sender: SENDER,
  recipients: [RECIPIENT],
  account: ACCOUNT,
});
const names = (verdict: SpamVerdict): readonly string[] =>
  "symbols" in verdict ? verdict.symbols.map(({ name }) => name) : [];

/** What stands in the files below `home`, by path. A file that its program replaced meanwhile: all are looked at anew. */
function standingBelow(home: string): ReadonlyMap<string, string> {
  const entries = readdirSync(home, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map(({ parentPath, name }) => join(parentPath, name));
  try {
    return new Map(paths.map((path) => [path, readFileSync(path, "latin1")]));
  } catch (error) {
    if (paths.every((path) => existsSync(path))) throw error;
    return standingBelow(home);
  }
}

/** Who wrote to whom stands nowhere in what a program keeps below its folder, its log among it. */
function keepsNobody(home: string): void {
  const files = standingBelow(home);
  assert.ok(files.size > 0);
  for (const [path, written] of files)
    for (const word of PRIVATE)
      assert.ok(!written.includes(word), `${word} stands in ${path}:\n${written.slice(0, 5000)}`);
}

async function readsBothDirections(scanner: SpamScanner): Promise<void> {
  const clean = await scanner.scan(arriving(letter("Shall we meet on Tuesday?")), MARKS);
  assert.equal(clean.kind, "clean");
  const spam = await scanner.scan(arriving(letter(GTUBE)), MARKS);
  assert.ok(spam.kind === "spam" && spam.mark === "refuse" && names(spam).includes("GTUBE"));
  const junk = await scanner.scan(arriving(letter(GTUBE)), { junk: 6, refuse: undefined });
  assert.ok(junk.kind === "spam" && junk.mark === "junk");
  const leaving = outgoingSpamScanner(scanner, 12, "defer");
  assert.deepEqual(await leaving.scan(outgoing(letter("Shall we meet on Tuesday?"))), { kind: "clean" });
  const refused = await leaving.scan(outgoing(letter(GTUBE)));
  assert.ok(refused.kind === "refused" && refused.why === "spam");
  assert.match(refused.reason, /GTUBE/);
}

/** Hangs, goes on, is killed while it has a message, is gone: each is a value, in time. @param scan under these limits */
async function diesInTheMiddle(
  scan: (limits: Pick<ScannerLimits, "timeoutMs">) => Promise<{ readonly kind: string }>,
  daemon: Daemon,
): Promise<void> {
  const [soon, patient] = [{ timeoutMs: 500 }, { timeoutMs: MINUTE }];
  await daemon.signal("SIGSTOP");
  assert.deepEqual(await scan(soon), { kind: "unavailable", why: "timeout" });
  await daemon.signal("SIGCONT");
  assert.equal((await scan(patient)).kind, "clean");
  await daemon.signal("SIGSTOP");
  const verdict = scan(patient);
  await daemon.signal("SIGKILL");
  const { kind } = await verdict;
  assert.equal(kind, "unavailable");
  assert.deepEqual(await scan(patient), { kind: "unavailable", why: "unreachable" });
}

/** What one person teaches is that person's. @returns what the scanner says of a spam of each */
async function learns(scanner: SpamScanner, teacher: SpamTeacher): Promise<readonly [SpamVerdict, SpamVerdict]> {
  for (const as of ["spam", "ham"] as const)
    for (let n = 0; n < 5; n++) {
      const text = lesson(as, n);
      assert.deepEqual(await teacher.learn(source(text), as, "person-1"), { kind: "learned" });
      assert.deepEqual(await teacher.learn(source(text), as, "person-1"), { kind: "unchanged" });
    }
  return [
    await scanner.scan(arriving(lesson("spam", 7), { user: "person-1" }), MARKS),
    await scanner.scan(arriving(lesson("spam", 7), { user: "person-2" }), MARKS),
  ];
}

test("F3: rspamd reads mail in both directions, and writes down nobody's name", async (context: TestContext) => {
  if (!need(context, ...RSPAMD_PROGRAMS)) return;
  await using rspamd = await startRspamd(false);
  const { place } = rspamd;
  const controller = { place: rspamd.controller, password: undefined };
  const configuration = createReadConfiguration({ clock, more: rspamd.variables });
  const { scanner, teacher } = createRspamd({ place, controller, perUser: false, configuration, clock });
  assert.equal(teacher, undefined);
  await readsBothDirections(scanner);
  assert.deepEqual(await scanner.scan(arriving(largeSource(50 * MiB + 1)), MARKS), {
    kind: "unscanned",
    why: "too-large",
  });
  // A limit of ours above rspamd's own.
  const careless = createRspamd({
    place,
    perUser: false,
    clock,
    limits: { ...rspamdLimits, maxMessageBytes: 80 * MiB },
  });
  assert.equal((await careless.scanner.scan(arriving(largeSource(60 * MiB)), MARKS)).kind, "unavailable");
  const status = await scanner.status();
  assert.deepEqual([status.kind, status.findings], ["alive", []]);
  assert.match("version" in status ? String(status.version) : "", /^[0-9]+\.[0-9]+/);
  keepsNobody(rspamd.home);
  await diesInTheMiddle((patience) => {
    const hasty = createRspamd({ place, perUser: false, clock, limits: { ...rspamdLimits, ...patience } });
    return hasty.scanner.scan(arriving(letter("Shall we meet?")), MARKS);
  }, rspamd.daemon);
});

test("an operator is told when rspamd's configuration keeps or logs who wrote to whom; our mail it does not keep even so", async (context: TestContext) => {
  if (!need(context, ...RSPAMD_PROGRAMS)) return;
  const asDebian = {
    "rspamd.conf.override": "fuzzy_check { enabled = false; }\n",
    "override.d/logging.inc": 'level = "info";\ntype = "console";\n',
    "override.d/options.inc": 'dns { nameserver = ["127.0.0.1:9:1"]; timeout = 0.1s; retransmits = 1; }\n',
  };
  await using rspamd = await startRspamd(false, asDebian);
  const { place, daemon } = rspamd;
  const controller = { place: rspamd.controller, password: undefined };
  const configuration = createReadConfiguration({ clock, more: rspamd.variables });
  const { scanner } = createRspamd({ place, controller, perUser: false, configuration, clock });
  const verdict = await scanner.scan(arriving(letter("Shall we meet?")), MARKS);
  assert.ok(names(verdict).length > 0);
  const { findings } = await scanner.status();
  assert.equal(findings.length, 3);
  for (const [n, word] of [/logs addresses/, /history_redis/, /history_rows/].entries())
    assert.match(findings[n] ?? "", word);
  assert.ok(!daemon.log().includes(SENDER) && !daemon.log().includes(RECIPIENT));
});

test("F6: rspamd learns for one person what it does not use for another, and keeps no name", async (context: TestContext) => {
  if (!need(context, ...RSPAMD_PROGRAMS)) return;
  await using rspamd = await startRspamd(true);
  const controller = { place: rspamd.controller, password: undefined };
  const { scanner, teacher } = createRspamd({ place: rspamd.place, controller, perUser: true, clock });
  assert.ok(teacher !== undefined);
  const [taught, untaught] = await learns(scanner, teacher);
  assert.ok(names(taught).includes("BAYES_SPAM"));
  assert.ok(!names(untaught).includes("BAYES_SPAM"));
  assert.deepEqual(await teacher.learn(source(letter("short")), "spam", "person-1"), { kind: "unchanged" });
  const keys = await rspamd.keys();
  assert.ok(keys.includes("person-1"));
  for (const word of PRIVATE) assert.ok(!keys.includes(word), word);
  keepsNobody(rspamd.home);
  await rspamd.redis?.signal("SIGKILL");
  assert.equal((await scanner.scan(arriving(letter("Shall we meet?")), MARKS)).kind, "clean");
  assert.equal((await teacher.learn(source(lesson("ham", 9)), "ham", "person-1")).kind, "unavailable");
});

test("F3: SpamAssassin reads mail in both directions, and writes down nobody's name", async (context: TestContext) => {
  if (!need(context, ...SPAMD_PROGRAMS)) return;
  await using spamd = await startSpamd(false);
  const { place, daemon } = spamd;
  const { scanner } = createSpamd({ place, perUser: false, clock });
  await readsBothDirections(scanner);
  const large = arriving(largeSource(spamdLimits.maxMessageBytes + 1));
  assert.deepEqual(await scanner.scan(large, MARKS), { kind: "unscanned", why: "too-large" });
  const status = await scanner.status();
  assert.deepEqual([status.kind, status.findings], ["alive", []]);
  assert.match("version" in status ? String(status.version) : "", /^[0-9]+\.[0-9]+/);
  keepsNobody(spamd.home);
  await diesInTheMiddle((patience) => {
    const hasty = createSpamd({ place, perUser: false, clock, limits: { ...spamdLimits, ...patience } });
    return hasty.scanner.scan(arriving(letter("Shall we meet?")), MARKS);
  }, daemon);
});

test("F6: SpamAssassin learns for one person what it does not use for another", async (context: TestContext) => {
  if (!need(context, ...SPAMD_PROGRAMS)) return;
  await using spamd = await startSpamd(true);
  const { scanner, teacher } = createSpamd({ place: spamd.place, perUser: true, clock });
  assert.ok(teacher !== undefined);
  const [taught, untaught] = await learns(scanner, teacher);
  assert.ok(
    names(taught).some((name) => name.startsWith("BAYES_9")),
    names(taught).join(),
  );
  assert.ok(!names(untaught).some((name) => name.startsWith("BAYES_")));
  keepsNobody(spamd.home);
});

test("F3: ClamAV reads mail in both directions; what it did not look into is unscanned, not clean", async (context: TestContext) => {
  if (!need(context, ...CLAMD_PROGRAMS)) return;
  await using clamd = await startClamd([EICAR_SIGNATURE]);
  const { place, daemon } = clamd;
  const scanner = createClamd({ place, clock });
  const scan = (text: string) => scanner.scan(source(text));
  const found = { kind: "virus", name: "Test.EICAR.UNOFFICIAL" };
  const octets = Buffer.from(EICAR);
  assert.deepEqual(await scan(letter("Shall we meet?")), { kind: "clean" });
  assert.deepEqual(await scan(EICAR), found);
  assert.deepEqual(await scan(withAttachment("a.com", octets)), found);
  assert.deepEqual(await scan(withAttachment("a.zip", zip("a.com", octets, false))), found);
  assert.deepEqual(await scan(withAttachment("a.zip", zip("a.txt", Buffer.from("secret"), true))), {
    kind: "unscanned",
    why: "encrypted",
  });
  const leaving = outgoingVirusScanner(scanner, "defer");
  assert.deepEqual(await leaving.scan(outgoing(letter("Shall we meet?"))), { kind: "clean" });
  assert.deepEqual(await leaving.scan(outgoing(withAttachment("a.com", octets))), {
    kind: "refused",
    why: "virus",
    reason: found.name,
  });
  assert.deepEqual(await scanner.scan(largeSource(25 * MiB)), { kind: "clean" });
  assert.deepEqual(await scanner.scan(largeSource(25 * MiB + 1)), { kind: "unscanned", why: "too-large" });
  const status = await scanner.status();
  assert.equal(status.kind, "alive");
  assert.match(status.findings.join(), /no signatures/);
  assert.deepEqual(readdirSync(clamd.temporary), []);
  keepsNobody(clamd.home);
  await diesInTheMiddle((patience) => {
    const hasty = createClamd({ place, clock, limits: { ...clamdLimits, ...patience } });
    return hasty.scan(source(letter("Shall we meet?")));
  }, daemon);
});

test("F3: a limit of ours above clamd's own never makes a message clean", async (context: TestContext) => {
  if (!need(context, ...CLAMD_PROGRAMS)) return;
  await using clamd = await startClamd([EICAR_SIGNATURE], { "StreamMaxLength 25M": "StreamMaxLength 1M" });
  const scanner = createClamd({ place: clamd.place, clock });
  assert.deepEqual(await scanner.scan(largeSource(MiB)), { kind: "clean" });
  for (let n = 0; n < 20; n++) {
    const verdict = await scanner.scan(largeSource(MiB + 1 + n * 300_000));
    // clamd resets the connection behind its words, so that they may be lost.
    assert.ok(
      verdict.kind === "unscanned" || (verdict.kind === "unavailable" && verdict.why === "closed"),
      verdict.kind,
    );
  }
});
