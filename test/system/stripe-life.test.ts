/**
 * M1, M2, D8: accounts bought from the whole service, which talks to the fake Stripe over loopback; the fake holds each
 * request against the published description of Stripe's API.
 */
import assert from "node:assert/strict";
import { after, type TestContext, test } from "node:test";
import { HOUR, MINUTE } from "../../src/host/clock.ts";
import { AMOUNT } from "../world/stripe/ledger.ts";
import {
  BUYER_ADDRESS,
  BUYER_AGENT,
  type Buyer,
  HOLDER_PASSWORD,
  isOpen,
  SellingLab,
} from "../world/stripe/selling-lab.ts";
import { found, rawTables } from "../world/stripe/raw-home.ts";
import { CARD, PERSON } from "../world/stripe/things.ts";
import { heading, openBrowser, openContext, openPage, press } from "./browser.ts";
import { DOMAIN } from "./lab.ts";
import { order } from "./order.ts";
import { need } from "./program.ts";
import { until } from "./world/until.ts";

/** The first order loads Stripe's library, beside whatever else the machine does. */
const PATIENCE_MS = 120_000;

let starting: Promise<SellingLab> | undefined;
after(async () => (await starting)?.[Symbol.asyncDispose]());

/** One service for all: each test has names of its own. Undefined where its programs are not installed. */
async function service(context: TestContext, ...programs: readonly string[]): Promise<SellingLab | undefined> {
  if (!need(context, "faketime", ...programs)) return undefined;
  starting ??= SellingLab.start();
  const world = await starting;
  // What the tests before it asked for counts against their network no more.
  await world.later(HOUR + MINUTE);
  return world;
}

async function mayLogIn(world: SellingLab, name: string): Promise<boolean> {
  try {
    await world.imap(name).then((client) => client.logout());
    return true;
  } catch (error) {
    if (error instanceof Error && error.message.includes("AUTHENTICATIONFAILED")) return false;
    throw error;
  }
}

/** The letters in an INBOX that confirm a contract. */
async function confirmations(world: SellingLab, name: string): Promise<readonly string[]> {
  return (await world.inbox(name)).split("This letter confirms the contract").slice(1);
}

for (const javaScript of [false, true]) {
  const mode = javaScript ? "on" : "off";
  test(`M1, W4: a browser buys an account, and one turns back and gives it up, JavaScript ${mode}`, async (context) => {
    const world = await service(context, "chromium");
    if (world === undefined) return;
    const { ledger } = world.fake;
    await using browser = await openBrowser();
    await using visitor = await openContext(browser, { javaScript });
    const { page, asked, complaints } = await openPage(visitor);
    page.setDefaultTimeout(PATIENCE_MS);
    const name = `buyer.${mode}`;
    const session = await order(page, world.origin, { name, password: HOLDER_PASSWORD });
    ledger.pay(session, "card");
    await page.goto(ledger.sessions.get(session)?.successUrl ?? "");
    // Who is back within three seconds is shown what was found out then.
    await until("the page says that it is open", async () => {
      await page.reload();
      return (await page.textContent("h1")) === "Your account is open";
    });
    assert.ok(await mayLogIn(world, name), "before any webhook");
    await world.tellAll();
    await page.reload();
    await heading(page, "Your account is open");
    assert.deepEqual(
      (await visitor.cookies()).map((cookie) => cookie.name),
      ["__Host-visit"],
    );
    assert.deepEqual(complaints, []);

    const other = `turner.${mode}`;
    const given = await order(page, world.origin, { name: other, password: HOLDER_PASSWORD });
    await page.goto(ledger.sessions.get(given)?.cancelUrl ?? "");
    await page.locator(".notice", { hasText: "Nothing was paid" }).waitFor();
    assert.equal((await world.buyer().name(other)).code, 422, "kept until it is given up");
    await press(page, "I do not want it after all");
    await heading(page, "Nothing is waiting here");
    assert.equal((await world.buyer().name(other)).code, 200);
    assert.equal(ledger.sessions.get(given)?.status, "expired");
    assert.ok(asked.every((url) => new URL(url).origin === world.origin));
  });
}

