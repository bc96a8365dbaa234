/** The quota's marks at rest: they live as long as the file, and no ordinary mail writes them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import type { AccountId } from "../../ids.ts";
import { ALICE, ALL, deliveryOf, home, inboxOf } from "./test-home.ts";

test("who was not told of a line before the service ended is told when the account is opened again", async () => {
  await using at = await home();
  const dying = at.open();
  await dying.create(ALICE, { quotaBytes: 1000 });
  await dying.write(ALICE).deliver(deliveryOf("x".repeat(1000)));
  const marks = await dying.read(ALICE).quotaMarks();
  await dying[Symbol.asyncDispose]();

  const next = at.open();
  const heard: AccountId[] = [];
  using _listening = next.onQuotaCrossed((account) => heard.push(account));
  assert.deepEqual(await next.read(ALICE).quotaMarks(), marks);
  await turn();
  assert.deepEqual(heard, [ALICE]);
  await next.write(ALICE).quotaTold(marks.crossedAt ?? assert.fail("nothing was crossed"));
  await next[Symbol.asyncDispose]();

  const last = at.open();
  using _other = last.onQuotaCrossed(() => assert.fail("nobody is to be told twice"));
  assert.equal((await last.read(ALICE).quotaMarks()).fullSince, marks.fullSince);
  await turn();
});

test("the pass through idle accounts finds who was not told", async () => {
  await using at = await home();
  const dying = at.open();
  await dying.create(ALICE, { quotaBytes: 1000 });
  await dying.write(ALICE).deliver(deliveryOf("x".repeat(1000)));
  await dying[Symbol.asyncDispose]();
  const next = at.open();
  const heard: AccountId[] = [];
  using _listening = next.onQuotaCrossed((account) => heard.push(account));
  await next.expireDeliveries(new AbortController().signal);
  await turn();
  assert.deepEqual(heard, [ALICE]);
});

test("mail that crosses no line leaves the account's row alone", async () => {
  await using at = await home();
  const store = at.open();
  await store.create(ALICE, { quotaBytes: 10_000 });
  await store.write(ALICE).deliver(deliveryOf("one"));
  at.look((db) =>
    db.exec(
      "CREATE TRIGGER guard BEFORE UPDATE OF quota_line, line_crossed, full_since ON account BEGIN SELECT raise(ABORT, 'a write'); END",
    ),
  );
  for (const text of ["two", "three"])
    assert.equal((await store.write(ALICE).deliver(deliveryOf(text))).kind, "delivered");
  await assert.rejects(store.write(ALICE).deliver(deliveryOf("x".repeat(9000))), "a line is crossed: the guard works");
  at.look((db) => db.exec("DROP TRIGGER guard"));
});

test("a mail and the mark that it sets are one commit: without the one there is not the other", async () => {
  await using at = await home();
  let breaks = false;
  const store = at.open({
    sync: (_, done) => queueMicrotask(() => done(breaks ? new Error("the device is gone") : null)),
  });
  await store.create(ALICE, { quotaBytes: 1000 });
  await store.write(ALICE).deliver(deliveryOf("one"));
  const heard: AccountId[] = [];
  using _listening = store.onQuotaCrossed((account) => heard.push(account));
  breaks = true;
  await assert.rejects(store.write(ALICE).deliver(deliveryOf("x".repeat(1000))));
  await turn();
  assert.deepEqual(heard, [], "what is not durable is not told");
  breaks = false;
  assert.deepEqual(await store.check(ALICE), [], "marks and octets agree, whichever state came to rest");
  const inbox = await inboxOf(store);
  await store.write(ALICE).remove(inbox.id, ALL);
  assert.deepEqual(await store.read(ALICE).quotaMarks(), { line: 0, crossedAt: undefined, fullSince: undefined });
});
