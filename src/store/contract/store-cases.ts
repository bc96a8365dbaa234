/** Contract cases about accounts as such: made, destroyed, watched, closed. */
import assert from "node:assert/strict";
import type { MailboxId } from "../ids.ts";
import type { MailboxChange } from "../mail-store.ts";
import { StoreError, type StoreErrorCode } from "../store-error.ts";
import { ALL, append, boxNamed, newAccountId, newDeliveryId, type RegisterCase, set, stateOf } from "./mail-world.ts";
import { mail } from "./samples.ts";

export const withCode =
  (code: StoreErrorCode) =>
  (error: unknown): boolean =>
    error instanceof StoreError && error.code === code;

export function storeCases(contract: RegisterCase): void {
  contract("a new account has INBOX and the special-use mailboxes, subscribed and empty", async ({ read }) => {
    const boxes = await read.mailboxes();
    const uses = boxes.map(({ name, specialUse }) => `${name} ${specialUse ?? ""}`).toSorted();
    assert.deepEqual(uses, [
      "Archive \\Archive",
      "Drafts \\Drafts",
      "INBOX ",
      "Junk \\Junk",
      "Sent \\Sent",
      "Trash \\Trash",
    ]);
    assert.deepEqual((await read.subscriptions()).toSorted(), boxes.map(({ name }) => name).toSorted());
    for (const box of boxes) {
      assert.deepEqual([box.messages, box.unseen, box.deleted, box.octets, box.uidNext], [0, 0, 0, 0, 1]);
      assert.ok(box.highestModSeq >= 1, "RFC 7162 section 3.1: a mod-sequence is never 0");
      assert.ok(box.uidValidity >= 1 && box.uidValidity < 2 ** 32);
    }
    assert.deepEqual(await read.usage(), { octets: 0, messages: 0, quotaBytes: 100_000_000 });
  });

  contract("creating an account again changes nothing", async ({ store, account, read, write, inbox }) => {
    await append(write, inbox.id, mail());
    const before = await read.mailboxes();
    await store.create(account, { quotaBytes: 1 });
    assert.deepEqual(await read.mailboxes(), before);
    assert.equal((await read.usage()).quotaBytes, 100_000_000);
  });

  contract("an account that is not there says so, for reading and writing", async ({ store }) => {
    const nobody = newAccountId();
    await assert.rejects(store.read(nobody).mailboxes(), withCode("no-account"));
    await assert.rejects(store.write(nobody).subscribe("x", true), withCode("no-account"));
    await assert.rejects(store.check(nobody), withCode("no-account"));
  });

  contract("D5: a destroyed account is gone, and no other is touched", async ({ store, read, write, inbox }) => {
    const other = newAccountId();
    await store.create(other, { quotaBytes: 1000 });
    await append(store.write(other), (await boxNamed(store.read(other), "INBOX")).id, mail());
    await append(write, inbox.id, mail());
    const before = await read.mailboxes();
    await store.destroy(other);
    await store.destroy(other);
    await assert.rejects(store.read(other).mailboxes(), withCode("no-account"));
    await assert.rejects(store.write(other).subscribe("x", true), withCode("no-account"));
    assert.deepEqual(await read.mailboxes(), before);
  });

  contract(
    "watchers hear of each commit, in order, and not after they left",
    async ({ store, account, write, read, inbox }) => {
      const heard: MailboxChange[] = [];
      const watch = store.watch(account, (change) => heard.push(change));
      const { modSeq: first } = await append(write, inbox.id, mail());
      const stored = await write.store(inbox.id, ALL, { kind: "add", flags: { system: 8, keywords: [] } });
      assert.equal(stored.kind, "stored");
      const expunged = await write.expunge(inbox.id, ALL);
      assert.equal(expunged.kind, "expunged");
      await store.settle();
      const own = heard.filter((change) => change.mailbox === inbox.id).map((change) => change.modSeq);
      assert.equal(own.at(-1), (await stateOf(read, inbox.id)).highestModSeq);
      assert.equal(own.includes(first), true);
      assert.deepEqual(
        own,
        own.toSorted((a, b) => (a ?? 0) - (b ?? 0)),
      );
      watch[Symbol.dispose]();
      const count = heard.length;
      await append(write, inbox.id, mail());
      await store.settle();
      assert.equal(heard.length, count);
    },
  );

  contract("every verb that changes a mailbox tells of it", async ({ store, account, write, read, inbox }) => {
    const archive = await boxNamed(read, "Archive");
    let heard: MailboxChange[] = [];
    using _watch = store.watch(account, (change) => heard.push(change));
    const tells = async (verb: string, boxes: readonly MailboxId[], step: () => Promise<unknown>): Promise<void> => {
      heard = [];
      await step();
      await store.settle();
      for (const id of boxes) {
        const { highestModSeq } = (await read.mailboxById(id)) ?? { highestModSeq: undefined };
        const told = heard.some(({ mailbox, modSeq }) => mailbox === id && (modSeq ?? highestModSeq) === highestModSeq);
        assert.ok(told, `${verb} tells of mailbox ${id}`);
      }
    };
    const delivery = { id: newDeliveryId(), fingerprint: new Uint8Array(32), into: "INBOX", mail: mail() } as const;
    const deleted = { kind: "add", flags: { system: 8, keywords: [] } } as const;
    await tells("deliver", [inbox.id], () => write.deliver(delivery));
    await tells("append", [inbox.id], () => write.append(inbox.id, [mail()]));
    await tells("copy", [archive.id], () => write.copy(inbox.id, set(1), archive.id));
    await tells("move", [inbox.id, archive.id], () => write.move(inbox.id, set(1), archive.id));
    await tells("store", [inbox.id], () => write.store(inbox.id, ALL, deleted));
    await tells("expunge", [inbox.id], () => write.expunge(inbox.id, ALL));
    await tells("create", [], async () => {
      const made = await write.createMailbox("x");
      assert.ok(made.kind === "made");
      await store.settle();
      assert.ok(heard.some(({ mailbox }) => mailbox === made.mailbox.id));
    });
    await tells("rename", [archive.id], () => write.renameMailbox(archive.id, "y"));
    await tells("delete", [archive.id], () => write.deleteMailbox(archive.id));
  });

  contract("a watcher hears of its own account alone", async ({ store, account, write, inbox }) => {
    const other = newAccountId();
    await store.create(other, { quotaBytes: 1000 });
    const heard: MailboxChange[] = [];
    using _watch = store.watch(other, (change) => heard.push(change));
    await append(write, inbox.id, mail());
    await store.settle();
    assert.deepEqual(heard, []);
    assert.notEqual(account, other);
  });

  contract(
    "quota: what would go beyond it is refused, and the counters tell the usage",
    async ({ read, write, inbox }) => {
      const one = mail({ octets: new Uint8Array(600).fill(65) });
      await write.setQuota(1000);
      await append(write, inbox.id, one);
      const usage = { octets: 600, messages: 1, quotaBytes: 1000 };
      assert.deepEqual(await write.append(inbox.id, [one]), { kind: "over-quota", usage });
      const archive = await boxNamed(read, "Archive");
      assert.deepEqual(await write.copy(inbox.id, ALL, archive.id), { kind: "over-quota", usage });
      assert.deepEqual(await read.usage(), usage);
      assert.equal((await write.move(inbox.id, ALL, archive.id)).kind, "copied", "moving takes no more room");
      assert.deepEqual(await read.usage(), usage);
      await write.setQuota(1200);
      await append(write, inbox.id, one);
      assert.deepEqual(await read.usage(), { octets: 1200, messages: 2, quotaBytes: 1200 });
      await write.store(inbox.id, ALL, { kind: "add", flags: { system: 8, keywords: [] } });
      await write.expunge(inbox.id, ALL);
      assert.equal((await read.usage()).octets, 600);
    },
  );
}
