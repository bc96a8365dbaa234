/**
 * M2: what an account loses whose payment does not come, at the whole service, in the order and at the times that were told;
 * and that a suspended account is another thing.
 */
import assert from "node:assert/strict";
import { after, type TestContext, test } from "node:test";
import { DAY, HOUR, MINUTE } from "../../src/host/clock.ts";
import { LineSocket } from "../clients/line-socket.ts";
import { SmtpClient } from "../clients/smtp-client.ts";
import { decoded, HOLDER_PASSWORD, SellingLab } from "../world/stripe/selling-lab.ts";
import { DOMAIN } from "./lab.ts";
import { need } from "./program.ts";
import { until } from "./world/until.ts";

let starting: Promise<SellingLab> | undefined;
after(async () => (await starting)?.[Symbol.asyncDispose]());

async function service(context: TestContext): Promise<SellingLab | undefined> {
  if (!need(context, "faketime")) return undefined;
  starting ??= SellingLab.start();
  return starting;
}

/** All that the server says to LOGIN. */
async function logIn(world: SellingLab, name: string): Promise<string> {
  using socket = await LineSocket.open(world.lab.imapPort, true);
  socket.write(`a LOGIN ${name}@${DOMAIN} "${HOLDER_PASSWORD}"\r\n`);
  const lines: string[] = [];
  do lines.push(await socket.line());
  while (!lines.at(-1)?.startsWith("a "));
  return lines.join("\n");
}

const SENT_NO_MORE = /550 5\.7\.1 Sending has stopped because this account is not paid for; log in to the website/;
const ALERT = /^\* OK \[ALERT\] This account is not paid for: it can be read, but it takes and sends no mail/m;

test("M2: a year's payment fails: told, then no sending, then reading alone, then closed, as it was told each time", async (context) => {
  const world = await service(context);
  if (world === undefined) return;
  const { ledger } = world.fake;
  const elsewhere = "pal@world.test";
  const buyer = await world.holder("lapse", { recovery: elsewhere });
  await world.confirm(buyer, elsewhere);
  const contract = world.contract();
  contract.isCardGood = false;
  const told = async (subject: string): Promise<string> => {
    await until(`INBOX: ${subject}`, async () => (await world.inbox("lapse")).includes(subject));
    return world.mailTo(elsewhere, subject);
  };
  /** Stripe tries the card again, and tells of it. */
  const tries = async (): Promise<void> => {
    ledger.changed(contract);
    await world.tellAll();
  };

  // No webhook comes: the night finds it out.
  await world.night(365);
  const first = await told("Your account is not paid for");
  ledger.events.splice(0);
  const dates = Array.from(first.matchAll(/(\d+ [A-Z][a-z]+ \d{4}, \d\d:\d\d UTC): /g), ([, at = ""]) =>
    Date.parse(at),
  );
  assert.equal(dates.length, 3, first);
  const [stops = 0, readsOnly = 0, closes = 0] = dates;
  assert.deepEqual([readsOnly - stops, closes - readsOnly], [30 * DAY, 30 * DAY]);
  assert.ok(Math.abs(stops - world.hand.now() - 7 * DAY) < 10 * MINUTE, first);
  assert.equal(await world.submit("lapse"), "sent");
  // Rounds come late, and what they find late begins late: each a little more.
  let lateMs = 0;
  const to = (at: number): Promise<void> => {
    lateMs += HOUR;
    return world.later(at + lateMs - world.hand.now());
  };

  await to(stops);
  await tries();
  await told("Sending from your account has stopped");
  assert.match(await world.submit("lapse"), SENT_NO_MORE);
  assert.doesNotMatch(await logIn(world, "lapse"), /ALERT/);
  assert.match(await world.rcpt("lapse"), /^250 /);
  using smtp = await SmtpClient.open(world.lab.smtpPort);
  await smtp.send("friend@world.test", [`lapse@${DOMAIN}`], "Subject: still comes\r\n\r\nGood day.\r\n");
  assert.match(await world.inbox("lapse"), /Subject: still comes/);

  await to(readsOnly - 7 * DAY);
  await tries();
  await told("Your account will soon stop receiving mail");
  assert.match(await world.rcpt("lapse"), /^250 /);
  await to(readsOnly);
  await tries();
  await told("Your account no longer receives mail");
  assert.match(await world.rcpt("lapse"), /^450 4\.2\.1 /);
  assert.match(await logIn(world, "lapse"), ALERT);
  assert.match(await world.inbox("lapse"), /Subject: still comes/);
  assert.match(await world.submit("lapse"), SENT_NO_MORE);
  const entry = world.buyer();
  await entry.logIn("lapse");
  assert.match((await entry.ask("/account/plan")).body, /<a href="\/account\/plan\/pay">/);

  await to(readsOnly + 14 * DAY);
  assert.match(await world.rcpt("lapse"), /^550 5\.2\.1 /);
  assert.match(await logIn(world, "lapse"), ALERT);
  await to(closes - 7 * DAY);
  await tries();
  await told("Your account will soon be closed");
  await to(closes);
  await tries();
  await world.mailTo(elsewhere, "Your account is being closed");
  assert.match(await logIn(world, "lapse"), /^a NO /m);
  const gone = async (): Promise<boolean> =>
    !(await world.lab.commandBeside("account", "list")).stdout.includes("lapse");
  await until("the account is gone", gone, 120_000);
  assert.equal((await world.buyer().name("lapse")).code, 422, "nobody gets the name after it");
});

