import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { parseCheckAnswer, parseHistory, parseStat } from "./rspamd-answer.ts";

const octets = (text: string): Uint8Array => Buffer.from(text);
const check = (value: unknown): unknown => parseCheckAnswer(octets(JSON.stringify(value)), 2);
const ANSWER = {
  is_skipped: false,
  score: 4.25,
  required_score: 15,
  action: "no action",
  symbols: {
    MIME_GOOD: { name: "MIME_GOOD", score: -0.1, options: ["text/plain"] },
    BAYES_SPAM: { name: "BAYES_SPAM", score: 3.5 },
    R_SPF_NA: { name: "R_SPF_NA", score: -1 },
  },
  urls: ["www.example.com"],
  "message-id": "a@example.org",
};

test("a score and the rules that weigh most are read, and nothing of the message", () => {
  assert.deepEqual(check(ANSWER), {
    score: 4.25,
    isForced: false,
    symbols: [
      { name: "BAYES_SPAM", score: 3.5 },
      { name: "R_SPF_NA", score: -1 },
    ],
  });
});

test("a reject that the score does not explain is an operator's rule", () => {
  const forced = (more: object): unknown => (check({ ...ANSWER, ...more }) as { readonly isForced: boolean }).isForced;
  assert.equal(forced({ action: "reject" }), true);
  assert.equal(forced({ action: "reject", score: 15 }), false);
  assert.equal(forced({ action: "reject", score: 15, is_skipped: true }), true);
  assert.equal(forced({ action: "soft reject" }), false);
});

test("what is no answer is no verdict", () => {
  assert.equal(check({ error: "Cannot process message" }), "failed");
  for (const value of [{}, [], null, 5, "x", { score: "9" }, { score: 9 }, { ...ANSWER, action: 5 }])
    assert.equal(check(value), "garbled");
  for (const text of ["", "[".repeat(100_000), '{"symbols":'.repeat(50_000), "\xff\xfe"])
    assert.equal(parseCheckAnswer(octets(text), 2), "garbled");
  const whole = JSON.stringify(ANSWER);
  for (let end = 0; end < whole.length; end++)
    assert.equal(parseCheckAnswer(octets(whole.slice(0, end)), 2), "garbled");
});

test("hostile names and scores come out clean and bounded", () => {
  const text =
    '{"score":1e999,"action":"x","symbols":{"__proto__":{"score":-1e999},"A\\r\\nX: y":{"score":2},"":{},"B":null}}';
  assert.deepEqual(parseCheckAnswer(octets(text), 9), {
    score: 0,
    isForced: false,
    symbols: [
      { name: "A__X__y", score: 2 },
      { name: "B", score: undefined },
      { name: "__proto__", score: 0 },
    ],
  });
  assert.deepEqual(check({ score: -1e300, action: "x", symbols: { A: { score: 1e300 } } }), {
    score: -10_000,
    isForced: false,
    symbols: [{ name: "A", score: 10_000 }],
  });
});

test("no octets make the parsers throw", () => {
  const noise = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.json().map(octets),
    fc
      .object({ key: fc.constantFrom("score", "action", "symbols", "A", "rows"), maxDepth: 4 })
      .map((value) => octets(JSON.stringify(value))),
  );
  fc.assert(
    fc.property(noise, (value) => {
      const scored = parseCheckAnswer(value, 3);
      if (typeof scored !== "string") {
        assert.ok(Number.isFinite(scored.score) && scored.symbols.length <= 3);
        for (const { name } of scored.symbols) assert.match(name, /^[A-Za-z0-9_.-]{1,64}$/);
      }
      parseStat(value);
      parseHistory(value);
    }),
  );
});

test("statistics and history of the controller", () => {
  assert.deepEqual(parseStat(octets('{"version":"3.4","uptime":1}')), { version: "3.4" });
  assert.deepEqual(parseStat(octets("{}")), { version: undefined });
  assert.equal(parseStat(octets("[]")), "garbled");
  assert.deepEqual(parseHistory(octets("[{},{}]")), { rows: 2 });
  assert.deepEqual(parseHistory(octets('{"version":2,"rows":[{}]}')), { rows: 1 });
  assert.equal(parseHistory(octets("{}")), "garbled");
});
