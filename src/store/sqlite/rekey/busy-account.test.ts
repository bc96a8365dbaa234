import assert from "node:assert/strict";
import { test } from "node:test";
import { ALICE, busOf, deliveryOf, factsOf, home } from "../mail/test-home.ts";
import type { SqliteMailStore } from "../mail/mail-store.ts";

test("D5: an account into which two workers store mail without a pause gets another key again and again, and loses none", async () => {
  await using at = await home();
  const bus = busOf();
  const [one, two] = [at.open({ bus: bus.join() }), at.open({ bus: bus.join() })];
  await one.create(ALICE, { quotaBytes: 1e9 });
  const over = new AbortController();
  let stored = 0;
  const storing = [one, one, two, two].map(async (store: SqliteMailStore) => {
    while (!over.signal.aborted) {
      stored += 1;
      await store.write(ALICE).deliver(deliveryOf(`number ${stored}`));
    }
  });
  const keys = new Set<string | undefined>();
  for (let n = 0; n < 3; n++) {
    await one.rekey(ALICE);
    keys.add(at.keys.get(ALICE)?.toHex());
  }
  over.abort();
  await Promise.all(storing);
  assert.equal(keys.size, 3);
  assert.equal((await factsOf(two)).length, stored);
  assert.deepEqual(await one.check(ALICE), []);
});
