import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock, turns } from "../../test/world/fake-clock.ts";
import { sampleAccount } from "../store/contract/directory-contract.ts";
import { accountId } from "../store/ids.ts";
import { findOrphans, orphans, type Places } from "./orphans.ts";

const record = sampleAccount("ada@example.org");
const closing = sampleAccount("bob@example.org", { state: "closing" });
const stray = accountId("5".repeat(32));
const whole: Places = {
  records: [record, closing],
  keys: [record.id],
  files: { accounts: [record.id], logs: [], strangers: [] },
};
const lone: Places = {
  records: [record, closing],
  keys: [stray],
  files: { accounts: [stray], logs: [], strangers: ["ab/x"] },
};

test("an account is its record, its key and its file; one that is being deleted may lack two", () => {
  assert.deepEqual(orphans(whole), []);
  assert.deepEqual(orphans(lone), [
    { rule: "a record has its key", detail: `account ${record.id}` },
    { rule: "a record has its file", detail: `account ${record.id}` },
    { rule: "a key has its record", detail: `account ${stray}` },
    { rule: "a file has its record", detail: `account ${stray}` },
    { rule: "a file belongs to an account", detail: "ab/x" },
  ]);
});

test("what stands alone only while an account is being made is no finding", async () => {
  for (const [second, count] of [
    [whole, 0],
    [lone, 5],
  ] as const) {
    const clock = new FakeClock("2026-01-01T00:00:00Z");
    const looks = [lone, second];
    const found = findOrphans(async () => looks.shift() ?? whole, clock);
    await turns(3);
    await clock.advance(10_000);
    assert.equal((await found).length, count);
  }
});
