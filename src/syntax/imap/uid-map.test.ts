import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { EMPTY, fromNumbers, numbers, range } from "../bytes/number-set.ts";
import { UidMap } from "./uid-map.ts";

const someUids = fc.uniqueArray(fc.integer({ min: 1, max: 80 }), { maxLength: 50 });

test("message numbers are the ranks of UIDs, both ways", () => {
  fc.assert(
    fc.property(someUids, (list) => {
      const sorted = list.toSorted((a, b) => a - b);
      const map = new UidMap(fromNumbers(list));
      for (let n = 0; n <= 82; n++) {
        assert.equal(map.uidAt(n), sorted[n - 1]);
        assert.equal(map.seqOf(n), sorted.includes(n) ? sorted.indexOf(n) + 1 : undefined);
      }
      assert.equal(map.seqs.size, list.length);
    }),
  );
});

test("sets are translated member by member; what is not there is passed over", () => {
  fc.assert(
    fc.property(someUids, someUids, (list, picked) => {
      const sorted = list.toSorted((a, b) => a - b);
      const map = new UidMap(fromNumbers(list));
      const wanted = fromNumbers(picked);
      const byNumber = sorted.filter((_, i) => picked.includes(i + 1));
      assert.deepEqual(map.uidsOf(wanted), fromNumbers(byNumber));
      const ranks = sorted.flatMap((uid, i) => (picked.includes(uid) ? [i + 1] : []));
      assert.deepEqual(map.seqsOf(wanted), fromNumbers(ranks));
    }),
  );
});

test("an empty mailbox has no numbers", () => {
  const map = new UidMap(EMPTY);
  assert.equal(map.uidAt(1), undefined);
  assert.equal(map.seqOf(1), undefined);
  assert.equal(map.uidsOf(range(1, 9)).size, 0);
  assert.equal(map.seqsOf(range(1, 9)).size, 0);
});

test("a mailbox of 100,000 messages in as many ranges stays cheap", () => {
  const uids = fromNumbers(Array.from({ length: 100_000 }, (_, i) => 2 * i + 1));
  const map = new UidMap(uids);
  const started = performance.now();
  assert.deepEqual(map.seqsOf(map.uidsOf(map.seqs)), map.seqs);
  assert.deepEqual([...numbers(map.seqsOf(range(1, 9)))], [1, 2, 3, 4, 5]);
  for (let seq = 1; seq <= 100_000; seq++) assert.ok(map.seqOf(map.uidAt(seq) ?? 0) === seq);
  assert.ok(performance.now() - started < 2000);
});
