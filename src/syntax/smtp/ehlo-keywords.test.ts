import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { noExtensions, parseEhlo } from "./ehlo-keywords.ts";

test("every extension that we use is read, in any case, and others are passed over", () => {
  const lines = [
    "SIZE.example.net greets",
    "pipelining",
    "SIZE 52428800",
    "8BITMIME",
    "SMTPUTF8",
    "chunking",
    "BINARYMIME",
    "DSN",
    "STARTTLS",
    "REQUIRETLS",
    "AUTH plain LOGIN",
    "AUTH=CRAM-MD5",
    "LIMITS RCPTMAX=20 MAILMAX=5 RCPTDOMAINMAX=1 FUTURE=1",
    "X-WHATEVER 1 2",
  ];
  assert.deepEqual(parseEhlo(lines), {
    pipelining: true,
    size: { maxBytes: 52_428_800 },
    eightBitMime: true,
    smtpUtf8: true,
    chunking: true,
    binaryMime: true,
    dsn: true,
    startTls: true,
    requireTls: true,
    auth: new Set(["PLAIN", "LOGIN", "CRAM-MD5"]),
    limits: { mailMax: 5, rcptMax: 20, rcptDomainMax: 1 },
  });
});

test("the greeting offers nothing, and what is not in form is not offered", () => {
  assert.deepEqual(parseEhlo(["PIPELINING"]), noExtensions);
  assert.deepEqual(parseEhlo([]), noExtensions);
  const odd = parseEhlo(["x", "SIZE 0", "BINARYMIME", "LIMITS RCPTMAX=0 MAILMAX=-1 RCPTDOMAINMAX=9e9", "AUTH"]);
  assert.deepEqual(odd, { ...noExtensions, size: { maxBytes: undefined } });
  for (const size of ["SIZE", "SIZE x", "SIZE 99999999999999999999"])
    assert.deepEqual(parseEhlo(["x", size]).size, { maxBytes: undefined }, size);
});

test("no lines make it throw", () => {
  const words = fc.constantFrom("SIZE", "LIMITS", "AUTH", "AUTH=", "RCPTMAX=", "1", " ", "=", "é");
  const line = fc.oneof(
    fc.array(words).map((list) => list.join(" ")),
    fc.string(),
  );
  fc.assert(fc.property(fc.array(line), (lines) => void parseEhlo(lines)));
});
