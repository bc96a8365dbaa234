import assert from "node:assert/strict";
import { test } from "node:test";
import { matchesPolicy, readPolicy } from "./policy.ts";
import { policyId, policyRecord, policyText } from "./policy-text.ts";
import { readPolicyId } from "./record.ts";

test("RFC 8461 section 3.2: a policy of ours reads as what it was written from", () => {
  for (const mode of ["testing", "enforce", "none"] as const) {
    const policy = readPolicy(policyText(mode, "mail.example.org"));
    assert.equal(policy?.mode, mode);
    assert.ok(policy !== undefined && matchesPolicy(policy, "mail.example.org"));
  }
  const weeks = readPolicy(policyText("enforce", "mail.example.org"))?.maxAgeS ?? 0;
  assert.ok(weeks >= 14 * 86_400 && weeks <= 31_557_600);
});

test("RFC 8461 section 3.1: the id changes with the text, and the record can be read", () => {
  const ids = [policyText("testing", "a.test"), policyText("enforce", "a.test"), policyText("testing", "b.test")].map(
    policyId,
  );
  assert.equal(new Set(ids).size, 3);
  for (const id of ids) assert.equal(readPolicyId([policyRecord(id)]), id);
});
