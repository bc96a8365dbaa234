import assert from "node:assert/strict";
import { test } from "node:test";
import { MINUTE } from "../../host/clock.ts";
import type { AccountId } from "../../store/ids.ts";
import { range } from "../../syntax/bytes/number-set.ts";
import { StoreError } from "../../store/store-error.ts";
import type { Notices } from "../notices/notices.ts";
import { createNotices } from "../notices/tell.ts";
import { turns } from "../../../test/world/fake-clock.ts";
import { HolderWorld } from "./holder-world.fixture.ts";
import { createQuotaNotices } from "./quota-notices.ts";

const QUOTA = 100_000;

function noticesOf({ mail, directory, clock, log }: HolderWorld): Notices {
  const names = { operator: "operator@example.org", domain: "example.org", hostName: "mail.example.org" };
  return createNotices({ mail, directory, clock, log, ...names });
}

/** Starts telling, as a worker does. */
function worker(world: HolderWorld): AsyncDisposable {
  const { mail, clock, log } = world;
  return createQuotaNotices({ mail, notices: noticesOf(world), clock, log });
}

const told = ({ logged }: HolderWorld): readonly string[] =>
  logged.flatMap(([name, { kind, repeated }]) =>
    name === "notice.told" ? [`${String(kind)}${repeated === true ? " again" : ""}`] : [],
  );

async function clear({ mail }: HolderWorld, account: AccountId): Promise<void> {
  const inbox = (await mail.read(account).mailbox("INBOX")) ?? assert.fail();
  await mail.write(account).remove(inbox.id, range(1, 1000));
}

test("each line is told once when it is crossed upwards, and again only after it was left", async () => {
  await using world = new HolderWorld();
  await using _worker = worker(world);
  const ada = await world.add("ada", { quotaBytes: QUOTA });
  await world.deliver(ada, 80_000);
  assert.deepEqual(told(world), []);
  await world.deliver(ada, 11_000);
  assert.deepEqual(told(world), ["mailbox-nearly-full"]);
  await world.deliver(ada, 1000);
  assert.deepEqual(told(world), ["mailbox-nearly-full"], "not with each mail");
  await world.deliver(ada, 10_000);
  assert.deepEqual(told(world), ["mailbox-nearly-full", "mailbox-full"]);
  await world.deliver(ada, 10_000);
  assert.equal(told(world).length, 2);
  await clear(world, ada);
  await world.clock.advance(MINUTE);
  await world.deliver(ada, 95_000);
  assert.deepEqual(told(world), ["mailbox-nearly-full", "mailbox-full", "mailbox-nearly-full"]);
});

test("from nothing to full is one notice; a notice that crosses the other line leads to that one, and no further", async () => {
  await using world = new HolderWorld();
  await using _worker = worker(world);
  const [ada, bob] = [await world.add("ada", { quotaBytes: QUOTA }), await world.add("bob", { quotaBytes: QUOTA })];
  await world.deliver(ada, 2 * QUOTA);
  assert.deepEqual(told(world), ["mailbox-full"]);
  await world.deliver(bob, 98_900);
  await turns(20);
  assert.deepEqual(told(world), ["mailbox-full", "mailbox-nearly-full", "mailbox-full"]);
  assert.equal((await world.sizes(bob, "INBOX")).length, 3, "all notices found room");
});

test("who dies between the notice and the mark leaves it to the next, and nobody is told twice", async () => {
  await using world = new HolderWorld();
  const { mail, clock, log } = world;
  const ada = await world.add("ada", { quotaBytes: QUOTA });
  const quotaTold = (): Promise<void> => Promise.reject(new StoreError("closed", "the worker dies here"));
  const onQuotaCrossed = mail.onQuotaCrossed.bind(mail);
  const dying = { read: mail.read.bind(mail), onQuotaCrossed, write: () => ({ quotaTold }) };
  const first = createQuotaNotices({ mail: dying, notices: noticesOf(world), clock, log });
  await world.deliver(ada, QUOTA);
  await first[Symbol.asyncDispose]();
  assert.deepEqual(told(world), ["mailbox-full"]);
  assert.ok((await mail.read(ada).quotaMarks()).crossedAt !== undefined, "the mark is still there");

  let opened: ((account: AccountId) => void) | undefined;
  const next = {
    read: mail.read.bind(mail),
    write: mail.write.bind(mail),
    onQuotaCrossed(listener: (account: AccountId) => void): Disposable {
      opened = listener;
      return { [Symbol.dispose]() {} };
    },
  };
  await using _second = createQuotaNotices({ mail: next, notices: noticesOf(world), clock, log });
  opened?.(ada);
  await turns(20);
  assert.deepEqual(told(world), ["mailbox-full", "mailbox-full again"]);
  assert.equal((await world.sizes(ada, "INBOX")).length, 2);
  assert.equal((await mail.read(ada).quotaMarks()).crossedAt, undefined);
});

test("a notice that fails is told later, and no sooner", async () => {
  await using world = new HolderWorld();
  const [ada, bob] = [await world.add("ada", { quotaBytes: QUOTA }), await world.add("bob", { quotaBytes: QUOTA })];
  await using _worker = worker(world);
  const delivered = world.deliver(ada, QUOTA);
  world.mail.fail(ada, "io");
  await delivered;
  await turns(10);
  assert.deepEqual(world.logged.at(-1), ["holder.failed", { account: ada, step: "quota notice", code: "io" }]);
  await world.deliver(bob, QUOTA);
  assert.deepEqual(told(world), ["mailbox-full"], "others are told meanwhile");
  world.mail.heal();
  await world.clock.advance(10 * MINUTE - 1);
  assert.equal(told(world).length, 1);
  await world.clock.advance(1);
  await turns(10);
  assert.deepEqual(told(world), ["mailbox-full", "mailbox-full"]);
});

test("the holder reads it in the language of the account", async () => {
  await using world = new HolderWorld();
  const ada = await world.add("ada", { quotaBytes: QUOTA, language: "sv" });
  await using _worker = worker(world);
  await world.deliver(ada, QUOTA);
  const inbox = (await world.mail.read(ada).mailbox("INBOX")) ?? assert.fail();
  const subjects: string[] = [];
  for await (const rows of world.mail.read(ada).rows(inbox.id, range(2, 2), "search"))
    subjects.push(...rows.map(({ subject }) => subject));
  assert.deepEqual(subjects, ["din brevlåda är full"], "folded as for searching");
});
