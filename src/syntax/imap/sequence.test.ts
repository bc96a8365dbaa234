import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { EMPTY, fromNumbers, type NumberSet, numbers, range } from "../bytes/number-set.ts";
import type { SequenceSet } from "./command.ts";
import { Cursor } from "./cursor.ts";
import { encodeSet } from "./encode.ts";
import { isWithin, readSequenceSet, resolve } from "./sequence.ts";

const read = (text: string): SequenceSet => readSequenceSet(new Cursor(Buffer.from(text)));
const named = (text: string, existing: NumberSet): number[] => [...numbers(resolve(read(text), existing))];

test("RFC 9051 section 9: the examples of sequence-set", () => {
  assert.deepEqual(named("2,4:7,9,12:*", range(1, 15)), [2, 4, 5, 6, 7, 9, 12, 13, 14, 15]);
  assert.deepEqual(named("*:4,5:7", range(1, 10)), [4, 5, 6, 7, 8, 9, 10]);
  assert.deepEqual(named("4:2", range(1, 10)), named("2:4", range(1, 10)));
  assert.deepEqual(named("3291:*", fromNumbers([5, 9, 2000])), [2000]);
});

test("`*` is the highest that exists, and nothing in an empty mailbox", () => {
  assert.deepEqual(named("*", fromNumbers([3, 8])), [8]);
  assert.deepEqual(named("*:*", fromNumbers([3, 8])), [8]);
  assert.deepEqual(named("1:*", EMPTY), []);
  assert.deepEqual(named("8:*", fromNumbers([3, 8])), [8]);
});

test("what does not exist is not named", () => {
  assert.deepEqual(named("1:4294967295", fromNumbers([3, 8])), [3, 8]);
  assert.deepEqual(named("4:7", fromNumbers([3, 8])), []);
});

test("message numbers beyond the last are noticed, `n:*` is let pass", () => {
  assert.equal(isWithin(read("1:3,2"), 3), true);
  assert.equal(isWithin(read("4"), 3), false);
  assert.equal(isWithin(read("2:4"), 3), false);
  assert.equal(isWithin(read("4:*"), 3), true);
  assert.equal(isWithin(read("*"), 0), false);
});

test("what is written is read back", () => {
  const members = fc.uniqueArray(fc.integer({ min: 1, max: 4294967295 }), { minLength: 1, maxLength: 30 });
  const near = fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(fc.oneof(members, near), (list) => {
      const set = fromNumbers(list);
      assert.deepEqual(resolve(read(encodeSet(set)), range(1, 4294967295)), set);
    }),
  );
});