test("M1: webhooks that come before the browser, in the wrong order, twice, open one account", async (context) => {
  const world = await service(context);
  if (world === undefined) return;
  const { buyer, path, session } = await world.order("early");
  world.fake.ledger.pay(session, "card");
  const events = world.fake.ledger.events.splice(0).toReversed();
  const [first = assert.fail()] = events;
  assert.equal(await world.tell(first, "whsec_of_somebody_else"), 400);
  assert.equal(await mayLogIn(world, "early"), false);
  for (const event of [...events, ...events]) assert.equal(await world.tell(event), 200);
  assert.ok(await mayLogIn(world, "early"));
  assert.match((await buyer.ask(path)).body, /<h1>Your account is open/);
  assert.equal((await world.buyer().name("early")).code, 422);
  const [letter = assert.fail(), ...more] = await confirmations(world, "early");
  assert.equal(more.length, 0, "confirmed once");
  const address = `early@${DOMAIN}`;
  for (const part of [
    `Account: ${address} Plan: small Price:`,
    "12 a year Storage: 1",
    `Address of the account: ${address}`,
    "Terms of service ================",
    "12. Law and disputes --------------------",
  ])
    assert.ok(letter.includes(part), `${part} in ${letter}`);
  assert.match(letter, /Paid until: [A-Z][a-z]+day \d+ [A-Z][a-z]+ 20\d\d, /);
});

test("M1: a webhook that Stripe cannot be asked about is refused, and taken when it comes again, late", async (context) => {
  const world = await service(context);
  if (world === undefined) return;
  const { session } = await world.order("late");
  world.fake.ledger.pay(session, "card");
  const events = world.fake.ledger.events.splice(0);
  const paid = events.find(({ type }) => type === "checkout.session.completed") ?? assert.fail();
  world.fake.always = "down";
  assert.equal(await world.tell(paid), 503);
  world.fake.always = undefined;
  await world.later(26 * HOUR);
  await until("it is taken", async () => (await world.tell(paid)) === 200);
  assert.ok(await mayLogIn(world, "late"));
});

test("M1: every webhook is lost, nobody comes back, and the machine falls: the account opens by itself", async (context) => {
  const world = await service(context);
  if (world === undefined) return;
  const { session } = await world.order("silent");
  world.fake.ledger.pay(session, "card");
  world.fake.ledger.events.splice(0);
  await world.crash();
  await until("the account is open", () => mayLogIn(world, "silent"));
  await until("its contract is confirmed", async () => (await confirmations(world, "silent")).length > 0);
  await world.crash();
  assert.equal((await confirmations(world, "silent")).length, 1);
});

test("M1: a delayed payment opens nothing until it comes; one that fails frees the name", async (context) => {
  const world = await service(context);
  if (world === undefined) return;
  const { ledger } = world.fake;
  const comes = await world.order("debit");
  const fails = await world.order("empty");
  for (const { session } of [comes, fails]) ledger.pay(session, "delayed");
  await world.tellAll();
  await world.later(4 * HOUR);
  for (const { buyer, path } of [comes, fails])
    assert.match((await buyer.ask(path)).body, /<h1>Your payment is on its way/);
  assert.deepEqual([await mayLogIn(world, "debit"), await mayLogIn(world, "empty")], [false, false]);
  ledger.settleDelayed(comes.session, true);
  ledger.settleDelayed(fails.session, false);
  await world.tellAll();
  await isOpen(comes.buyer, comes.path);
  assert.ok(await mayLogIn(world, "debit"));
  await until("it is over", async () => /<h1>Nothing is waiting/.test((await fails.buyer.ask(fails.path)).body));
  assert.equal((await world.buyer().name("empty")).code, 200);
});

