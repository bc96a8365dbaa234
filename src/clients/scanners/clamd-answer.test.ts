import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { parseScanAnswer, parseVersionAnswer } from "./clamd-answer.ts";

const octets = (text: string): Uint8Array => Buffer.from(text, "latin1");
const scan = (text: string): unknown => parseScanAnswer(octets(text));

test("clamd's words become verdicts", () => {
  assert.deepEqual(scan("stream: OK\0"), { kind: "clean" });
  assert.deepEqual(scan("stream: Win.Test.EICAR_HDB-1 FOUND\0"), { kind: "virus", name: "Win.Test.EICAR_HDB-1" });
  assert.deepEqual(scan("stream: Test.A(0123abcd:68) FOUND\0"), { kind: "virus", name: "Test.A_0123abcd_68_" });
  assert.deepEqual(scan("INSTREAM size limit exceeded. ERROR\0"), { kind: "unscanned", why: "too-large" });
  const limits = { kind: "unscanned", why: "limits" };
  assert.deepEqual(scan("stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND\0"), limits);
  assert.deepEqual(scan("stream: Heuristics.Encrypted.Zip FOUND\0"), { kind: "unscanned", why: "encrypted" });
  assert.equal(scan("stream: Can't allocate memory ERROR\0"), "failed");
  assert.equal(scan("COMMAND READ TIMED OUT\n"), "timeout");
});

test("no other words are a verdict", () => {
  for (const text of ["stream: OK\n", "stream: OK", ""]) assert.equal(scan(text), "closed");
  for (const text of ["OK\0", "stream: ok\0", "stream: OK\0\0", "stream: OK\0stream: OK\0", "stream:  FOUND\0", "\0"])
    assert.equal(scan(text), "garbled");
});

test("a cut answer is no verdict, wherever it is cut", () => {
  for (const whole of ["stream: OK\0", "stream: A.B FOUND\0", "INSTREAM size limit exceeded. ERROR\0"])
    for (let end = 0; end < whole.length; end++) assert.equal(scan(whole.slice(0, end)), "closed");
});

test("a name of a virus is clean and short, whatever clamd sends", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (name) => {
      const verdict = parseScanAnswer(Buffer.concat([octets("stream: "), name, octets(" FOUND\0")]));
      if (typeof verdict !== "string" && verdict.kind === "virus")
        assert.match(verdict.name, /^[A-Za-z0-9_.-]{1,100}$/);
    }),
  );
});

test("no octets make the parsers throw, and only a whole answer calls a message clean", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
      const verdict = parseScanAnswer(noise);
      if (typeof verdict !== "string") assert.notEqual(verdict.kind, "clean");
      parseVersionAnswer(noise);
    }),
  );
});

test("the version says how old the signatures are", () => {
  const version = (text: string): unknown => parseVersionAnswer(octets(text));
  assert.deepEqual(version("ClamAV 1.4.6\0"), { version: "1.4.6", signatures: undefined });
  assert.deepEqual(version("ClamAV 1.4.6/27400/Wed Sep 18 08:30:00 2024\0"), {
    version: "1.4.6",
    signatures: Date.parse("2024-09-18T08:30:00Z"),
  });
  assert.deepEqual(version("ClamAV 1.4.6/27400/Sun Sep  8 08:30:00 2024\0"), {
    version: "1.4.6",
    signatures: Date.parse("2024-09-08T08:30:00Z"),
  });
  assert.deepEqual(version("ClamAV 1.4.6/27400/someday\0"), { version: "1.4.6", signatures: undefined });
  assert.equal(version("ClamAV 1.4.6/27400/Wed Sep"), "closed");
  assert.equal(version("SSH-2.0-OpenSSH\r\n\0"), "garbled");
});
