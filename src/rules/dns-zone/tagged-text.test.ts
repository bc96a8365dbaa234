import assert from "node:assert/strict";
import { test } from "node:test";
import { readTagged } from "./tagged-text.ts";

test("the one record of a version is read, others do not count", () => {
  const found = readTagged(["v=spf1 -all", "v=DMARC1; p = none ;rua=mailto:a@example.org;"], "DMARC1");
  assert.ok(found.kind === "tags");
  assert.deepEqual(Object.fromEntries(found.tags), { v: "DMARC1", p: "none", rua: "mailto:a@example.org" });
});

test("RFC 7489 section 6.6.3: none, several and broken are told apart", () => {
  assert.equal(readTagged(["v=DMARC12; p=none"], "DMARC1").kind, "none");
  assert.equal(readTagged(["v=DMARC1; p=none", "v=DMARC1; p=reject"], "DMARC1").kind, "several");
  assert.equal(readTagged(["v=DMARC1; p"], "DMARC1").kind, "broken");
  assert.equal(readTagged(["v=DMARC1; p=none; p=reject"], "DMARC1").kind, "broken");
});
