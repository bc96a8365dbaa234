import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { parseSymbolsAnswer, parseTellAnswer, parseVersion } from "./spamd-answer.ts";

const octets = (text: string): Uint8Array => Buffer.from(text, "latin1");
const symbols = (text: string): unknown => parseSymbolsAnswer(octets(text), 3);
const OK = "SPAMD/1.1 0 EX_OK\r\n";
const WHOLE = `${OK}Content-length: 20\r\nSpam: True ; 1000.5 / 5.0\r\n\r\nGTUBE,B_C,B_A,NO,ODD`;

test("a score and the names of rules are read", () => {
  assert.deepEqual(symbols(WHOLE), {
    score: 1000.5,
    symbols: ["B_A", "B_C", "GTUBE"].map((name) => ({ name, score: undefined })),
  });
  assert.deepEqual(symbols(`${OK}Content-length: 2\r\nSpam: False ; -0.1 / 5.0\r\n\r\n\r\n`), {
    score: -0.1,
    symbols: [],
  });
});

test("a cut answer is no verdict, wherever it is cut", () => {
  for (let end = 0; end < WHOLE.length; end++) assert.equal(symbols(WHOLE.slice(0, end)), "closed");
});

test("refusals of spamd are failures, and other words are no answers", () => {
  assert.equal(symbols("SPAMD/1.0 76 Bad header line: (Content-Length mismatch)\r\n"), "failed");
  assert.equal(symbols("SPAMD/1.1 79 EX_TIMEOUT\r\n\r\n"), "failed");
  for (const text of [
    "HTTP/1.1 200 OK\r\n\r\n",
    "nonsense",
    "SPAMD/1.1 zero EX_OK\r\n\r\n",
    `${OK}Content-length: 0\r\n\r\n`,
    `${OK}Spam: False ; 1.0 / 5.0\r\n\r\nA`,
    `${OK}Content-length: 1\r\nSpam: False ; 1e3 / 5.0\r\n\r\nA`,
    `${OK}Content-length: 1\r\nSpam: False ; NaN / 5.0\r\n\r\nA`,
    `${OK}Content-length: -1\r\nSpam: False ; 1.0 / 5.0\r\n\r\nA`,
    `${OK}Content-length: 1\r\nSpam: False ; 1.0 / 5.0\r\n\r\nAB`,
  ])
    assert.equal(symbols(text), "garbled", text);
});

test("what was learnt is read; EX_OK alone means that nothing was", () => {
  assert.deepEqual(parseTellAnswer(octets(`${OK}DidSet: local\r\n\r\n\r\n`)), { isLearned: true });
  assert.deepEqual(parseTellAnswer(octets(`${OK}DidRemove: local\r\n\r\n\r\n`)), { isLearned: false });
  assert.deepEqual(parseTellAnswer(octets(`${OK}\r\n\r\n`)), { isLearned: false });
  assert.equal(
    parseTellAnswer(octets("SPAMD/1.0 69 Service Unavailable: TELL commands are not enabled\r\n")),
    "failed",
  );
  assert.equal(parseTellAnswer(octets(`${OK}DidSet: local\r\n`)), "closed");
});

test("the version stands in the message that comes back", () => {
  const body = "Subject: x\r\nX-Spam-Checker-Version: SpamAssassin 4.0.1 (2024-03-26) on host\r\n\r\n";
  assert.deepEqual(parseVersion(octets(`${OK}Content-length: ${body.length}\r\n\r\n${body}`)), { version: "4.0.1" });
  assert.deepEqual(parseVersion(octets(`${OK}Content-length: 0\r\n\r\n`)), { version: undefined });
});

test("no octets make the parsers throw, and what comes out is bounded and clean", () => {
  const noise = fc.uint8Array({ maxLength: 300 }).map((value) => Buffer.from(value).toString("latin1"));
  fc.assert(
    fc.property(noise, fc.nat({ max: 400 }), noise, (head, length, body) => {
      for (const text of [
        head,
        `${OK}${head}\r\n\r\n${body}`,
        `${OK}Content-length: ${length}\r\nSpam: True ; 9.0 / 5.0\r\n\r\n${body}`,
      ]) {
        parseTellAnswer(octets(text));
        parseVersion(octets(text));
        const scored = parseSymbolsAnswer(octets(text), 5);
        if (typeof scored === "string") continue;
        assert.ok(scored.symbols.length <= 5);
        for (const { name } of scored.symbols) assert.match(name, /^[A-Za-z0-9_.-]{1,64}$/);
      }
    }),
  );
});
