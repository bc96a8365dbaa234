import assert from "node:assert/strict";
import { test } from "node:test";
import { enrolUri, newStepSecret, secretOf, secretText, stepOfCode } from "./one-time-code.ts";
import { newRecoveryCodes, RECOVERY_CODES, recoveryCodeForm, recoveryMark } from "./recovery-code.ts";

const secret = new Uint8Array(Buffer.from("12345678901234567890"));

test("codes are those of RFC 6238 appendix B, in their last six digits", () => {
  for (const [seconds, code] of [
    [59, "287082"],
    [1_111_111_109, "081804"],
    [1_111_111_111, "050471"],
    [1_234_567_890, "005924"],
    [2_000_000_000, "279037"],
    [20_000_000_000, "353130"],
  ] as const)
    assert.equal(stepOfCode(secret, code, seconds * 1000), Math.floor(seconds / 30), code);
});

test("a code is good one step aside, and is told its own step; what is no code is none", () => {
  assert.equal(stepOfCode(secret, "287082", 29_000), 1);
  assert.equal(stepOfCode(secret, "287082", 89_999), 1);
  assert.equal(stepOfCode(secret, "287082", 90_000), undefined);
  assert.equal(stepOfCode(secret, " 287 082 ", 59_000), 1);
  for (const typed of ["", "28708", "2870822", "94287082", "28708a", "٢٨٧٠٨٢", "-28708"])
    assert.equal(stepOfCode(secret, typed, 59_000), undefined, typed);
});

test("a secret has 160 bits, and is told to an app as every app takes it", () => {
  const own = newStepSecret();
  assert.equal(own.length, 20);
  assert.notDeepEqual(own, newStepSecret());
  assert.deepEqual(secretOf(secretText(own)), own);
  for (const text of ["", "AAAA", secretText(own).toLowerCase(), `${secretText(own)}A`])
    assert.equal(secretOf(text), undefined);
  const uri = new URL(enrolUri(secret, { issuer: "mail.example", account: "ada@example.org" }));
  assert.equal(uri.protocol, "otpauth:");
  assert.equal(decodeURIComponent(uri.pathname).endsWith("mail.example:ada@example.org"), true);
  assert.deepEqual(Object.fromEntries(uri.searchParams), {
    issuer: "mail.example",
    secret: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
    algorithm: "SHA1",
    digits: "6",
    period: "30",
  });
});

test("recovery codes are ten of 80 bits, typed in any case; only keyed marks of them rest", () => {
  const codes = newRecoveryCodes();
  assert.equal(new Set(codes).size, RECOVERY_CODES);
  for (const code of codes) {
    assert.match(code, /^[a-z2-7]{4}(?:-[a-z2-7]{4}){3}$/);
    assert.equal(recoveryCodeForm(` ${code.toUpperCase().replaceAll("-", " ")} `), code);
    assert.equal(recoveryMark(secret, code).length, 32);
    assert.notDeepEqual(recoveryMark(secret, code), recoveryMark(newStepSecret(), code));
  }
  for (const typed of ["", "287082", "abcd-efgh-ijkl", "abcd-efgh-ijkl-mno1", "abcd-efgh-ijkl-mnopq"])
    assert.equal(recoveryCodeForm(typed), undefined, typed);
});
