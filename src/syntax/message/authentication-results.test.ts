import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { readAuthenticationResults, writeAuthenticationResults } from "./authentication-results.ts";

test("RFC 8601 appendix B.5: results with comments and versions are read", () => {
  const value =
    'example.com 1; auth=pass (cram-md5) smtp.auth=sender@example.net; spf=fail reason="no (such) host" smtp.mailfrom=example.net; dkim/1=PASS header.b=AbC=';
  assert.deepEqual(readAuthenticationResults(value), {
    server: "example.com",
    results: [
      { method: "auth", result: "pass", reason: undefined, properties: [["smtp.auth", "sender@example.net"]] },
      { method: "spf", result: "fail", reason: "no (such) host", properties: [["smtp.mailfrom", "example.net"]] },
      { method: "dkim", result: "pass", reason: undefined, properties: [["header.b", "AbC="]] },
    ],
  });
});

test("whose a field is stands behind comments and in quotes too", () => {
  for (const value of ["(a;b) mx.test; none", '"mx.test"; none', " mx.test;spf=pass", "mx.test", "mx.test 1"])
    assert.equal(readAuthenticationResults(value)?.server, "mx.test", value);
  for (const value of ["", ";", "(mx.test)", "=mx.test", "(unclosed; mx.test"])
    assert.equal(readAuthenticationResults(value), undefined, value);
});

test("a field is folded, and says so when nothing was looked at", () => {
  assert.equal(
    writeAuthenticationResults({ server: "mx.test", results: [] }),
    "Authentication-Results: mx.test;\r\n none\r\n",
  );
  const long = "a".repeat(60);
  const result = { method: "dkim", result: "fail", reason: "the body was changed" } as const;
  const properties = [
    ["header.d", `${long}.test`],
    ["header.s", long],
  ] as const;
  assert.equal(
    writeAuthenticationResults({ server: "mx.test", results: [{ ...result, properties }] }),
    `Authentication-Results: mx.test;\r\n dkim=fail reason="the body was changed"\r\n  header.d=${long}.test\r\n  header.s=${long}\r\n`,
  );
});

test("whatever a value holds, it stays a value: it comes back, or shows question marks", () => {
  const value = fc.oneof(
    fc.string({ maxLength: 60 }),
    fc.constantFrom("a\r\nBcc: x", 'a";spf=pass', "a\\", "(", "a;b"),
  );
  fc.assert(
    fc.property(value, value, (first, second) => {
      const results = [
        { method: "spf", result: "fail", reason: first, properties: [["smtp.mailfrom", second] as const] },
        { method: "dmarc", result: "none", reason: undefined, properties: [] },
      ];
      const field = writeAuthenticationResults({ server: "mx.test", results });
      assert.match(field, /^Authentication-Results: mx\.test;\r\n(?: [ -~]+\r\n)+$/);
      const unfolded = field.slice("Authentication-Results:".length).replaceAll("\r\n", "");
      const plain = (text: string): string => text.replace(/[^ -~]/g, "?");
      const read = readAuthenticationResults(unfolded);
      assert.deepEqual(read, {
        server: "mx.test",
        results: [
          { ...results[0], reason: plain(first), properties: [["smtp.mailfrom", plain(second)]] },
          { ...results[1] },
        ],
      });
    }),
  );
});

test("reading is total and linear", () => {
  fc.assert(fc.property(fc.uint8Array(), (value) => void readAuthenticationResults(String.fromCharCode(...value))));
  for (const piece of ["(", '"', ";", "=", "a=b;", "a=(", " ", "a/"])
    assert.doesNotThrow(() => readAuthenticationResults(piece.repeat(100_000)));
});

test("of a field so many results and words are read, and whose it is whatever follows", () => {
  const long = readAuthenticationResults(`mx.test; dkim=pass ${"a=b ".repeat(50_000)}; spf=pass`);
  assert.equal(long?.server, "mx.test");
  assert.equal(long?.results.length, 1);
  assert.ok((long?.results[0]?.properties.length ?? 0) < 1334);
  for (const junk of ["=", "a", "= ", ")", '"a"', "a=", "(", ";"])
    assert.equal(readAuthenticationResults(`mx.test; ${junk.repeat(100_000)}`)?.server, "mx.test", junk);
});
