/** What every `AccountArchive` tells of what vanished, and what a restore makes of it (promise D5). */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { RESTORE_GAP, type Vanished } from "../account-archive.ts";
import { DELETED } from "../flags.ts";
import type { AccountId, MailboxId } from "../ids.ts";
import { leaveOutVanished } from "../vanished.ts";
import {
  type ArchiveWorld,
  inArchiveWorld,
  type OpenArchivedStore,
  type RegisterArchiveCase,
} from "./archive-world.ts";
import { ALL, append, boxNamed, rowsOf, set, stateOf } from "./mail-world.ts";
import { BOXES, type Command, commands, runCommand } from "./model-cases.ts";
import { mail } from "./samples.ts";

export function ledgerCases(contract: RegisterArchiveCase): void {
  contract("what vanished is told until it was reported, and a listener hears of it", async (world) => {
    const { store, archive, account, read, write, inbox } = world;
    const heard: AccountId[] = [];
    using _listening = archive.onVanished((id) => heard.push(id));
    await append(write, inbox.id, ...[1, 2, 3, 4, 5].map(() => mail({ system: DELETED })));
    const ids = (await rowsOf(read, inbox.id, "facts")).map((row) => row.content);
    const archived = await boxNamed(read, "Archive");
    await store.settle();
    assert.deepEqual([heard, await archive.vanished(account)], [[], []]);
    await write.expunge(inbox.id, set(1, 2));
    await write.copy(inbox.id, set(4), archived.id);
    await write.expunge(inbox.id, set(4));
    await store.settle();
    assert.deepEqual(heard, [account, account]);
    const first = await archive.vanished(account);
    const { uidValidity, highestModSeq } = await stateOf(read, inbox.id);
    const gone = { mailbox: inbox.id, uidValidity, uids: "1:2,4", contents: `${ids[0]}:${ids[1]}` };
    assert.deepEqual(first, [{ ...gone, modSeq: highestModSeq }]);
    await write.move(inbox.id, set(3), archived.id);
    await archive.reported(account, first);
    const moved = await stateOf(read, inbox.id);
    const later = { mailbox: inbox.id, uidValidity, uids: "3", contents: undefined, modSeq: moved.highestModSeq };
    assert.deepEqual(await archive.vanished(account), [later]);
    await archive.reported(account, [later]);
    assert.deepEqual(await archive.vanished(account), []);
  });

  contract("a mailbox that is deleted or emptied by RENAME is told of", async (world) => {
    const { archive, account, read, write, inbox } = world;
    const trash = await boxNamed(read, "Trash");
    await append(write, trash.id, mail({ system: DELETED }), mail());
    await append(write, inbox.id, mail());
    await write.expunge(trash.id, ALL);
    const before = await archive.vanished(account);
    await write.deleteMailbox(trash.id);
    await archive.reported(account, before);
    const [deleted, ...none] = await archive.vanished(account);
    assert.deepEqual(none, []);
    assert.deepEqual([deleted?.mailbox, deleted?.uids, deleted?.contents?.length], [trash.id, undefined, 1]);
    await archive.reported(account, deleted === undefined ? [] : [deleted]);
    await write.renameMailbox(inbox.id, "Old");
    const [emptied] = await archive.vanished(account);
    assert.deepEqual([emptied?.mailbox, emptied?.uids, emptied?.contents], [inbox.id, "1", undefined]);
  });

  contract(
    "D5: what was deleted after the backup stays away; what was moved comes back in its old mailbox",
    async (world) => {
      const { archive, account, read, write, inbox } = world;
      const trash = await boxNamed(read, "Trash");
      const made = await write.createMailbox("Private");
      const mailbox = made.kind === "made" ? made.mailbox.id : assert.fail();
      const other = await write.createMailbox("Projects");
      const projects = other.kind === "made" ? other.mailbox.id : assert.fail();
      await append(
        write,
        inbox.id,
        mail({ subject: "deleted" }),
        mail({ subject: "binned" }),
        mail({ subject: "moved" }),
      );
      await append(write, inbox.id, mail({ subject: "stays twice" }), mail({ subject: "stays" }));
      await write.copy(inbox.id, set(4), trash.id);
      await append(write, mailbox, mail({ subject: "private" }));
      await append(write, projects, mail({ subject: "refiled" }));
      const snapshot = await archive.snapshot(account);
      const deleted = { kind: "add", flags: { system: DELETED, keywords: [] } } as const;
      await write.store(inbox.id, set(1, 4), deleted);
      await write.expunge(inbox.id, set(1, 4));
      await write.move(inbox.id, set(2, 3), trash.id);
      await write.store(trash.id, set(2), deleted);
      await write.expunge(trash.id, set(2));
      await write.deleteMailbox(mailbox);
      await write.move(projects, ALL, inbox.id);
      await write.deleteMailbox(projects);
      const left = leaveOutVanished(snapshot, await archive.vanished(account));
      const places = left.mails.map((one) => [one.mailbox, one.uid]);
      // Under new numbers: clients know the old ones as gone.
      assert.deepEqual(places, [
        [inbox.id, 5],
        [inbox.id, 6 + RESTORE_GAP],
        [trash.id, 1],
        [projects, 2 + RESTORE_GAP],
      ]);
      assert.equal(left.contents.length, 4);
      assert.ok(
        !left.mailboxes.some(({ id }) => id === mailbox),
        "a deleted mailbox comes back for mail that lives alone",
      );
      assert.ok(left.mailboxes.some(({ id }) => id === projects));
    },
  );
}

