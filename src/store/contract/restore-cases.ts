/** What every `AccountArchive` does when it makes an account anew. */
import assert from "node:assert/strict";
import { fromNumbers, has, numbers, range } from "../../syntax/bytes/number-set.ts";
import { type AccountSnapshot, RESTORE_GAP, type RestoredContent } from "../account-archive.ts";
import { DELETED, FLAGGED, SEEN } from "../flags.ts";
import { type ContentId, modSeq, type ModSeq, uid } from "../ids.ts";
import { contentsOf, type RegisterArchiveCase, rowsOfPart } from "./archive-world.ts";
import { ALL, append, boxNamed, rowsOf, set, stateOf, uidsOf, type World } from "./mail-world.ts";
import { chunked, collect, mail } from "./samples.ts";
import { withCode } from "./store-cases.ts";

export function restoreCases(contract: RegisterArchiveCase): void {
  const filled = async ({ read, write, inbox }: World): Promise<void> => {
    const archived = await boxNamed(read, "Archive");
    await write.createMailbox("Lists/node", "\\Archive");
    await append(
      write,
      inbox.id,
      mail({ subject: "one", keywords: ["$A", "b"] }),
      mail({ subject: "two", system: SEEN }),
    );
    const large = new TextEncoder().encode(`Subject: large\r\n\r\n${"x".repeat(600_000)}\r\n`);
    await append(write, inbox.id, mail({ system: DELETED }), mail({ octets: large, subject: "large" }));
    await write.copy(inbox.id, set(1, 4), archived.id);
    await write.expunge(inbox.id, ALL);
    await write.store(inbox.id, set(2), { kind: "add", flags: { system: FLAGGED, keywords: ["B"] } });
    await write.store(archived.id, ALL, { kind: "add", flags: { system: DELETED, keywords: [] } });
    await write.subscribe("gone", true);
    await write.setQuota(7_000_000);
  };

  contract("a restored account is as it was, and its numbers go on far above", async (world) => {
    const { store, archive, account, read, write, inbox } = world;
    await filled(world);
    const snapshot = await archive.snapshot(account);
    const content = await contentsOf(world, snapshot);
    await append(write, inbox.id, mail({ subject: "after the backup" }));
    const known = await stateOf(read, inbox.id);
    await store.destroy(account);
    const told: unknown[] = [];
    using _watch = store.watch(account, (change) => told.push(change));
    await archive.restore(account, snapshot, content);
    assert.deepEqual(told, [{ mailbox: undefined, modSeq: undefined }]);
    assert.deepEqual(await store.check(account), []);
    const again = await archive.snapshot(account);
    const raised = snapshot.mailboxes.map((box) => ({
      ...box,
      uidNext: uid(box.uidNext + RESTORE_GAP),
      highestModSeq: modSeq(box.highestModSeq + RESTORE_GAP),
    }));
    assert.deepEqual(rowsOfPart(again), rowsOfPart({ ...snapshot, mailboxes: raised }));
    const oldKeys = new Set(snapshot.contents.map(({ key }) => Buffer.from(key).toString("hex")));
    assert.ok(
      again.contents.every(({ key }) => !oldKeys.has(Buffer.from(key).toString("hex"))),
      "keys are fresh",
    );
    assert.deepEqual(await archive.vanished(account), []);
    await answersAfterRestore(world, snapshot, known.highestModSeq);
    const large = (await rowsOf(read, inbox.id, "listing")).at(-1) ?? assert.fail();
    assert.equal((await collect(read.octets(large.content, 0, large.size))).length, large.size);
    const appended = await append(write, inbox.id, mail());
    assert.deepEqual(appended.uids, [known.uidNext - 1 + RESTORE_GAP]);
    const [row] = await rowsOf(read, inbox.id, "facts", range(known.uidNext, 2 ** 32 - 1));
    assert.ok((row?.content ?? 0) > RESTORE_GAP, "the number of a content is not given again");
    const made = await write.createMailbox("new");
    assert.ok(made.kind === "made" && made.mailbox.id > RESTORE_GAP, "nor that of a mailbox");
    const validities = snapshot.mailboxes.map(({ uidValidity }) => uidValidity);
    assert.ok(made.mailbox.uidValidity > Math.max(...validities));
  });

  /** A client that saw what came after the backup is told everything; one that saw less is told what it lacks. */
  async function answersAfterRestore({ read, inbox }: World, snapshot: AccountSnapshot, since: ModSeq): Promise<void> {
    const existing = fromNumbers(await uidsOf(read, inbox.id));
    const inGap = (await read.changes(inbox.id, since)) ?? assert.fail();
    assert.deepEqual([inGap.complete, inGap.changed], [false, existing]);
    assert.ok(has(inGap.vanished, inGap.state.uidNext - 1));
    const [first] = snapshot.mails.filter(({ mailbox }) => mailbox === inbox.id);
    const earlier = (await read.changes(inbox.id, first?.modSeq ?? modSeq(0))) ?? assert.fail();
    assert.ok(earlier.changed.size > 0 && earlier.changed.size < existing.size);
    const now = (await read.changes(inbox.id, inGap.state.highestModSeq)) ?? assert.fail();
    assert.deepEqual([now.complete, now.changed.size, now.vanished.size], [true, 0, 0]);
  }

  contract("a restore that fails leaves no account, and can be tried again", async (world) => {
    const { store, archive, account } = world;
    await filled(world);
    const snapshot = await archive.snapshot(account);
    const contents = new Map<ContentId, RestoredContent>();
    const source = await contentsOf(world, snapshot);
    for (const { id } of snapshot.contents) contents.set(id, await source(id));
    const content = async (id: ContentId): Promise<RestoredContent> => contents.get(id) ?? assert.fail();
    await assert.rejects(archive.restore(account, snapshot, content), withCode("io"), "the account exists");
    await store.destroy(account);
    const nothing = async (): Promise<void> => {
      await assert.rejects(archive.mark(account), withCode("no-account"));
    };
    for (const failing of snapshot.contents) {
      const missing = new Error("the place does not answer");
      const breaks = async (id: ContentId): Promise<RestoredContent> => {
        if (id === failing.id) throw missing;
        return content(id);
      };
      await assert.rejects(archive.restore(account, snapshot, breaks), missing);
      await nothing();
      const short = async (id: ContentId): Promise<RestoredContent> => {
        const whole = await content(id);
        if (id !== failing.id) return whole;
        const octets = (await collect(whole.content.pieces())).subarray(1);
        return { ...whole, content: { ...chunked(octets, 1000), size: whole.content.size } };
      };
      await assert.rejects(archive.restore(account, snapshot, short), withCode("io"));
      await nothing();
    }
    const halves: AccountSnapshot[] = [
      { ...snapshot, contents: snapshot.contents.slice(1) },
      { ...snapshot, mailboxes: snapshot.mailboxes.filter(({ name }) => name !== "INBOX") },
    ];
    for (const half of halves) {
      await assert.rejects(archive.restore(account, half, content), withCode("io"));
      await nothing();
    }
    await archive.restore(account, snapshot, content);
    assert.deepEqual(await store.check(account), []);
  });

  contract("mails that are left out of a restore are told as gone", async (world) => {
    const { store, archive, account, read, inbox } = world;
    await filled(world);
    const snapshot = await archive.snapshot(account);
    const content = await contentsOf(world, snapshot);
    await store.destroy(account);
    const mails = snapshot.mails.filter(({ mailbox, uid }) => mailbox !== inbox.id || uid !== 2);
    await archive.restore(account, { ...snapshot, mails }, content);
    const { highestModSeq } = snapshot.mailboxes.find(({ id }) => id === inbox.id) ?? assert.fail();
    const changes = await read.changes(inbox.id, highestModSeq);
    assert.deepEqual([...numbers(changes?.vanished ?? range(1, 0))].slice(0, 2), [2, 3]);
    assert.equal((await archive.snapshot(account)).contents.length, snapshot.contents.length - 1);
  });
}
