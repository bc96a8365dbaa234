/** What is stored of an examined message: octets exact, and what the parser would say of them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { contentOf } from "../../store/content-of.ts";
import type { ContentSource } from "../../store/mail-store.ts";
import { parseMessage } from "../../syntax/message/parse.ts";
import { heldHeader, markedMail, MAX_HEADER_BYTES } from "./marked-mail.ts";

const TRACE = "Return-Path: <a@b>\r\nReceived: from x ([192.0.2.7])\r\n\tby y with SMTP id z;\r\n\tnow\r\n";
const ADDED = ["X-Spam-Verdict: Junk,\r\n rule=policy; reason\r\n", "Authentication-Results: mx; spf=pass\r\n"];

function cut(bytes: Uint8Array, step: number): ContentSource {
  return {
    size: bytes.length,
    bytes: undefined,
    async *pieces() {
      for (let at = 0; at < bytes.length; at += step) yield bytes.subarray(at, at + step);
    },
  };
}

async function octetsOf(content: ContentSource): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of content.pieces()) pieces.push(new Uint8Array(piece));
  return Buffer.concat(pieces).toString("latin1");
}

/** Marks a message, in memory and from pieces, and holds what comes out against the parser. */
async function marked(text: string, forged: readonly string[] = ["x-spam-status"]): Promise<string> {
  const bytes = Buffer.from(TRACE + text, "latin1");
  const derived = parseMessage(bytes);
  const results: string[] = [];
  for (const content of [contentOf(bytes), cut(bytes, 7), cut(bytes, 1000)]) {
    const header = (await heldHeader({ content, derived }, TRACE.length)) ?? assert.fail("too large");
    const added = ADDED.map((field) => Buffer.from(field));
    const whole = await markedMail({ content, derived }, header, added, ({ name }) => forged.includes(name));
    const octets = await octetsOf(whole.content);
    assert.equal(whole.content.size, octets.length);
    assert.deepEqual(whole.derived, parseMessage(Buffer.from(octets, "latin1")));
    results.push(octets);
  }
  const [first = ""] = results;
  assert.ok(results.every((one) => one === first));
  return first;
}

const [path = "", received = ""] = TRACE.split(/(?<=>\r\n)/);

test("fields stand below Return-Path, forged ones are out with their folds, all else keeps its octets", async () => {
  const text =
    "X-Spam-Status: No,\r\n score=0\r\nSubject:  x\r\nno field\r\nX-Spam-Status: No\r\nTo: y\r\n\r\nbody\r\n";
  assert.equal(
    await marked(text),
    `${path}${ADDED.join("")}${received}Subject:  x\r\nno field\r\nTo: y\r\n\r\nbody\r\n`,
  );
});

test("parts keep their places in the text, however deep", async () => {
  const inner =
    "Content-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\n\r\none\r\n--i\r\nX-Spam-Status: inner\r\n\r\ntwo\r\n--i--\r\n";
  const text =
    "X-Spam-Status: No\r\nContent-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\n\r\nfirst\r\n--o\r\n" +
    `Content-Type: message/rfc822\r\n\r\nSubject: in\r\nX-Spam-Status: kept\r\n${inner}\r\n--o--\r\n`;
  const stored = await marked(text);
  assert.ok(stored.endsWith(text.slice("X-Spam-Status: No\r\n".length)));
});

test("messages without body, without header, without anything are stored too", async () => {
  for (const text of [
    "",
    "\r\n",
    "\r\nbody",
    "Subject: x",
    "X-Spam-Status: No",
    "X-Spam-Status: No\r\n",
    " fold\r\n\r\nx",
  ])
    assert.equal(
      await marked(text),
      `${path}${ADDED.join("")}${received}${text.replace(/^X-Spam-Status: No(\r\n)?/, "")}`,
    );
});

test("a header that grows beyond what the parser looks at is parsed as it is stored; one that comes so large is not held", async () => {
  const end = "Subject: behind\r\n\r\n";
  const fill = MAX_HEADER_BYTES - TRACE.length - "X: \r\n".length - "X-Spam-Status: No\r\n".length - end.length;
  const text = `X: ${"x".repeat(fill)}\r\nX-Spam-Status: No\r\n${end}body`;
  assert.ok(!(await marked(text)).includes("X-Spam-Status"));
  const bytes = Buffer.from(`${TRACE}X: ${"y".repeat(MAX_HEADER_BYTES)}\r\n\r\n`);
  assert.equal(await heldHeader({ content: contentOf(bytes), derived: parseMessage(bytes) }, TRACE.length), undefined);
});

test("whatever comes, what is stored is derived from what is stored", async () => {
  const line = fc.constantFrom(
    "Subject: s",
    "X-Spam-Status: No",
    " folded",
    "no field",
    "Content-Type: multipart/mixed; boundary=b",
    "Content-Type: message/rfc822",
    "--b",
    "--b--",
    "",
    "-",
    "text",
    "From: a@b",
  );
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 12 }), fc.boolean(), async (lines, ends) => {
      await marked(lines.join("\r\n") + (ends ? "\r\n" : ""));
    }),
    { numRuns: 300 },
  );
});
