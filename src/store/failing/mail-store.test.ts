import assert from "node:assert/strict";
import { test } from "node:test";
import { mailStoreContract } from "../contract/mail-contract.ts";
import { ALL, append, boxNamed, newAccountId, rowsOf } from "../contract/mail-world.ts";
import { collect, mail } from "../contract/samples.ts";
import { withCode } from "../contract/store-cases.ts";
import { memoryMailStore } from "../memory/mail-store.ts";
import { failingMailStore } from "./mail-store.ts";

mailStoreContract("mail store that could fail", async (options) => failingMailStore(memoryMailStore(options)));

test("one account fails, the others go on, and healing ends it", async () => {
  await using store = failingMailStore(memoryMailStore());
  const [broken, whole] = [newAccountId(), newAccountId()];
  for (const id of [broken, whole]) await store.create(id, { quotaBytes: 10_000 });
  const inbox = await boxNamed(store.read(broken), "INBOX");
  await append(store.write(broken), inbox.id, mail());
  const [row] = await rowsOf(store.read(broken), inbox.id, "facts");
  assert.ok(row);
  store.fail(broken, "full");
  await assert.rejects(store.write(broken).append(inbox.id, [mail()]), withCode("full"));
  await assert.rejects(rowsOf(store.read(broken), inbox.id, "facts"), withCode("full"));
  await assert.rejects(collect(store.read(broken).octets(row.content, 0, 1)), withCode("full"));
  await assert.rejects(store.check(broken), withCode("full"));
  assert.equal((await store.read(whole).mailboxes()).length, 6);
  store.fail("all", "io");
  await assert.rejects(store.read(whole).mailboxes(), withCode("io"));
  await assert.rejects(store.read(broken).mailboxes(), withCode("full"));
  store.heal();
  assert.equal((await rowsOf(store.read(broken), inbox.id, "flags", ALL)).length, 1);
  assert.deepEqual(await store.check(broken), []);
});
