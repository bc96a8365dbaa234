/** Mail through the whole service with the real scanners: refused, put into Junk, taken; learned from; and what a scanner's end does. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { DOMAIN } from "./lab.ts";
import { need } from "./program.ts";
import {
  CLAMD_PROGRAMS,
  RSPAMD_PROGRAMS,
  SPAMD_PROGRAMS,
  startClamd,
  startRspamd,
  startSpamd,
} from "./scanners/programs.ts";
import { EICAR, EICAR_SIGNATURE, GTUBE, lesson, letter, withAttachment, zip } from "./scanners/samples.ts";
import { HOLDER, isConnected, named, ScannedService } from "./scanners/scanned-service.ts";
import { until } from "./world/until.ts";

const OTHER = `u2@${DOMAIN}`;
const VIRUS = withAttachment("a.com", Buffer.from(EICAR));
const SEALED = withAttachment("a.zip", zip("a.txt", Buffer.from("secret"), true));

test("F3: rspamd and ClamAV judge mail in both directions; when one is gone, mail comes again for viruses and is marked for spam, until it is back", async (context: TestContext) => {
  if (!need(context, ...RSPAMD_PROGRAMS, ...CLAMD_PROGRAMS)) return;
  await using rspamd = await startRspamd(false);
  await using clamd = await startClamd([EICAR_SIGNATURE]);
  await using service = await ScannedService.start([
    'spam = "rspamd"',
    `rspamd = ${named(rspamd.place)}`,
    `rspamd-controller = ${named(rspamd.controller)}`,
    'virus = "clamd"',
    `clamd = ${named(clamd.place)}`,
  ]);
  assert.match(await service.arrive(letter(GTUBE)), /^554 5\.7\.1 .*refused/);
  assert.match(await service.arrive(VIRUS), /^554 5\.7\.1 /);
  assert.match(await service.leave(letter(GTUBE)), /^55\d 5\.7\.1 /);
  assert.match(await service.leave(VIRUS), /^55\d 5\.7\.1 /);
  assert.equal(await service.newest("INBOX"), undefined);
  assert.equal(await service.newest("Junk"), undefined);

  const forged = "X-Spam-Status: No, score=-99\r\nX-Virus-Status: Clean\r\nX-Spam-Verdict: inbox\r\n";
  assert.match(await service.arrive(letter("Shall we meet?", forged)), /^250 /);
  const [head = ""] = (await service.newest("INBOX"))?.split("\r\n\r\n") ?? [];
  const said = head.split("\r\n").filter((line) => /^x-(spam|virus)/i.test(line));
  assert.match(said.join("\n"), /^X-Spam-Status: No, score=\S+ required=6\.0 refuse=15\.0 scanner=rspamd/m);
  assert.ok(said.includes("X-Virus-Status: Clean, scanner=clamav"), said.join("\n"));
  assert.doesNotMatch(said.join("\n"), /-99|X-Virus-Status: Clean$/m);
  // rspamd does not like what nobody can look into.
  assert.match(await service.arrive(SEALED), /^250 /);
  assert.match((await service.newest("Junk")) ?? "", /^X-Virus-Status: Unscanned, why=encrypted scanner=clamav/m);
  assert.match(await service.leave(letter("Shall we meet?")), /^[0-9a-f]{32}$/);
  await until("it has arrived at the other holder", () => service.newest("INBOX", OTHER));

  const status = service.lab.command("status").stdout;
  assert.match(status, /^rspamd: answers, version \d/m);
  // It asks for the configuration of this machine, which is not the one that runs here.
  assert.match(status, /^rspamd: rspamd logs addresses/m);
  assert.match(status, /^clamav: answers, version \d/m);

  const before = await service.count("INBOX");
  const text = letter("Shall we meet on Tuesday?");
  await clamd.daemon.signal("SIGSTOP");
  const under = service.arrive(text);
  await until("the service talks with clamd", () => isConnected(clamd.place));
  await clamd.daemon.signal("SIGKILL");
  assert.match(await under, /^451 4\.7\.1 .*virus/);
  assert.match(await service.arrive(text), /^451 4\.7\.1 /);
  assert.match(await service.leave(text), /^4\d\d /);
  assert.equal(await service.count("INBOX"), before);
  await clamd.restart();
  assert.match(await service.arrive(text), /^250 /);
  assert.match(await service.arrive(VIRUS), /^554 /);

  await rspamd.daemon.signal("SIGSTOP");
  const slow = service.arrive(letter("Or on Wednesday?"));
  await until("the service talks with rspamd", () => isConnected(rspamd.place));
  await rspamd.daemon.signal("SIGKILL");
  assert.match(await slow, /^250 /);
  assert.match((await service.newest("INBOX")) ?? "", /^X-Spam-Status: Unscanned, why=\S+ scanner=rspamd/m);
  assert.match(await service.arrive(letter(GTUBE)), /^250 /);
  assert.match((await service.newest("INBOX")) ?? "", /^X-Spam-Status: Unscanned, why=unreachable/m);
  await rspamd.restart();
  assert.match(await service.arrive(letter(GTUBE)), /^554 /);
});

test("F6: what one holder moves into Junk and answers teaches rspamd and the account's memory for that holder alone", async (context: TestContext) => {
  if (!need(context, ...RSPAMD_PROGRAMS)) return;
  await using rspamd = await startRspamd(true);
  await using service = await ScannedService.start([
    'spam = "rspamd"',
    `rspamd = ${named(rspamd.place)}`,
    `rspamd-controller = ${named(rspamd.controller)}`,
    "statistics-of-persons = true",
  ]);
  for (const as of ["spam", "ham"] as const)
    for (let n = 0; n < 5; n++) assert.match(await service.arrive(lesson(as, n)), /^250 /);
  using client = await service.read();
  await client.command("SELECT INBOX");
  await client.command("UID MOVE 1:5 Junk");
  await client.command("STORE 1:5 +FLAGS (\\Answered)");
  await until("rspamd knows it", async () => {
    assert.match(await service.arrive(lesson("spam", 7)), /^250 /);
    const found = [await service.newest("INBOX"), await service.newest("Junk")];
    return found.some((message) => message?.includes("BAYES_SPAM"));
  });
  assert.match(await service.arrive(lesson("spam", 8), [OTHER]), /^250 /);
  assert.doesNotMatch((await service.newest("INBOX", OTHER)) ?? "BAYES", /BAYES/);
  const keys = await rspamd.keys();
  for (const word of [HOLDER, "u1", "example.org"]) assert.ok(!keys.includes(word), word);

  const shown = (): string => service.lab.command("memory", "show", HOLDER).stdout;
  await until("ten messages have taught", () => /messages that taught: 10,/.test(shown()));

  await client.command("SELECT Junk");
  await client.command("UID MOVE 1 INBOX");
  const logged = (result: string): Promise<unknown> =>
    until(`the log says ${result}`, () => service.lab.command("log", "show", "--json").stdout.includes(`"${result}"`));
  await logged("changed");
  assert.equal(service.lab.command("memory", "off", HOLDER).code, 0);
  await client.command("UID MOVE 2 INBOX");
  await logged("off");
  assert.match(shown(), /is off: nothing is held/);
  assert.equal(service.lab.command("memory", "on", HOLDER).code, 0);
  assert.match(shown(), /messages that taught: none/);
});

test("F3: with SpamAssassin, spam goes to Junk where nothing is to be refused, and its end lets mail pass with a mark", async (context: TestContext) => {
  if (!need(context, ...SPAMD_PROGRAMS)) return;
  await using spamd = await startSpamd(false);
  await using service = await ScannedService.start([
    'spam = "spamassassin"',
    `spamassassin = ${named(spamd.place)}`,
    "junk-score = 5",
    "refuse-score = 0",
  ]);
  assert.match(await service.arrive(letter(GTUBE), [HOLDER, OTHER]), /^250 /);
  for (const user of [HOLDER, OTHER]) {
    const found = (await service.newest("Junk", user)) ?? "";
    assert.match(found, /^X-Spam-Status: Yes, score=\S+ required=5\.0 scanner=spamassassin tests=.*GTUBE/m);
    assert.equal(await service.newest("INBOX", user), undefined);
  }
  assert.match(await service.arrive(letter("Shall we meet?")), /^250 /);
  assert.match((await service.newest("INBOX")) ?? "", /^X-Spam-Status: No, .*scanner=spamassassin/m);
  await spamd.daemon.signal("SIGKILL");
  assert.match(await service.arrive(letter(GTUBE)), /^250 /);
  assert.match((await service.newest("INBOX")) ?? "", /^X-Spam-Status: Unscanned/m);
});
