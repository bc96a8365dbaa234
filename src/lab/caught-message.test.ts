import assert from "node:assert/strict";
import test from "node:test";
import { type Caught, describeCaught } from "./caught-message.ts";

const describe = (header: string, more: Partial<Caught> = {}): string =>
  describeCaught({
    sender: "u1@altmail.test",
    recipients: ["ann@example.org"],
    bytes: 1536,
    beginning: Buffer.from(`${header.replaceAll("\n", "\r\n")}\r\n\r\nSubject: of the body\r\n`),
    time: Date.parse("2026-11-21T12:00:00"),
    ...more,
  });

test("a message is told in four lines: when, how large, whose signatures, from, to, subject", () => {
  const signature = (s: string, d: string): string => `DKIM-Signature: v=1; a=x;\n d=${d};\n s=${s}; bh=s=no\n`;
  const header = `${signature("r1", "altmail.test")}${signature("e1", "altmail.test")}Subject: =?utf-8?q?gr=C3=BC=C3=9Fe?=`;
  assert.equal(
    describe(header),
    `
12:00:00  left for the world: 1.5 KiB, signed by r1 and e1 of altmail.test
  from     u1@altmail.test
  to       ann@example.org
  subject  grüße
`,
  );
  const two = describe(`${signature("r1", "a.test")}${signature("r2", "b.test")}`);
  assert.match(two, /signed by r1 of a\.test, r2 of b\.test$/m);
});

test("a report without sender, many recipients, no signature, no subject", () => {
  const recipients = ["a", "b", "c", "d", "e"].map((name) => `${name}@example.org`);
  const told = describe("To: x", { sender: "", recipients, bytes: 900 });
  assert.match(told, /: 900 octets, not signed$/m);
  assert.match(told, /^ {2}from {5}<> \(nobody, as reports are\)$/m);
  assert.match(told, /^ {2}to {7}a@example\.org, b@example\.org, c@example\.org and 2 more$/m);
  assert.match(told, /^ {2}subject {2}$/m);
});

test("nothing of a sender is obeyed by the terminal, makes a line, or is long", () => {
  const evil = "\u001B[31m\u0007\u009B2J\u202Ex\u2028y\nz\u0000";
  const hidden = `=?utf-8?b?${Buffer.from(evil).toString("base64")}?=`;
  const header = `DKIM-Signature: s=${evil.replace("\n", "")}; d=\u001B]0;x\nSubject: ${hidden} ${"w".repeat(3000)}\u{1F600}`;
  const told = describe(header, { sender: `"${evil}"@example.org`, recipients: [`${evil}@example.org`] });
  assert.doesNotMatch(told.replaceAll("\n", ""), /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  const lines = told.split("\n");
  assert.equal(lines.length, 6);
  for (const line of lines) assert.ok(line.length < 200, line);
  assert.match(told, /\.\.\.\n$/);
});
