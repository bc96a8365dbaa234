import assert from "node:assert/strict";
import { test } from "node:test";
import { silentBus } from "../../host/bus.ts";
import { type Clock, MINUTE } from "../../host/clock.ts";
import { accountId } from "../../store/ids.ts";
import { LoginMemory } from "./login-memory.ts";
import type { Proven } from "./proof.ts";
import { createRevocations } from "./revocation.ts";

const of = (digit: string): Proven => ({
  account: accountId(digit.repeat(32)),
  proof: { kind: "password", hash: "hash" },
});

/** A clock with room for one timer, which is all that the memory may have. */
function oneTimer(): { readonly clock: Clock; readonly pass: (ms: number) => void; readonly isSet: () => boolean } {
  let now = 0;
  let timer: { readonly at: number; readonly callback: () => void } | undefined;
  const clock: Clock = {
    now: () => now,
    steady: () => now,
    after(delayMs, callback) {
      assert.equal(timer, undefined);
      timer = { at: now + delayMs, callback };
      return {
        [Symbol.dispose]() {
          timer = undefined;
        },
      };
    },
  };
  const pass = (ms: number): void => {
    now += ms;
    while (timer !== undefined && timer.at <= now) {
      const { callback } = timer;
      timer = undefined;
      callback();
    }
  };
  return { clock, pass, isSet: () => timer !== undefined };
}

const bounds = { lifeMs: 15 * MINUTE, entries: 3 };

test("D7: what is 15 minutes old is dropped by itself, without being asked for", () => {
  const { clock, pass, isSet } = oneTimer();
  using memory = new LoginMemory(clock, createRevocations(silentBus), bounds);
  memory.remember(memory.keyOf("a", "x"), of("a"));
  pass(5 * MINUTE);
  memory.remember(memory.keyOf("b", "x"), of("b"));
  pass(10 * MINUTE);
  assert.equal(memory.size, 1);
  assert.equal(memory.recall(memory.keyOf("a", "x")), undefined);
  assert.equal(memory.recall(memory.keyOf("b", "x"))?.account, of("b").account);
  pass(5 * MINUTE);
  assert.equal(memory.size, 0);
  assert.equal(isSet(), false);
});

test("it never holds more than its bound: the oldest goes first", () => {
  const { clock } = oneTimer();
  using memory = new LoginMemory(clock, createRevocations(silentBus), bounds);
  for (const name of ["a", "b", "c", "d"]) memory.remember(name, of(name));
  assert.equal(memory.size, 3);
  assert.equal(memory.recall("a"), undefined);
  memory.remember("b", of("b"));
  memory.remember("e", of("e"));
  assert.equal(memory.recall("c"), undefined, "what is checked anew counts as new");
  assert.notEqual(memory.recall("b"), undefined);
});

test("a revocation drops all that is remembered of the account, and of no other", () => {
  const { clock } = oneTimer();
  const revocations = createRevocations(silentBus);
  using memory = new LoginMemory(clock, revocations, bounds);
  memory.remember("a1", of("a"));
  memory.remember("a2", of("a"));
  memory.remember("b", of("b"));
  revocations.publish(of("a").account, "forget");
  assert.deepEqual([memory.recall("a1"), memory.recall("a2")], [undefined, undefined]);
  assert.notEqual(memory.recall("b"), undefined);
});

test("keys of two processes differ, and so do names and passwords that run together", () => {
  const { clock } = oneTimer();
  using one = new LoginMemory(clock, createRevocations(silentBus), bounds);
  using two = new LoginMemory(clock, createRevocations(silentBus), bounds);
  assert.notEqual(one.keyOf("a", "bc"), two.keyOf("a", "bc"));
  assert.notEqual(one.keyOf("a", "bc"), one.keyOf("ab", "c"));
});
