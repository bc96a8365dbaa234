import assert from "node:assert/strict";
import { test } from "node:test";
import { DAY, HOUR } from "../../host/clock.ts";
import { NO_PREFERENCES } from "../../store/directory.ts";
import type { AccountId } from "../../store/ids.ts";
import type { MailboxChange } from "../../store/mail-store.ts";
import { range } from "../../syntax/bytes/number-set.ts";
import { type Emptied, emptyFolders } from "./empty-folders.ts";
import { HolderWorld } from "./holder-world.fixture.ts";

const ALL = range(1, 2 ** 32 - 1);

/** One pass, while time goes on. */
async function passOver(world: HolderWorld, signal: AbortSignal = new AbortController().signal): Promise<Emptied> {
  const pass = { isOver: false };
  const passing = emptyFolders(world, signal).finally(() => {
    pass.isOver = true;
  });
  while (!pass.isOver) await world.clock.advance(100);
  return passing;
}

const wish = (world: HolderWorld, account: AccountId, junk?: number, trash?: number): Promise<unknown> =>
  world.directory.setPreferences(account, { ...NO_PREFERENCES, emptyJunkDays: junk, emptyTrashDays: trash });

async function moveAll({ mail }: HolderWorld, account: AccountId, from: string, to: string): Promise<void> {
  const reader = mail.read(account);
  const [source, target] = [await reader.mailbox(from), await reader.mailbox(to)];
  assert.ok(source && target);
  await mail.write(account).move(source.id, ALL, target.id);
}

test("without a word of the holder nothing ever goes; with one, only what has lain in that folder for so long", async () => {
  await using world = new HolderWorld();
  const [ada, bob] = [await world.add("ada"), await world.add("bob")];
  for (const account of [ada, bob]) {
    await world.deliver(account, 1, "\\Junk");
    await world.deliver(account, 2, "\\Trash");
    await world.deliver(account, 3, "INBOX");
  }
  await world.clock.advance(400 * DAY);
  assert.deepEqual(await passOver(world), { accounts: 0, messages: 0, failed: 0 });
  await wish(world, ada, 30);
  await world.deliver(ada, 4, "\\Junk");
  assert.deepEqual(await passOver(world), { accounts: 1, messages: 1, failed: 0 });
  assert.deepEqual(await world.sizes(ada, "Junk"), [4]);
  assert.deepEqual(await world.sizes(ada, "Trash"), [2]);
  assert.deepEqual(await world.sizes(ada, "INBOX"), [3]);
  assert.deepEqual(await world.sizes(bob, "Junk"), [1]);
  assert.deepEqual(world.logged, [["holder.emptied", { account: ada, folder: "Junk", messages: 1 }]]);
  await wish(world, ada);
  await world.clock.advance(400 * DAY);
  assert.equal((await passOver(world)).messages, 0, "the wish was taken back");
});

test("an old mail that was moved to Trash today is safe today", async () => {
  await using world = new HolderWorld();
  const ada = await world.add("ada");
  await wish(world, ada, undefined, 7);
  await world.deliver(ada, 5, "INBOX");
  await world.clock.advance(100 * DAY);
  await moveAll(world, ada, "INBOX", "Trash");
  await world.clock.advance(7 * DAY - HOUR);
  assert.equal((await passOver(world)).messages, 0);
  await world.clock.advance(HOUR);
  assert.equal((await passOver(world)).messages, 1);
  assert.deepEqual(await world.sizes(ada, "Trash"), []);
});

test("a folder that was made for it by another name counts, one that only has the name does not", async () => {
  await using world = new HolderWorld();
  const ada = await world.add("ada");
  await wish(world, ada, 1, 1);
  const writer = world.mail.write(ada);
  const trash = (await world.mail.read(ada).mailbox("Trash")) ?? assert.fail();
  await world.deliver(ada, 6, "\\Trash");
  await writer.renameMailbox(trash.id, "Papperskorg");
  await writer.createMailbox("Trash");
  await world.deliver(ada, 7);
  await moveAll(world, ada, "INBOX", "Trash");
  await world.clock.advance(2 * DAY);
  assert.equal((await passOver(world)).messages, 1);
  assert.deepEqual(await world.sizes(ada, "Papperskorg"), []);
  assert.deepEqual(await world.sizes(ada, "Trash"), [7]);
});

test("much mail goes in steps, mail programs hear of each, and a pass that breaks off goes on where it stopped", async () => {
  await using world = new HolderWorld();
  const ada = await world.add("ada");
  await wish(world, ada, 1);
  for (let n = 1; n <= 450; n++) await world.deliver(ada, n, "\\Junk");
  await world.clock.advance(2 * DAY);
  await world.deliver(ada, 9, "\\Junk");
  const heard: MailboxChange[] = [];
  const stop = new AbortController();
  using _watch = world.mail.watch(ada, (change) => {
    heard.push(change);
    if (heard.length === 2) stop.abort();
  });
  assert.equal((await passOver(world, stop.signal)).messages, 400);
  assert.equal((await world.sizes(ada, "Junk")).length, 51);
  assert.equal((await passOver(world)).messages, 50);
  assert.deepEqual(await world.sizes(ada, "Junk"), [9]);
  assert.equal(heard.length, 3);
  assert.ok(heard.every(({ modSeq }) => modSeq !== undefined));
});

test("an account that fails, or is being closed, keeps nobody from being looked through", async () => {
  await using world = new HolderWorld();
  const [broken, closing, well] = [await world.add("broken"), await world.add("closing"), await world.add("well")];
  for (const account of [broken, closing, well]) {
    await wish(world, account, 1);
    await world.deliver(account, 8, "\\Junk");
  }
  await world.clock.advance(2 * DAY);
  await world.directory.setState(closing, "closing");
  world.mail.fail(broken, "io");
  assert.deepEqual(await passOver(world), { accounts: 2, messages: 1, failed: 1 });
  assert.deepEqual(world.logged[0]?.[0] === "holder.failed" ? world.logged[0] : world.logged[1], [
    "holder.failed",
    { account: broken, step: "emptying", code: "io" },
  ]);
  world.mail.heal();
  assert.deepEqual(await world.sizes(well, "Junk"), []);
  assert.equal((await passOver(world)).messages, 1);
});
