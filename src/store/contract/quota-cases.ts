/** Contract cases about the quota's marks, and about what is taken out whatever its flags. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { setImmediate as turn } from "node:timers/promises";
import { DAY } from "../../host/clock.ts";
import { range } from "../../syntax/bytes/number-set.ts";
import type { AccountId } from "../ids.ts";
import type { Delivered, MailboxChange, MailWriter } from "../mail-store.ts";
import { ALL, append, boxNamed, newAccountId, newDeliveryId, type RegisterCase, set, uidsOf } from "./mail-world.ts";
import { mail } from "./samples.ts";

const ofSize = (octets: number): ReturnType<typeof mail> => mail({ octets: new Uint8Array(octets).fill(65) });

const deliver = (write: MailWriter, octets: number): Promise<Delivered> =>
  write.deliver({ id: newDeliveryId(), fingerprint: randomBytes(32), into: "INBOX", mail: ofSize(octets) });

export function quotaCases(contract: RegisterCase): void {
  contract("since when an account is full is kept by the commits that fill it and make room", async (world) => {
    const { read, write, inbox, later } = world;
    const isFull = async (): Promise<boolean> => (await read.quotaMarks()).fullSince !== undefined;
    await write.setQuota(1000);
    assert.equal((await read.quotaMarks()).line, 0);
    await deliver(write, 600);
    assert.equal(await isFull(), false);
    await deliver(write, 600);
    const { fullSince } = await read.quotaMarks();
    assert.ok(fullSince !== undefined);
    later(2 * DAY);
    await deliver(write, 600);
    assert.equal((await read.quotaMarks()).fullSince, fullSince, "more of it changes nothing");
    await write.remove(inbox.id, set(1));
    assert.equal((await read.quotaMarks()).fullSince, fullSince, "nor does too little room");
    await write.remove(inbox.id, set(2));
    assert.equal(await isFull(), false);
    await deliver(write, 600);
    assert.ok(((await read.quotaMarks()).fullSince ?? 0) >= fullSince + 2 * DAY, "a new time of being full");
    await write.setQuota(5000);
    assert.equal(await isFull(), false, "a raised quota makes room");
    await write.setQuota(1200);
    assert.equal(await isFull(), true, "a lowered one takes it");
  });

  contract("mailboxes that go, and what is copied and appended, count too", async ({ read, write, inbox }) => {
    const made = await write.createMailbox("x");
    assert.ok(made.kind === "made");
    await write.setQuota(1000);
    await append(write, inbox.id, ofSize(500));
    await write.copy(inbox.id, ALL, made.mailbox.id);
    assert.equal((await read.quotaMarks()).line, 100);
    await write.deleteMailbox(made.mailbox.id);
    assert.equal((await read.quotaMarks()).line, 0);
    await append(write, inbox.id, ofSize(400));
    assert.equal((await read.quotaMarks()).line, 90);
    await write.move(inbox.id, ALL, (await boxNamed(read, "Trash")).id);
    assert.equal((await read.quotaMarks()).line, 90);
  });

  contract("a line that is crossed upwards is told of, and known until it was told", async (world) => {
    const { store, account, read, write, inbox } = world;
    const heard: AccountId[] = [];
    using _listening = store.onQuotaCrossed((one) => heard.push(one));
    await write.setQuota(1000);
    await deliver(write, 700);
    await turn();
    assert.deepEqual(heard, []);
    await deliver(write, 200);
    await turn();
    assert.deepEqual(heard, [account]);
    const near = await read.quotaMarks();
    assert.equal(near.line, 90);
    assert.ok(near.crossedAt !== undefined);
    await write.quotaTold(near.crossedAt);
    assert.deepEqual(await read.quotaMarks(), { line: 90, crossedAt: undefined, fullSince: undefined });
    await write.remove(inbox.id, set(2));
    await deliver(write, 200);
    await turn();
    assert.deepEqual(heard, [account, account], "it was below 80 in between");
    await deliver(write, 500);
    await turn();
    assert.equal(heard.length, 3);
    const full = await read.quotaMarks();
    assert.equal(full.line, 100);
    await write.quotaTold(near.crossedAt);
    assert.deepEqual(await read.quotaMarks(), full, "the older crossing is another");
  });

  contract("a listener hears of every account, and not after it left", async ({ store, write }) => {
    const other = newAccountId();
    await store.create(other, { quotaBytes: 100 });
    const heard: AccountId[] = [];
    const listening = store.onQuotaCrossed((one) => heard.push(one));
    await deliver(store.write(other), 500);
    await turn();
    assert.deepEqual(heard, [other]);
    listening[Symbol.dispose]();
    await write.setQuota(1);
    await deliver(write, 500);
    await turn();
    assert.deepEqual(heard, [other]);
  });

  contract("what is removed is gone whatever its flags, and watchers hear of it", async (world) => {
    const { store, account, read, write, inbox } = world;
    await append(write, inbox.id, mail(), mail(), mail());
    await write.store(inbox.id, set(2), { kind: "add", flags: { system: 8, keywords: [] } });
    const heard: MailboxChange[] = [];
    using _watch = store.watch(account, (change) => heard.push(change));
    const outcome = await write.remove(inbox.id, set(1, 2, 9));
    assert.ok(outcome.kind === "expunged");
    assert.deepEqual(outcome.uids, range(1, 2));
    assert.deepEqual(heard.at(-1), { mailbox: inbox.id, modSeq: outcome.modSeq });
    assert.deepEqual(await uidsOf(read, inbox.id), [3]);
    const nothing = await write.remove(inbox.id, set(1));
    assert.deepEqual(nothing, { kind: "expunged", uids: set(), modSeq: outcome.modSeq });
    const made = await write.createMailbox("x");
    assert.ok(made.kind === "made");
    await write.deleteMailbox(made.mailbox.id);
    assert.deepEqual(await write.remove(made.mailbox.id, ALL), { kind: "no-mailbox" });
  });
}
