import assert from "node:assert/strict";
import { test } from "node:test";
import { taughtMail } from "./taught-mail.ts";

const text = { subject: "", from: "", text: "" };
const of = (...lines: readonly string[]): ReturnType<typeof taughtMail> =>
  taughtMail("m", Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "utf8"), text, "mx.example.com");
const ours =
  "Authentication-Results: MX.example.com; dmarc=pass header.from=shop.test; iprev=pass policy.iprev=192.0.2.7";

test("authors and origin are read from the header of a stored message", () => {
  const { authors, origin } = of(ours, 'From: "ceo@bank.test" <Eve@Shop.test>, Bob <bob@shop.test>');
  assert.deepEqual(authors.length, 2);
  assert.ok(
    authors.every((author) => author.endsWith("@shop.test")),
    "a name that looks like an address is none",
  );
  assert.deepEqual([origin?.author, origin?.isAuthorVerified, origin?.network], ["shop.test", true, "192.0.2"]);
});

test("what other hosts say is not believed; without our field there is no origin", () => {
  const { origin } = of(
    "Authentication-Results: mx.else.test; dmarc=pass header.from=shop.test",
    "From: eve@shop.test",
  );
  assert.equal(origin, undefined);
});

test("domains are compared in A-labels", () => {
  assert.deepEqual(of("From: eve@k\u00f6ln.test").authors, of("From: eve@xn--kln-sna.test").authors);
});

test("hostile headers end soon and give no authors beyond the bound", () => {
  const many = Array.from({ length: 500 }, (_, n) => `From: a${n}@x.test, b${n}@x.test`);
  assert.deepEqual(of(...many).authors, []);
  const empty = Array.from({ length: 19 }, () => "From: ,");
  for (const same of [
    [`From: ${"eve@x.test, ".repeat(30)}bob@y.test`],
    [...empty, "From: eve@x.test", "From: bob@y.test"],
  ])
    assert.deepEqual(of(...same).authors, [], "nobody is the only author of what was not read to its end");
  assert.deepEqual(of("From: eve@x.test, eve@x.test").authors, ["eve@x.test"]);
  const start = performance.now();
  of(...Array.from({ length: 20_000 }, () => "From:a@b.c,a@b.c"), ...Array.from({ length: 20_000 }, () => "From:,"));
  assert.ok(performance.now() - start < 1000);
  const long = "x".repeat(8000);
  assert.deepEqual(of(`From: "${long}" <eve@x.test>`, `From: "${long}" <bob@y.test>`).authors, [
    "eve@x.test",
    "bob@y.test",
  ]);
  assert.deepEqual(of(`From: "${long}" <eve@x.test>`, `From: "${long}${long}" <bob@y.test>`).authors, []);
  assert.deepEqual(of("From: <", "From: @", "Authentication-Results:", "From", ": x").authors, []);
});