test("M2: who pays in the middle of it has everything back at once", async (context) => {
  const world = await service(context);
  if (world === undefined) return;
  const { ledger } = world.fake;
  const buyer = await world.holder("again");
  const old = world.contract();
  ledger.cancel(old);
  await world.tellAll();
  for (const days of [8, 24, 8]) {
    await world.later(days * DAY);
    ledger.changed(old);
    await world.tellAll();
  }
  assert.match(await world.rcpt("again"), /^450 4\.2\.1 /);
  await buyer.logIn("again");
  const asked = await buyer.fill("/account/plan/pay", { plan: "large" });
  assert.equal(asked.code, 303, asked.body);
  const page = await buyer.ask(asked.location);
  const [, session = ""] = /href="https:[^"]+\/([^"/]+)"><strong>/.exec(page.body) ?? assert.fail(page.body);
  ledger.pay(session, "card");
  await world.tellAll();
  assert.match(await world.rcpt("again"), /^250 /);
  assert.equal(await world.submit("again"), "sent");
  assert.doesNotMatch(await logIn(world, "again"), /ALERT/);
  assert.match(await world.inbox("again"), /Your account is paid for: everything is as before/);
  assert.match((await buyer.ask("/account/")).body, /of 20\sMiB/);
  assert.equal(world.contract().status, "active");
});

test("M2: who is suspended by the operator is shut out, receives, and pays on; that is another state", async (context) => {
  const world = await service(context);
  if (world === undefined) return;
  await world.holder("barred");
  const contract = world.contract();
  const address = `barred@${DOMAIN}`;
  const done = async (verb: string): Promise<void> => {
    const { code, stderr } = await world.lab.commandBeside("account", verb, address);
    assert.equal(code, 0, stderr);
  };
  await done("suspend");
  assert.match(await logIn(world, "barred"), /^a NO /m);
  assert.match(await world.rcpt("barred"), /^250 /);
  assert.equal(contract.status, "active");
  world.fake.ledger.changed(contract);
  await world.tellAll();
  assert.match(await logIn(world, "barred"), /^a NO /m, "a payment lifts no suspension");
  await done("resume");
  assert.match(await logIn(world, "barred"), /^a OK/m);
  assert.equal(await world.submit("barred"), "sent");
  assert.ok(!decoded(await world.inbox("barred")).includes("not paid"));
});
