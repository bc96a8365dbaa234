import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import * as fc from "fast-check";
import { HOUR, MINUTE } from "../../host/clock.ts";
import { type AccountId, accountId } from "../../store/ids.ts";
import { watchLimits } from "./watch-limits.ts";
import { createWindows } from "./windows.ts";

const newId = (): AccountId => accountId(randomBytes(16).toString("hex"));
const START = Date.UTC(2026, 2, 1, 12);

test("whatever comes, a window counts what came within its hour, in steps of a slot", () => {
  const signal = fc.record({
    after: fc.integer({ min: 0, max: 20 * MINUTE }),
    kind: fc.constantFrom("accepted" as const, "refused" as const),
    network: fc.integer({ min: 0, max: 5 }).map(String),
  });
  fc.assert(
    fc.property(fc.array(signal, { maxLength: 60 }), (signals) => {
      const windows = createWindows(watchLimits);
      const account = newId();
      const past: { readonly slot: number; readonly kind: string; readonly network: string }[] = [];
      let at = START;
      for (const { after, kind, network } of signals) {
        at += after;
        const slot = Math.floor(at / watchLimits.slotMs);
        past.push({ slot, kind, network });
        const view = windows.add(account, kind, network, at) ?? assert.fail("a signal of now counts");
        const within = past.filter((one) => one.slot > slot - 12);
        for (const one of ["accepted", "refused"] as const) {
          const same = within.filter((signal_) => signal_.kind === one);
          assert.equal(view.count(one), same.length);
          assert.deepEqual(new Set(view.networks(one)), new Set(same.map((signal_) => signal_.network)));
        }
      }
    }),
    { numRuns: 200 },
  );
});

test("a notice that comes late counts in its own slot, one that is an hour late nowhere", () => {
  const windows = createWindows(watchLimits);
  const account = newId();
  windows.add(account, "accepted", "a", START);
  assert.equal(windows.add(account, "accepted", "a", START - 10 * MINUTE)?.count("accepted"), 2);
  assert.equal(windows.add(account, "accepted", "a", START - HOUR), undefined);
  assert.equal(windows.add(account, "accepted", "b", START + 52 * MINUTE)?.count("accepted"), 2);
});

test("memory is bounded in accounts and in networks, and the longest idle account goes first", () => {
  const windows = createWindows({ ...watchLimits, accounts: 10, networks: 4 });
  const accounts = Array.from({ length: 25 }, newId);
  for (const [n, account] of accounts.entries()) windows.add(account, "accepted", "a", START + n);
  assert.equal(windows.size(), 10);
  for (let n = 0; n < 20; n++) windows.add(accounts[24] as AccountId, "accepted", `n${n}`, START + 100);
  assert.equal(windows.add(accounts[24] as AccountId, "accepted", "x", START + 100)?.networks("accepted").size, 4);
  assert.equal(windows.add(accounts[16] as AccountId, "accepted", "a", START + 100)?.count("accepted"), 2);
  assert.equal(windows.add(accounts[3] as AccountId, "accepted", "a", START + 100)?.count("accepted"), 1);
  const habits = windows.takeHabits(START + 2 * HOUR);
  assert.equal(habits.find(({ account }) => account === accounts[24])?.networks, 4);
  assert.equal(windows.size(), 0, "idle for an hour");
});