test("M1: a sign-up that is not paid keeps its name for the page and an hour; then it is over", async (context) => {
  const world = await service(context);
  if (world === undefined) return;
  const { buyer, path, session } = await world.order("never");
  await world.later(2 * HOUR + 2 * MINUTE);
  await world.tellAll();
  assert.equal(world.fake.ledger.sessions.get(session)?.status, "expired");
  await until("it is over", async () => (await buyer.ask(path)).code === 404);
  assert.equal((await world.buyer().name("never")).code, 422, "an hour more");
  await world.later(HOUR);
  await until("the name is free", async () => {
    await buyer.ask(path);
    return (await world.buyer().name("never")).code === 200;
  });
});

test("M1: paid in time and found late: opened while the name is free, else given back and told", async (context) => {
  const world = await service(context);
  if (world === undefined) return;
  const { ledger } = world.fake;
  const lucky = await world.order("lucky");
  const loser = await world.order("wanted", { recovery: "loser@world.test" });
  for (const { session } of [lucky, loser]) ledger.pay(session, "card");
  const [, theirs = assert.fail()] = [...ledger.charges.values()].slice(-2);
  ledger.events.splice(0);
  world.fake.always = "down";
  await world.later(4 * HOUR);
  // Who looks finds nothing out, and after its time the name is not kept.
  for (const { buyer, path } of [lucky, loser])
    await until("Stripe is silent", async () => (await buyer.ask(path)).code === 503);
  world.fake.always = undefined;
  const winner = await world.order("wanted");
  ledger.pay(winner.session, "card");
  await isOpen(winner.buyer, winner.path);
  ledger.events.splice(0);
  await isOpen(lucky.buyer, lucky.path);
  await until("it is refused", async () =>
    /<h1>The name was taken meanwhile/.test((await loser.buyer.ask(loser.path)).body),
  );
  await until("the money goes back", () => theirs.refunded === AMOUNT);
  await world.mailTo("loser@world.test", "the money is on its way back");
  assert.equal(ledger.chargesOf(world.contract().customer)[0]?.refunded, 0, "the other one stays");
});

async function planOf(buyer: Buyer): Promise<string> {
  return (await buyer.ask("/account/plan")).body;
}

async function storageOf(buyer: Buyer): Promise<string> {
  const { body } = await buyer.ask("/account/");
  const [, mebibytes = body] = /of (\d+)\sMiB/.exec(body) ?? [];
  return `${mebibytes} MiB`;
}