/** Registers the comparison of ledger and restore with what truly lives, over any commands. */
export function modelOfLedger(name: string, open: OpenArchivedStore): void {
  test(`D5: any commands after a backup: a restore brings back what lives, and nothing that was deleted (${name})`, async () => {
    const runs = fc.tuple(commands, commands, fc.array(fc.constantFrom("report", "delete", "run"), { maxLength: 8 }));
    const property = fc.asyncProperty(runs, ([before, after, steps]) =>
      inArchiveWorld(open, (world) => restoresWhatLives(world, before, after, steps), { vanishedCommits: 2 }),
    );
    await fc.assert(property, { numRuns: 30 });
  });
}

async function restoresWhatLives(
  world: ArchiveWorld,
  before: readonly Command[],
  after: readonly Command[],
  steps: readonly string[],
): Promise<void> {
  const { archive, account, read, write } = world;
  const ids: MailboxId[] = [];
  for (const name of BOXES) ids.push((await boxNamed(read, name)).id);
  for (const [n, command] of before.entries()) await runCommand(world, ids, command, `mail ${n}`);
  const snapshot = await archive.snapshot(account);
  const ledger: Vanished[] = [];
  const report = async (): Promise<void> => {
    const vanished = await archive.vanished(account);
    ledger.push(...vanished);
    await archive.reported(account, vanished);
  };
  for (const [n, command] of after.entries()) {
    await runCommand(world, ids, command, `later mail ${n}`);
    const step = steps[n];
    if (step === "report") await report();
    if (step !== "delete") continue;
    await write.deleteMailbox(ids[1] as MailboxId);
    const made = await write.createMailbox(BOXES[1] as string);
    ids[1] = made.kind === "made" ? made.mailbox.id : assert.fail();
  }
  await report();
  const left = leaveOutVanished(snapshot, ledger);
  const living = new Set((await archive.snapshot(account)).contents.map(({ id }) => id));
  const wanted = snapshot.contents.map(({ id }) => id).filter((id) => living.has(id));
  assert.deepEqual(
    left.contents.map(({ id }) => id),
    wanted,
  );
  assert.deepEqual(
    [...new Set(left.mails.map(({ content }) => content))].toSorted((a, b) => a - b),
    wanted,
  );
  const here = new Set((await archive.snapshot(account)).mails.map((one) => `${one.mailbox} ${one.uid}`));
  for (const one of left.mails) {
    const isHere = here.has(`${one.mailbox} ${one.uid}`);
    const others = left.mails.filter(({ content }) => content === one.content);
    const anyHere = others.some((other) => here.has(`${other.mailbox} ${other.uid}`));
    assert.ok(isHere || !anyHere, "an old place comes back only for mail that has no other");
  }
}
