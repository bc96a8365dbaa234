/** Links from the letter to the button, and what replay, haste and forgery get. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { HOUR } from "../../host/clock.ts";
import { createAccountLinks } from "./account-links.ts";
import { accessWorld, anna, bo } from "./web-access-world.fixture.ts";

type Purpose = "password-reset" | "close-account";
const LINK = { purpose: "password-reset", account: anna, payload: "keep" } as const;
const GIVEN = { account: anna, payload: "keep" };

test("a link is looked at without being used, claimed once, and then good for nothing", async () => {
  await using world = await accessWorld();
  const links = createAccountLinks<Purpose>(world);
  const token = await links.make(LINK);
  assert.match(token, /^[A-Za-z0-9_-]{43}$/);
  for (let n = 0; n < 3; n++) assert.deepEqual(await links.look("password-reset", token), GIVEN);
  assert.deepEqual(await links.claim("password-reset", token), GIVEN);
  assert.equal(await links.claim("password-reset", token), undefined);
  assert.equal(await links.look("password-reset", token), undefined);
});

test("of two workers that are asked at once, one acts", async () => {
  await using world = await accessWorld();
  const here = createAccountLinks<Purpose>(world);
  const there = createAccountLinks<Purpose>({ ...world, store: await world.other() });
  const token = await here.make(LINK);
  const claims = await Promise.all([here, there, here, there].map((one) => one.claim("password-reset", token)));
  assert.equal(claims.filter((claim) => claim !== undefined).length, 1);
});

test("a link is over after an hour", async () => {
  await using world = await accessWorld();
  const links = createAccountLinks<Purpose>(world);
  const token = await links.make(LINK);
  await world.clock.advance(HOUR - 1);
  assert.deepEqual(await links.look("password-reset", token), GIVEN);
  await world.clock.advance(1);
  assert.equal(await links.look("password-reset", token), undefined);
  assert.equal(await links.claim("password-reset", token), undefined);
});

test("a token of one purpose does nothing for another, and what is no token never reaches the store", async () => {
  await using world = await accessWorld();
  let asked = 0;
  const ask = async (): Promise<undefined> => void asked++;
  const store = { ...world.store, link: ask, claimLink: ask };
  const deaf = createAccountLinks<Purpose>({ ...world, store });
  for (const text of [
    "",
    "x",
    "x".repeat(44),
    `${"x".repeat(42)}\n`,
    "%00".repeat(15),
    "x".repeat(1e6),
    "é".repeat(43),
  ]) {
    assert.equal(await deaf.look("password-reset", text), undefined);
    assert.equal(await deaf.claim("password-reset", text), undefined);
  }
  assert.equal(asked, 0);
  const links = createAccountLinks<Purpose>(world);
  const token = await links.make(LINK);
  assert.equal(await links.claim("close-account", token), undefined);
  assert.equal(
    await links.claim("password-reset", `${token.slice(0, -1)}${token.endsWith("A") ? "B" : "A"}`),
    undefined,
  );
  assert.deepEqual(await links.claim("password-reset", token), GIVEN);
});

test("nobody's mailbox is flooded: three live at most, and using one ends those beside it", async () => {
  await using world = await accessWorld();
  const links = createAccountLinks<Purpose>(world);
  const tokens = [await links.make(LINK), await links.make(LINK), await links.make(LINK)];
  assert.equal(new Set(tokens).size, 3);
  assert.equal(await links.make(LINK), "too-many");
  assert.match(await links.make({ ...LINK, purpose: "close-account" }), /^.{43}$/);
  assert.match(await links.make({ ...LINK, account: bo }), /^.{43}$/);
  assert.deepEqual(await links.claim("password-reset", tokens[1] ?? ""), GIVEN);
  assert.equal(await links.look("password-reset", tokens[0] ?? ""), undefined);
  assert.match(await links.make(LINK), /^.{43}$/);
  await links.endAll(anna);
  assert.match(await links.make(LINK), /^.{43}$/);
  await world.clock.advance(HOUR);
  for (let n = 0; n < 3; n++) assert.match(await links.make(LINK), /^.{43}$/);
});

test("a link that was made is there after a stop, and one that was claimed is not", async () => {
  await using world = await accessWorld();
  const [kept, used] = [
    await createAccountLinks<Purpose>(world).make(LINK),
    await createAccountLinks<Purpose>(world).make({ ...LINK, purpose: "close-account" }),
  ];
  await createAccountLinks<Purpose>(world).claim("close-account", used);
  await world.store[Symbol.asyncDispose]();
  const again = createAccountLinks<Purpose>({ ...world, store: await world.other() });
  assert.deepEqual(await again.look("password-reset", kept), GIVEN);
  assert.equal(await again.claim("close-account", used), undefined);
});

test("a payload is bounded", async () => {
  await using world = await accessWorld();
  await assert.rejects(
    createAccountLinks<Purpose>(world).make({ ...LINK, payload: "å".repeat(2049) }),
    (error) => error instanceof RangeError,
  );
});
