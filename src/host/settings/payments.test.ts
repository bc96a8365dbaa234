import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSettings } from "./read.ts";
import { LEAST, planText, refused } from "./settings-text.fixture.ts";

const PLAN = planText(1200);

test("M1: plans are tables of their own, and payments need all that belongs to them", () => {
  const paid = `${LEAST}
[web]
listen = ["127.0.0.1:8443"]
[site]
serve = true
values = ["phone = +46 8 000 00 00", "operator.sv = Exempel AB"]
[billing]
provider = "stripe"
key-file = "stripe.key"
webhook-secret-file = "webhook.secret"
${PLAN}`;
  const { plans, siteValues } = parseSettings(paid, "/etc/altmail.toml");
  assert.deepEqual(
    plans.map(({ name, quotaBytes, sending }) => [name, quotaBytes, sending.firstsADay]),
    [["Letter", 2 * 2 ** 30, 200]],
  );
  assert.deepEqual(siteValues, [
    { name: "phone", text: "+46 8 000 00 00" },
    { name: "operator", language: "sv", text: "Exempel AB" },
  ]);
  const wrong = (text: string, sentence: RegExp): void => {
    assert.throws(() => parseSettings(text, "/etc/altmail.toml"), sentence);
  };
  wrong(paid.replace("price_1", "1"), /plan needs a price of Stripe's/);
  wrong(paid.replace(PLAN, ""), /line 15: billing\.provider needs at least one table/);
  wrong(paid.replace('key-file = "stripe.key"', ""), /billing\.key-file/);
  wrong(paid.replace("serve = true", "serve = false"), /billing\.provider needs site\.serve/);
  wrong(paid + PLAN, /plan has two tables with the same name/);
  wrong(paid.replace('"stripe"', '"none"'), /plan needs billing\.provider/);
  wrong(paid.replace("serve = true", 'serve = true\norigin = "https://elsewhere.example"'), /site\.origin must be at/);
  wrong(paid.replace("serve = true", 'serve = true\norigin = "http://example.org"'), /site\.origin must be "" or/);
});

test("D8: the key of payments goes to Stripe, encrypted; another server is named on purpose, in the clear on this machine alone", () => {
  const at = (server: string): string => `${LEAST}\n[billing]\nserver = ${JSON.stringify(server)}\n`;
  assert.equal(parseSettings(LEAST, "/etc/altmail.toml").billingServer, "https://api.stripe.com");
  for (const server of ["https://gateway.example.org:8443", "http://127.0.0.1:12111", "http://[::1]:12111"])
    assert.equal(parseSettings(at(server), "/etc/altmail.toml").billingServer, server);
  for (const server of [
    "http://api.stripe.com",
    "http://localhost:12111",
    "http://127.example.org",
    "http://192.0.2.1",
    "https://api.stripe.com/",
    "https://user@api.stripe.com",
    "ftp://127.0.0.1",
    "api.stripe.com",
    "",
  ])
    assert.match(refused(at(server)), /billing\.server must be the beginning of an address.*must not cross a network/);
});

test("a page to pay at lives as long as Stripe allows, with room for clocks that differ", () => {
  const after = (minutes: number): string => `${LEAST}\n[billing]\ncheckout-minutes = ${minutes}\n`;
  assert.equal(parseSettings(after(35), "/etc/altmail.toml").billingCheckoutMinutes, 35);
  for (const minutes of [30, 34, 1431, 1440]) assert.match(refused(after(minutes)), /from 35 to 1430/);
});