test("M1: up at once, declined changes nothing, down when all fits; an end is set and taken back; sending limits follow", async (context) => {
  const world = await service(context);
  if (world === undefined) return;
  const { fake } = world;
  const buyer = await world.holder("mover");
  const contract = world.contract();
  assert.equal(await storageOf(buyer), "1 MiB");
  const replies: string[] = [];
  // A limit of two a minute: of five within two minutes one is refused.
  for (let n = 0; n < 5; n++) replies.push(await world.submit("mover"));
  assert.match(replies.find((reply) => reply !== "sent") ?? "", /452 4\.7\.0 .*2 messages a minute/);

  fake.declines = true;
  assert.equal((await buyer.fill("/account/plan/change", { plan: "large" })).code, 422);
  fake.declines = false;
  assert.equal(await storageOf(buyer), "1 MiB");
  assert.equal((await buyer.fill("/account/plan/change", { plan: "large" })).code, 303);
  assert.deepEqual([contract.price, await storageOf(buyer)], ["price_large", "20 MiB"]);
  for (let n = 0; n < 6; n++) assert.equal(await world.submit("mover"), "sent");

  using client = await world.imap("mover");
  await client.append("INBOX", `Subject: large\r\n\r\n${"all that lies here\r\n".repeat(100_000)}`);
  const full = await buyer.fill("/account/plan/change", { plan: "small" });
  assert.deepEqual([full.code, contract.price], [422, "price_large"]);
  await client.command("SELECT INBOX");
  await client.command("STORE 1:* +FLAGS.SILENT (\\Deleted)");
  await client.command("EXPUNGE");
  assert.equal((await buyer.fill("/account/plan/change", { plan: "small" })).code, 303);
  assert.deepEqual([contract.price, await storageOf(buyer)], ["price_small", "1 MiB"]);

  assert.equal((await buyer.fill("/account/plan/end", { ends: "yes" })).code, 303);
  assert.ok(contract.endsWithPeriod);
  assert.match(await planOf(buyer), /sending stops/);
  assert.equal((await buyer.fill("/account/plan/end", { ends: "no" })).code, 303);
  assert.ok(!contract.endsWithPeriod);
  assert.doesNotMatch(await planOf(buyer), /sending stops/);
  assert.match((await buyer.fill("/account/plan/cards")).body, /href="https:\/\/billing\.stripe\.com\//);
  // What Stripe told of all this meanwhile, newest first, changes nothing.
  for (const event of fake.ledger.events.splice(0).toReversed()) assert.equal(await world.tell(event), 200);
  assert.equal(await storageOf(buyer), "1 MiB");
});

test("M2: who withdraws within 14 days is acknowledged with the time, gets all back, and can fetch all mail", async (context) => {
  const world = await service(context);
  if (world === undefined) return;
  const { ledger } = world.fake;
  const buyer = await world.holder("sorry", { recovery: "sorry@world.test" });
  const contract = world.contract();
  await world.confirm(buyer, "sorry@world.test");
  await buyer.fill("/account/plan/change", { plan: "large" });
  const charges = ledger.chargesOf(contract.customer);
  assert.equal(charges.length, 2);
  assert.equal((await buyer.fill("/account/plan/withdraw")).code, 303);
  const [, at = ""] = /we received it on ([^<.]+UTC)/.exec(await planOf(buyer)) ?? assert.fail(await planOf(buyer));
  assert.deepEqual([contract.status, ...charges.map(({ refunded }) => refunded)], ["canceled", AMOUNT, AMOUNT]);
  const sentence = `We received your withdrawal from the contract on ${at}`;
  await world.mailTo("sorry@world.test", sentence);
  await world.mailTo("sorry@world.test", "Your money is on its way back");
  assert.ok((await world.inbox("sorry")).includes(sentence));
  assert.match(await world.submit("sorry"), /550 5\.7\.1 Sending has stopped/);
  assert.match(await world.rcpt("sorry"), /^450 4\.2\.1 /);
  const [charge = assert.fail()] = charges;
  ledger.failRefund(charge);
  await world.tellAll();
  await world.mailTo("sorry@world.test", "could not be given back");
});

test("M2: a bank takes a payment back: no sending until it decides, reading and receiving as before", async (context) => {
  const world = await service(context);
  if (world === undefined) return;
  const { ledger } = world.fake;
  await world.holder("argued");
  const [charge = assert.fail()] = ledger.chargesOf(world.contract().customer);
  assert.equal(await world.submit("argued"), "sent");
  ledger.dispute(charge, "needs_response");
  await world.tellAll();
  assert.match(await world.submit("argued"), /550 5\.7\.1 Sending has stopped/);
  assert.match(await world.rcpt("argued"), /^250 /);
  assert.match(await world.inbox("argued"), /a payment is disputed/);
  ledger.dispute(charge, "won");
  await world.tellAll();
  assert.equal(await world.submit("argued"), "sent");
});

/** Every column of the tables that are about people and what they pay: no others may be there. */
const COLUMNS: Readonly<Record<string, string>> = {
  "billing.reservation":
    "reference account created_at plan invitation invitation_expires_at session kept_until keeps_name state subscription customer address password_hash recovery language agreed_at",
  "billing.subscription":
    "account reference subscription customer plan standing until standing_since stage stage_since warned_at bought_at withdrawn_at version",
  "billing.ending": "subscription customer refunds account asked_at",
  "billing.event": "id seen_at",
  "billing.invitation": "hash expires_at",
  "web.session": "id account begun_at seen_at staying waiting expires_at",
  "web.link": "id purpose owner payload made_at expires_at",
  "web.log_in": "account day protocol client address network first_at last_at count",
  "web.known_client": "account fingerprint day",
  "web.secret": "name value",
  "system.account": "id primary_address state language quota_bytes created_at password_hash",
  "system.address": "address account kind",
  "system.app_password": "account id label created_at salt iterations stored_key server_key",
  "system.used_address": "fingerprint",
  "system.secret": "name value",
  "system.preference": "account empty_junk_days empty_trash_days learns",
  "system.forwarder": "account domain",
  "system.recovery": "account address verified",
  "system.second_step": "account secret last_step tries tries_since",
  "system.recovery_code": "account mark",
  "system.plan": "account name aliases",
  "system.password_cost": "id memory_kib passes lanes",
};
/** What no table of any database may have. */
const FORBIDDEN =
  /^(?:ip|ip_?address|peer|remote|user_?agent|first_?name|last_?name|full_?name|phone|street|city|country|birth.*|card.*|iban|amount|price|currency|tax.*|invoice.*|payer.*|charge.*)$/;

test("D1, D8: with all keys, nothing rests after a life but what the promises name: no column more, no value from Stripe, no address of a machine", async (context) => {
  const world = await service(context);
  if (world === undefined) return;
  const { ledger } = world.fake;
  const elsewhere = "poison-elsewhere@world.test";
  const buyer = await world.holder("poison.holder", { recovery: elsewhere });
  await world.confirm(buyer, elsewhere);
  await buyer.fill("/account/plan/change", { plan: "large" });
  const [charge = assert.fail()] = ledger.chargesOf(world.contract().customer);
  ledger.dispute(charge, "needs_response");
  await world.tellAll();
  ledger.dispute(charge, "won");
  await world.tellAll();
  const given = await world.order("poison.given", { recovery: "poison-given@world.test" });
  assert.equal((await given.buyer.fill(given.path)).code, 303);
  await world.order("poison.waits", { recovery: "poison-waits@world.test" });

  const tables = await world.atRest(rawTables);
  const isWatched = ({ name }: { readonly name: string }): boolean => /^(?:billing|web|system)\./.test(name);
  assert.deepEqual(
    Object.fromEntries(tables.filter(isWatched).map(({ name, columns }) => [name, columns.join(" ")])),
    COLUMNS,
  );
  const forbidden = tables.flatMap(({ name, columns }) =>
    columns.filter((column) => FORBIDDEN.test(column)).map((column) => `${name}.${column}`),
  );
  assert.deepEqual(forbidden, []);

  // What they know who pay and who take the money, what was given up, a password in any form, the program of the buyer.
  for (const text of [
    ...Object.values(PERSON),
    CARD.fingerprint,
    "last4",
    "checkout.stripe.com",
    "poison.given",
    "poison-given",
    HOLDER_PASSWORD,
    BUYER_AGENT,
  ])
    assert.deepEqual(found(tables, text), [], text);
  const only = (text: string, places: readonly string[]): void => {
    assert.deepEqual([...new Set(found(tables, text))].toSorted(), places, text);
  };
  // The list of log-ins that the holder sees, for ten days.
  only(BUYER_ADDRESS, ["web.log_in.address"]);
  only("poison-waits@world.test", ["billing.reservation.recovery"]);
  only("poison.waits@", ["billing.reservation.address"]);
  // The delivery record of what was sent, for ten days, and the holder's own letters.
  only(elsewhere, ["outbound.record.recipient", "system.recovery.address"]);
  assert.deepEqual(
    found(tables, "poison.holder@").filter((place) => place.startsWith("billing.")),
    [],
  );
});
