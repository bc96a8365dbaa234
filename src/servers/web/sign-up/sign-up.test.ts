/** Sign-up as a browser without a script goes through it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../../../../test/world/fake-clock.ts";
import { HOUR } from "../../../host/clock.ts";
import { createAskLimit } from "../../../service/web-access/ask-limit.ts";
import type { Shown, Visitor } from "../account/portal-world.fixture.ts";
import { FILLED_IN, ORIGIN, payingWorld } from "./paying-world.fixture.ts";

/** Asks for a name, and sends the form for the rest. */
async function signUp(visitor: Visitor, typed: Record<string, string> = {}, path = "/account/sign-up"): Promise<Shown> {
  const free = await visitor.send(await visitor.get(path), { name: typed["name"] ?? "anna" });
  assert.equal(free.code, 200, free.body);
  return visitor.send(free, { ...FILLED_IN, ...typed });
}

const referenceIn = (shown: Shown): string => /\/account\/paid\/([0-9a-f]{32})$/.exec(shown.location ?? "")?.[1] ?? "";

test("M1: from a name to an account: the form, the link to Stripe, waiting, open", async () => {
  await using world = await payingWorld();
  const { paying } = world;
  const visitor = world.visitor();
  const ordered = await signUp(visitor, { recovery: "Anna@Elsewhere.example" });
  assert.equal(ordered.code, 303);
  const pay = await visitor.get(ordered.location ?? "");
  const [, url = ""] = /<a href="(https:[^"]+)"><strong>/.exec(pay.body) ?? assert.fail("there is no link to pay");
  assert.doesNotMatch(pay.body, /anna|elsewhere/i);
  const session = url.slice(url.lastIndexOf("/") + 1);
  const row = await paying.store.reservation(referenceIn(ordered));
  assert.equal(row?.signUp?.recovery, "anna@elsewhere.example");
  assert.match(row.signUp.passwordHash, /^\$argon2id\$/);
  assert.equal(row.signUp.language, "en");

  paying.fake.ledger.pay(session, "delayed");
  const waiting = await visitor.get(ordered.location ?? "");
  assert.match(waiting.body, /<h1>Your payment is on its way<\/h1>/);
  assert.match(waiting.body, new RegExp(`<a href="${ordered.location}">Look again</a>`));
  assert.equal(paying.holders.size, 0);

  paying.fake.ledger.settleDelayed(session, true);
  const open = await visitor.get(ordered.location ?? "");
  assert.match(open.body, /<h1>Your account is open<\/h1>/);
  assert.match(open.body, /href="\/account\/log-in"/);
  assert.deepEqual(
    [...paying.holders.values()].map(({ address, plan }) => [address, plan]),
    [["anna@example.test", "small"]],
  );
});

test("D1: the forms ask for an address, a password and what is optional, and for nothing of a person", async () => {
  await using world = await payingWorld();
  const visitor = world.visitor();
  const first = await visitor.get("/account/sign-up");
  const second = await visitor.send(first, { name: "anna" });
  const names = ({ body }: Shown): readonly string[] =>
    Array.from(body.matchAll(/<(?:input|select|textarea)[^>]* name="(\w+)"/g), ([, name = ""]) => name);
  assert.deepEqual([...new Set(names(first))], ["form", "name"]);
  const all = ["form", "whole", "name", "password", "again", "recovery", "plan", "terms", "begin"];
  assert.deepEqual([...new Set(names(second))], all);
  assert.match(second.body, /name="recovery"(?![^>]*required)/);
  assert.match(second.body, /small: €12 a year/);
});

