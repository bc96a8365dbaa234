import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { composeMessage, type PlainMessage } from "./compose.ts";
import { readDate } from "./date.ts";
import { decodeWords } from "./encoded-words.ts";
import { headerFields } from "./header-fields.ts";
import { parseMessage } from "./parse.ts";
import { decodeTree } from "./part.ts";
import { decodeTransfer } from "./transfer-encoding.ts";

const sample: PlainMessage = {
  from: { name: "AltMail", address: "postmaster@example.org" },
  to: { name: "", address: "ada@example.org" },
  subject: "Your mail",
  text: "Good morning,\n\nthis is all.\n",
  date: Date.UTC(2026, 10, 1, 7, 5, 9),
  messageId: "1@mail.example.org",
};

/** What a reader makes of it: the fields decoded, and the body's text. */
function read(octets: Uint8Array): { readonly fields: ReadonlyMap<string, string>; readonly text: string } {
  const { bodyStart, bodyEnd, encoding } = decodeTree(parseMessage(octets).tree);
  const fields = headerFields(octets.subarray(0, bodyStart));
  return {
    fields: new Map(fields.map(({ name, value }) => [name, decodeWords(value)])),
    text: Buffer.from(decodeTransfer(octets.subarray(bodyStart, bodyEnd), encoding)).toString("utf8"),
  };
}

test("a message of ASCII is written as it is read", () => {
  assert.equal(
    Buffer.from(composeMessage(sample)).toString("latin1"),
    [
      "From: AltMail <postmaster@example.org>",
      "To: ada@example.org",
      "Subject: Your mail",
      "Date: Sun, 1 Nov 2026 07:05:09 +0000",
      "Message-ID: <1@mail.example.org>",
      "Auto-Submitted: auto-generated",
      "MIME-Version: 1.0",
      "Content-Type: text/plain; charset=us-ascii",
      "Content-Transfer-Encoding: 7bit",
      "",
      "Good morning,",
      "",
      "this is all.",
      "",
    ].join("\r\n"),
  );
});

test("Swedish text and a Swedish subject come back as they were", () => {
  const text = "Hej!\n\nNågon har läst dina brev. Så här är det: 1 = 1, och raden slutar med blanksteg \n";
  const written = composeMessage({ ...sample, subject: "Någon har öppnat ditt konto på AltMail", text });
  const { fields, text: found } = read(written);
  assert.equal(fields.get("subject"), "Någon har öppnat ditt konto på AltMail");
  assert.equal(found, text.replaceAll("\n", "\r\n"));
  assert.equal(fields.get("content-type"), "text/plain; charset=utf-8");
  assert.equal(parseMessage(written).from, "altmail <postmaster@example.org>");
});

const SUBJECTS = [
  "",
  "=?utf-8?Q?no_word?=",
  "x".repeat(200),
  "word ".repeat(60).trim(),
  "é".repeat(100),
  "🦭 seal",
  "a_b = c? d",
];
test("any text and any subject parse back to the same, in short lines of ASCII", () => {
  const any = fc.string({ unit: "binary", maxLength: 300 });
  const words = fc.array(fc.string({ unit: fc.constantFrom("a", "å", " ", "=", "?", "\n", ".", "-"), maxLength: 40 }));
  const texts = fc.oneof(
    any,
    words.map((list) => list.join(" ")),
  );
  fc.assert(
    fc.property(texts, fc.oneof(any, texts, fc.constantFrom(...SUBJECTS)), any, (text, subject, name) => {
      const octets = composeMessage({ ...sample, text, subject, from: { ...sample.from, name } });
      const lines = Buffer.from(octets).toString("latin1").split("\r\n");
      assert.ok(
        lines.every((line) => line.length <= 78 && /^[\t\x20-\x7e]*$/.test(line)),
        "lines are short and plain",
      );
      const found = read(octets);
      const clean = (value: string): string =>
        value
          .toWellFormed()
          .replace(/[\p{Cc}\s]+/gu, " ")
          .trim();
      assert.equal(found.text, text.toWellFormed().replace(/\r\n?|\n/g, "\r\n"));
      assert.equal(found.fields.get("subject"), clean(subject));
      assert.equal(found.fields.size, 9, "no field came in through a value");
      assert.match(found.fields.get("from") ?? "", /<postmaster@example\.org>$|^postmaster@example\.org$/);
    }),
    { numRuns: 500 },
  );
});

test("the date is what our own reader reads", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4_000_000_000 }), (second) => {
      const { fields } = read(composeMessage({ ...sample, date: second * 1000 }));
      assert.deepEqual(readDate(fields.get("date") ?? ""), { epochMs: second * 1000, zoneMinutes: 0 });
    }),
    { numRuns: 200 },
  );
});

test("an address that could add a field is refused", () => {
  for (const address of ["a@b\r\nBcc: c@d", "å@example.org", "a b@example.org", "a>@example.org", ""]) {
    assert.throws(() => composeMessage({ ...sample, to: { name: "", address } }), RangeError);
    assert.throws(() => composeMessage({ ...sample, messageId: address }), RangeError);
  }
});
