/** What holders do with their contract, through the pages, against the fake Stripe. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type PayingWorld, payingWorld } from "../sign-up/paying-world.fixture.ts";

const ALL = ["", "/change", "/end", "/pay", "/cards", "/withdraw"].map((path) => `/account/plan${path}`);
const GIB = 2 ** 30;

/** Links of the main part, as paths. */
const linksIn = (body: string): readonly string[] =>
  Array.from(body.slice(body.indexOf("<main")).matchAll(/<a href="([^"#]+)"/g), ([, path = ""]) => path);
const textOf = (body: string): string => body.replaceAll(/<[^>]+>/g, "");
const standing = async ({ paying }: PayingWorld): Promise<string | undefined> =>
  (await paying.store.byAccount(paying.holder()))?.standing;

test("every page leads who is not logged in to the log-in, and is whole in both languages", async () => {
  await using world = await payingWorld();
  const stranger = world.visitor();
  for (const path of ALL) assert.equal((await stranger.get(path)).location, "/account/log-in", path);
  const { visitor } = await world.holder();
  for (const path of ALL)
    for (const language of ["", "/sv"]) {
      const { code, body } = await visitor.get(`${language}${path}`);
      assert.equal(code, 200, path);
      assert.match(body, /Plan|Abonnemang|Card|Kort|Pay|Betala|end|upphöra|Withdraw|Ångra/);
    }
});

test("M1: the first page says what is paid until when, and shows the ways that are open", async () => {
  await using world = await payingWorld();
  const { visitor } = await world.holder();
  const { body } = await visitor.get("/account/plan");
  assert.match(textOf(body), /small, €12 a year/);
  assert.match(textOf(body), /Paid until\s*Sunday 10 January 2027/);
  assert.match(textOf(body), /Withdrawal possible until\s*Sunday 25 January 2026, 12:00 UTC/);
  assert.deepEqual(linksIn(body).slice(0, 5), [
    "/account/plan/change",
    "/account/plan/end",
    "/account/plan/cards",
    "/account/plan/withdraw",
    "/account/close",
  ]);
});

test("M1: a plan is changed up, and down only when everything fits", async () => {
  await using world = await payingWorld();
  const { account, visitor } = await world.holder();
  const page = await visitor.get("/account/plan/change");
  assert.match(page.body, /value="small"[^>]* checked/);
  assert.match((await visitor.send(page, {})).body, /You have this plan already/);
  assert.match((await visitor.send(page, { plan: "huge" })).body, /Choose one of the plans/);
  const changed = await visitor.sendOn(page, { plan: "large" });
  assert.match(changed.body, /The plan is changed/);
  assert.equal(world.paying.holders.get(account)?.plan, "large");
  world.paying.usage = { octets: 7 * GIB, aliases: 9 };
  const down = await visitor.send(await visitor.get("/account/plan/change"), { plan: "small" });
  assert.equal(down.code, 422);
  assert.match(textOf(down.body), /Delete 2.GiB of mail first, and empty the Trash\. Remove 6 of your aliases first/);
  assert.equal(world.paying.holders.get(account)?.plan, "large");
});

test("a change that the bank declines, or that Stripe does not answer, changes nothing and says so", async () => {
  await using world = await payingWorld();
  const { account, visitor } = await world.holder();
  const page = await visitor.get("/account/plan/change");
  world.paying.fake.declines = true;
  const declined = await visitor.send(page, { plan: "large" });
  assert.deepEqual([declined.code, /declined by the bank/.test(declined.body)], [422, true]);
  world.paying.fake.declines = false;
  world.paying.fake.always = "down";
  const down = await visitor.send(page, { plan: "large" });
  assert.deepEqual([down.code, /Stripe does not answer/.test(down.body)], [503, true]);
  const cards = await visitor.send(await visitor.get("/account/plan/cards"), {});
  assert.deepEqual([cards.code, /<a href="#ask">Stripe does not answer/.test(cards.body)], [503, true]);
  world.paying.fake.always = undefined;
  assert.equal(world.paying.holders.get(account)?.plan, "small");
});

test("M1: who cancels sees what follows when, and can take it back", async () => {
  await using world = await payingWorld();
  const { visitor } = await world.holder();
  const page = await visitor.get("/account/plan/end");
  assert.match(textOf(page.body), /Sunday 10 January 2027, 10:00 UTC: sending stops/);
  assert.match(textOf(page.body), /Tuesday 9 February 2027, 10:00 UTC: receiving stops/);
  assert.match(textOf(page.body), /Thursday 11 March 2027, 10:00 UTC: the account is closed/);
  const ended = await visitor.sendOn(page, {});
  assert.match(ended.body, /It will end with the time that is paid/);
  assert.equal(await standing(world), "ending");
  assert.match(textOf(ended.body), /10 January 2027, 10:00 UTC: sending stops/);
  const back = await visitor.get("/account/plan/end");
  assert.match(back.body, /<h1>Let it go on<\/h1>/);
  assert.match((await visitor.sendOn(back, {})).body, /It goes on/);
  assert.equal(await standing(world), "paid");
});

test("M2: who does not pay is shown the stage and the dates, and pays anew", async () => {
  await using world = await payingWorld();
  const { account, visitor } = await world.holder();
  await visitor.sendOn(await visitor.get("/account/plan/end"), {});
  await world.paying.later(350);
  await world.paying.days(16);
  const { body } = await visitor.get("/account/plan");
  assert.match(body, /class="notice warning"><p>Sending has stopped/);
  assert.match(textOf(body), /receiving stops too/);
  assert.equal(linksIn(body)[0], "/account/plan/pay");
  const running = await visitor.get("/sv/account/plan/pay");
  assert.match(running.body, /Betala och behåll kontot/);
  const ordered = await visitor.send(await visitor.get("/account/plan/pay"), { plan: "large" });
  assert.match(ordered.location ?? "", /^\/account\/paid\/[0-9a-f]{32}$/);
  const pay = await visitor.get(ordered.location ?? "");
  const [, session = ""] = /href="https:[^"]+\/([^"/]+)"><strong>/.exec(pay.body) ?? assert.fail("no link");
  world.paying.fake.ledger.pay(session, "card");
  assert.match((await visitor.get(ordered.location ?? "")).body, /Your account is open/);
  assert.doesNotMatch((await visitor.get("/account/plan")).body, /Sending has stopped/);
  assert.equal(world.paying.holders.get(account)?.plan, "large");
});

test("who has a contract that runs pays nothing twice", async () => {
  await using world = await payingWorld();
  const { visitor } = await world.holder();
  const twice = await visitor.send(await visitor.get("/account/plan/pay"), { plan: "small" });
  assert.deepEqual([twice.code, /Your contract runs/.test(twice.body)], [409, true]);
});

test("cards and invoices: a plain link that is made when it is asked for", async () => {
  await using world = await payingWorld();
  const { visitor } = await world.holder();
  const before = world.paying.fake.requests.length;
  const page = await visitor.get("/account/plan/cards");
  assert.equal(world.paying.fake.requests.length, before);
  const made = await visitor.send(page, {});
  assert.equal(made.code, 200);
  assert.match(made.body, /<a href="https:\/\/billing\.stripe\.com[^"]*"><strong>To your cards/);
});

test("M1: withdrawal takes two steps, tells its time, is acknowledged by mail, and gives the money back", async () => {
  await using world = await payingWorld();
  const { visitor } = await world.holder();
  const first = await visitor.get("/account/plan");
  const link = linksIn(first.body).find((one) => one.includes("withdraw")) ?? assert.fail("no link");
  const second = await visitor.get(link);
  assert.match(textOf(second.body), /You can withdraw until Sunday 25 January 2026, 12:00 UTC/);
  assert.match(textOf(second.body), /read and fetch your mail for 30 days more/);
  const done = await visitor.sendOn(second, {});
  assert.match(textOf(done.body), /we received it on Saturday 10 January 2026, 10:00 UTC/);
  assert.doesNotMatch(done.body, /plan\/(?:change|end|withdraw)|renews itself|Paid until/);
  for (const path of ["change", "end"])
    assert.doesNotMatch((await visitor.get(`/account/plan/${path}`)).body, /<form/, path);
  await world.paying.night();
  assert.ok(world.paying.kinds().includes("withdrawn"));
  assert.ok([...world.paying.fake.ledger.charges.values()].every(({ refunded, amount }) => refunded === amount));
  const again = await visitor.send(second, {});
  assert.equal(again.code, 303);
});

test("after fourteen days nothing can be withdrawn, by the page and by a form that was kept", async () => {
  await using world = await payingWorld();
  const { visitor } = await world.holder();
  const kept = await visitor.get("/account/plan/withdraw");
  await world.paying.days(16);
  assert.doesNotMatch((await visitor.get("/account/plan")).body, /plan\/withdraw/);
  assert.equal((await visitor.get("/account/plan/withdraw")).code, 409);
  const late = await visitor.send(kept, {});
  assert.deepEqual([late.code, /ended on Sunday 25 January 2026, 12:00 UTC/.test(late.body)], [409, true]);
  assert.equal(await standing(world), "paid");
});

test("an account that nobody bought owes nothing, and no form does anything to it", async () => {
  await using world = await payingWorld();
  const { account, visitor } = await world.holder();
  const forms = await Promise.all(
    ["change", "end", "pay", "cards", "withdraw"].map((path) => visitor.get(`/account/plan/${path}`)),
  );
  await world.paying.billing.closed(account);
  assert.match((await visitor.get("/account/plan")).body, /This account was not bought/);
  for (const form of forms) assert.equal((await visitor.send(form, {})).location, "/account/plan", form.path);
  for (const { path } of forms.filter(({ path: one }) => !one.endsWith("cards")))
    assert.equal((await visitor.get(path)).location, "/account/plan", path);
});