test("what is wrong comes back with what was typed, a sentence for each field, and never a password", async () => {
  await using world = await payingWorld();
  const visitor = world.visitor();
  const wrong = await signUp(visitor, {
    password: "canary-one",
    again: "canary-two",
    recovery: "me@example.test",
    plan: "huge",
    terms: "",
    begin: "",
  });
  assert.equal(wrong.code, 422);
  for (const name of ["again", "recovery", "plan", "terms", "begin"])
    assert.match(wrong.body, new RegExp(`<li><a href="#${name}">`), name);
  assert.match(wrong.body, /value="me@example\.test"/);
  assert.match(wrong.body, /name="name"[^>]* value="anna"/);
  assert.doesNotMatch(wrong.body, /canary/);
  const common = await visitor.send(wrong, { ...FILLED_IN, password: "password1", again: "password1" });
  assert.match(common.body, /<li><a href="#password">Many people use/);
  const madeOfAddress = await visitor.send(common, { ...FILLED_IN, password: "annaanna", again: "annaanna" });
  assert.equal(madeOfAddress.code, 422);
  const right = await visitor.send(madeOfAddress, FILLED_IN);
  assert.equal(right.code, 303);
  assert.doesNotMatch(JSON.stringify([world.portal.logged, world.paying.log, world.portal.site.logged]), /canary/);
});

test("a name that is taken, or is kept for somebody, is not free; names that are kept back are told from the rule", async () => {
  await using world = await payingWorld();
  const visitor = world.visitor();
  world.paying.taken.add("bob@example.test");
  const page = await visitor.get("/account/sign-up");
  const taken = await visitor.send(page, { name: "Bob@example.test" });
  assert.deepEqual([taken.code, /This address is not free/.test(taken.body)], [422, true]);
  for (const name of ["postmaster", "a", "anna+x", "altmail"])
    assert.equal((await visitor.send(page, { name })).code, 422);
  assert.equal((await signUp(visitor)).code, 303);
  const kept = await visitor.send(page, { name: "anna" });
  assert.deepEqual([kept.code, /<li><a href="#name">This address is not free/.test(kept.body)], [422, true]);
  const free = await visitor.send(page, { name: "berta" });
  const whole = await visitor.send(free, { ...FILLED_IN, name: "anna" });
  assert.deepEqual([whole.code, /<li><a href="#name">This address is not free/.test(whole.body)], [422, true]);
});

test("a network that asks for many names is told to wait, and it ends", async () => {
  const names: string[] = [];
  const clock = new FakeClock("2026-01-10T10:30:00Z");
  await using world = await payingWorld({
    names: createAskLimit({ clock, rate: { most: 3, windowMs: HOUR } }),
    isFree: async (address) => {
      names.push(address);
      return false;
    },
  });
  const visitor = world.visitor();
  const page = await visitor.get("/account/sign-up");
  const codes: number[] = [];
  for (const name of ["anna1", "anna2", "anna3", "anna4"]) codes.push((await visitor.send(page, { name })).code);
  assert.deepEqual(codes, [422, 422, 422, 429]);
  assert.equal(names.length, 3);
  await clock.advance(2 * HOUR);
  assert.equal((await visitor.send(page, { name: "anna5" })).code, 422);
});

