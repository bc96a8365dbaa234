/** Sign-up with values that nobody means well with, through the whole server: no reservation, no fault, and nothing but text. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { FORM_TOKEN } from "../portal/fields.ts";
import { FILLED_IN, PASSWORD, type PayingWorld, payingWorld } from "./paying-world.fixture.ts";

const PATH = "/account/sign-up";
const WHOLE = { ...FILLED_IN, whole: "yes", name: "anna" };

/** Refused with a page, or as no form of ours. */
const REFUSALS = [400, 413, 422];

const NAMES: Readonly<Record<string, string>> = {
  "a tag": "anna+shop",
  "nothing but a tag": "+shop",
  "a tag, escaped": "anna%2bshop",
  "Cyrillic a": "\u0430nna",
  "full-width letters": "\uff41\uff4e\uff4e\uff41",
  "the sign for kelvin, which folds to k": "\u212aate",
  "long s": "a\u017f\u017fa",
  "dotless i": "anna\u0131",
  "Greek omicron": "r\u03bfbin",
  "a combining accent": "anna\u0301",
  "zero width": "an\u200bna",
  "a soft hyphen": "an\u00adna",
  "right to left": "\u202eanna",
  "a byte order mark": "\ufeffan na",
  "half of a pair": "anna\ud83d",
  "line feed": "anna\nbcc: x@y.example",
  "carriage return": "anna\rx",
  "CRLF and a field": "anna\r\nX-Evil: 1",
  NUL: "anna\u0000",
  escape: "anna\u001b[2J",
  delete: "anna\u007f",
  tags: "<b>anna</b>",
  "an attribute": `anna" onfocus="alert(1)" autofocus="`,
  "an entity": "anna&quot;&gt;",
  "a quoted local part": `"anna"`,
  "another domain": "anna@elsewhere.example",
  "two at signs": "anna@@example.test",
  "a route": "@relay.example:anna",
  "a path": "../../secret/root",
  SQL: "anna' OR '1'='1",
  "an object's own": "__proto__",
  "very long": "a".repeat(30_000),
  "ends in a dot": "anna.",
  "two dots": "an..na",
  punycode: "xn--nna-8cd",
  staff: "postmaster",
  "like staff": "p0stmaster",
  "as staff with signs": "post-master",
};

const OTHER: Readonly<Record<string, readonly string[]>> = {
  recovery: [
    "anna@elsewhere.example\r\nBcc: x@y.example",
    "anna@elsewhere.example\nDATA",
    "anna\u0000@elsewhere.example",
    "anna@elsewhere.example, eve@elsewhere.example",
    "<anna@elsewhere.example>",
    "anna@[192.0.2.7]",
    "anna@localhost",
    "anna@mail.example.test",
    "anna@EXAMPLE.TEST.",
    "\u0430nna@elsewhere.example",
    `"><script>alert(1)</script>@elsewhere.example`,
    `anna@${"a".repeat(300)}.example`,
    `${"a".repeat(3000)}@elsewhere.example`,
  ],
  plan: ["", "large\u0000", "SMALL", "small ", "__proto__", "constructor", "price_0", "<script>", "x".repeat(3000)],
  password: [
    "\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000",
    `${PASSWORD}\r\n${PASSWORD}`,
    "x".repeat(3000),
    "\ud83d".repeat(20),
    "\u202e".repeat(20),
  ],
};

async function nothingKept({ paying, portal }: PayingWorld): Promise<void> {
  assert.deepEqual(await paying.store.reservations(), []);
  assert.deepEqual(
    portal.logged.filter(([name]) => name === "connection.failed"),
    [],
    "none of it is a fault",
  );
}

test("no poisoned name is offered or kept", async () => {
  await using world = await payingWorld();
  const visitor = world.visitor();
  const page = await visitor.get(PATH);
  for (const [what, name] of Object.entries(NAMES)) {
    const asked = await visitor.send(page, { name });
    assert.ok(REFUSALS.includes(asked.code), `${what}: ${asked.code}`);
    assert.doesNotMatch(asked.body, /<b>anna|onfocus="alert/, what);
    const sent = await visitor.post(PATH, { ...WHOLE, name, [FORM_TOKEN]: tokenIn(page.body) });
    assert.ok(REFUSALS.includes(sent.code), `${what}: ${sent.code}`);
  }
  await nothingKept(world);
});

for (const [field, values] of Object.entries(OTHER))
  test(`no poisoned value of the field ${field} is kept`, async () => {
    await using world = await payingWorld();
    const visitor = world.visitor();
    const page = await visitor.get(PATH);
    for (const value of values) {
      const typed = field === "password" ? { password: value, again: value } : { [field]: value };
      const sent = await visitor.post(PATH, { ...WHOLE, ...typed, [FORM_TOKEN]: tokenIn(page.body) });
      assert.ok(REFUSALS.includes(sent.code), `${JSON.stringify(value.slice(0, 60))}: ${sent.code}`);
      assert.doesNotMatch(sent.body, /<script>alert/);
    }
    await nothingKept(world);
  });

test("fields that nobody asked for count for nothing, and a tag in a recovery address stays", async () => {
  await using world = await payingWorld();
  const visitor = world.visitor();
  const page = await visitor.get(PATH);
  const recovery = "anna+back@elsewhere.example";
  const more = {
    id: "0".repeat(32),
    account: "1",
    address: "eve@example.test",
    quotaBytes: "9",
    state: "open",
    paid: "yes",
  };
  const sent = await visitor.post(PATH, { ...WHOLE, ...more, recovery, [FORM_TOKEN]: tokenIn(page.body) });
  assert.equal(sent.code, 303, sent.body);
  const [kept, ...others] = await world.paying.store.reservations();
  assert.deepEqual(others, []);
  assert.deepEqual([kept?.signUp?.address, kept?.signUp?.recovery], ["anna@example.test", recovery]);
  assert.notEqual(kept?.reference, more.id);
});

test("where nothing is sold no poisoned code opens an account", async () => {
  await using world = await payingWorld({ by: "invitation", plans: [] });
  const visitor = world.visitor();
  const page = await visitor.get(PATH);
  for (const code of [
    "",
    " ",
    "\u0000",
    "' OR 1=1 --",
    "*",
    "%",
    "__proto__",
    "\n",
    "x".repeat(5000),
    "\u0430bcd-efgh",
  ]) {
    const sent = await visitor.post(PATH, { ...WHOLE, code, [FORM_TOKEN]: tokenIn(page.body) });
    assert.ok(REFUSALS.includes(sent.code), `${JSON.stringify(code.slice(0, 20))}: ${sent.code}`);
  }
  await nothingKept(world);
  assert.equal(await world.portal.home.directory.byAddress("anna@example.test"), undefined);
});

const tokenIn = (body: string): string => /name="form" value="([^"]+)"/.exec(body)?.[1] ?? assert.fail(body);