test("D8: Stripe hears a random reference, a price, and where to come back to", async () => {
  await using world = await payingWorld();
  const visitor = world.visitor();
  const ordered = await signUp(visitor, { name: "canary" }, "/sv/account/sign-up");
  assert.match(ordered.location ?? "", /^\/sv\/account\/paid\//);
  const [checkout] = world.paying.fake.ledger.sessions.values();
  assert.equal(checkout?.successUrl, `${ORIGIN}${ordered.location}`);
  assert.doesNotMatch(JSON.stringify(checkout), /canary/);
  assert.equal(checkout.cancelUrl, `${checkout.successUrl}?back`);
  assert.match((await visitor.get(`${ordered.location}?back`)).body, /Ingenting har betalats/);
});

test("who gives it up is forgotten at once, and the name is free", async () => {
  await using world = await payingWorld();
  const visitor = world.visitor();
  const ordered = await signUp(visitor);
  const over = await visitor.sendOn(await visitor.get(ordered.location ?? ""), {});
  assert.deepEqual([over.code, /<h1>Nothing is waiting here/.test(over.body)], [404, true]);
  assert.equal(await world.paying.store.reservation(referenceIn(ordered)), undefined);
  assert.equal((await signUp(visitor)).code, 303);
});

test("an address of the return page that was never made says no more than one that is over", async () => {
  await using world = await payingWorld();
  const visitor = world.visitor();
  const pages = await Promise.all(
    ["0".repeat(32), "%3Cscript%3E", "%zz", "%00", "x"].map(async (reference) =>
      visitor.get(`/account/paid/${reference}`),
    ),
  );
  for (const { code, body } of pages) assert.deepEqual([code, /<h1>Nothing is waiting here/.test(body)], [404, true]);
});

test("a password that cannot be hashed now, or Stripe out of reach: nothing is kept, and the page says so", async () => {
  let isBusy = true;
  await using world = await payingWorld({
    hash: async () => (isBusy ? undefined : "$argon2id$v=19$m=1,t=1,p=1$c2FsdA$aGFzaA"),
  });
  const visitor = world.visitor();
  const busy = await signUp(visitor);
  assert.deepEqual([busy.code, /Too many people/.test(busy.body)], [503, true]);
  isBusy = false;
  world.paying.fake.faults.push("down");
  const failed = await visitor.send(busy, FILLED_IN);
  assert.deepEqual([failed.code, /Stripe does not answer/.test(failed.body)], [503, true]);
  assert.deepEqual(await world.paying.store.reservations(), []);
});

test("where nothing is sold a code opens an account, once", async () => {
  await using world = await payingWorld({ by: "invitation", plans: [] });
  const code = await world.paying.billing.invite();
  const visitor = world.visitor();
  const typed = { plan: "", begin: "" };
  const none = await signUp(visitor, { ...typed, code: "" });
  assert.match(none.body, /<li><a href="#code">Type the invitation code/);
  const unknown = await visitor.send(none, { ...FILLED_IN, ...typed, code: "aaaa-bbbb" });
  assert.match(unknown.body, /<li><a href="#code">This code is not known/);
  const open = await visitor.sendOn(unknown, { ...FILLED_IN, ...typed, code: code.toUpperCase() });
  assert.match(open.body, /<h1>Your account is open/);
  assert.doesNotMatch(open.body, /paid/);
  assert.equal((await signUp(visitor, { ...typed, name: "bertil", code })).code, 422);
});

test("with several domains the form asks for one of them, and for no other", async () => {
  await using world = await payingWorld({ domains: ["example.test", "post.test"] });
  const visitor = world.visitor();
  const page = await visitor.get("/account/sign-up");
  const second = await visitor.send(page, { name: "anna", domain: "post.test" });
  assert.match(second.body, /anna@post\.test is free/);
  await visitor.send(second, FILLED_IN);
  const other = await visitor.send(page, { name: "anna", domain: "evil.test" });
  assert.match(other.body, /anna@example\.test is free/);
  assert.equal((await world.paying.store.reservations())[0]?.signUp?.address, "anna@post.test");
});

test("poisoned values in any field are refused or shown as text; nothing breaks, and nothing is kept", async () => {
  await using world = await payingWorld();
  const visitor = world.visitor();
  const poison = [
    `"><script>alert(1)</script>`,
    "'; DROP TABLE account; --",
    "anna@example.test\r\nRCPT TO:<x@y.test>",
    "\u0000",
    "\u202eanna",
    "__proto__",
    "x".repeat(1000),
    "{{domain}}",
    "../../etc/passwd",
    "\ud83d\ude42".repeat(100),
  ];
  const page = await visitor.get("/account/sign-up");
  const whole = await visitor.send(page, { name: "anna" });
  for (const value of poison)
    for (const field of ["name", "password", "recovery", "plan"]) {
      const typed = field === "password" ? { password: value, again: "other" } : { [field]: value };
      const { code, body } = await visitor.send(whole, { ...FILLED_IN, ...typed });
      assert.ok([400, 422].includes(code), `${field} ${JSON.stringify(value)} ${code}`);
      assert.doesNotMatch(body, /<script>alert/);
    }
  assert.deepEqual(await world.paying.store.reservations(), []);
  assert.deepEqual(
    world.portal.logged.filter(([name]) => name === "connection.failed"),
    [],
  );
});
