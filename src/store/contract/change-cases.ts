/** Contract cases about what changed since (RFC 7162, CONDSTORE and QRESYNC). */
import assert from "node:assert/strict";
import { numbers } from "../../syntax/bytes/number-set.ts";
import { DELETED, SEEN } from "../flags.ts";
import { modSeq } from "../ids.ts";
import type { MailboxState } from "../mail-store.ts";
import { ALL, append, type RegisterCase, set, stateOf, type World } from "./mail-world.ts";
import { mail } from "./samples.ts";

async function changes({ read, inbox }: World, since: MailboxState): Promise<readonly (readonly number[])[]> {
  const found = await read.changes(inbox.id, since.highestModSeq);
  assert.ok(found);
  assert.equal(found.complete, true);
  assert.deepEqual(found.state, await stateOf(read, inbox.id));
  return [[...numbers(found.changed)], [...numbers(found.vanished)]];
}

async function remove({ write, inbox }: World, uid: number): Promise<void> {
  await write.store(inbox.id, set(uid), { kind: "add", flags: { system: DELETED, keywords: [] } });
  await write.expunge(inbox.id, set(uid));
}

export function changeCases(contract: RegisterCase): void {
  contract("what changed since is told exactly: new, reflagged, gone", async (world) => {
    const { read, write, inbox } = world;
    await append(write, inbox.id, mail(), mail(), mail());
    const first = await stateOf(read, inbox.id);
    assert.deepEqual(await changes(world, first), [[], []]);
    await write.store(inbox.id, set(2), { kind: "add", flags: { system: SEEN, keywords: [] } });
    const second = await stateOf(read, inbox.id);
    await append(write, inbox.id, mail());
    await remove(world, 1);
    assert.deepEqual(await changes(world, first), [[2, 4], [1]]);
    assert.deepEqual(await changes(world, second), [[4], [1]]);
    assert.deepEqual(await changes(world, await stateOf(read, inbox.id)), [[], []]);
    const all = await read.changes(inbox.id, modSeq(0));
    assert.deepEqual([...numbers(all?.changed ?? set())], [2, 3, 4]);
  });

  contract("the UIDs of an earlier moment are told", async (world) => {
    const { read, write, inbox } = world;
    await append(write, inbox.id, mail(), mail(), mail());
    const then = await stateOf(read, inbox.id);
    await remove(world, 2);
    const between = await stateOf(read, inbox.id);
    await append(write, inbox.id, mail());
    await remove(world, 4);
    await remove(world, 3);
    const at = async ({ highestModSeq, uidNext }: MailboxState): Promise<readonly number[]> => {
      const uids = await read.uids(inbox.id, { modSeq: highestModSeq, uidNext });
      return [...numbers(uids ?? assert.fail("the log reaches back"))];
    };
    assert.deepEqual(await at(then), [1, 2, 3]);
    assert.deepEqual(await at(between), [1, 3]);
    assert.deepEqual(await at(await stateOf(read, inbox.id)), [1]);
  });

  contract(
    "beyond the log of vanished UIDs everything that is not there is told as gone",
    async (world) => {
      const { read, write, inbox } = world;
      await append(write, inbox.id, ...Array.from({ length: 200 }, () => mail()));
      const old = await stateOf(read, inbox.id);
      for (let uid = 1; uid < 180; uid++) await remove(world, uid);
      assert.equal(await read.uids(inbox.id, { modSeq: old.highestModSeq, uidNext: old.uidNext }), undefined);
      const found = await read.changes(inbox.id, old.highestModSeq);
      assert.equal(found?.complete, false);
      assert.equal(found?.vanished.size, 179);
      const recent = await stateOf(read, inbox.id);
      await remove(world, 180);
      assert.deepEqual(await changes(world, recent), [[], [180]]);
    },
    { vanishedCommits: 2 },
  );

  contract(
    "each commit raises the mod-sequence, and one that changes nothing does not",
    async ({ read, write, inbox }) => {
      let last = (await stateOf(read, inbox.id)).highestModSeq;
      const rises = async (step: () => Promise<unknown>, expected: boolean): Promise<void> => {
        await step();
        const { highestModSeq } = await stateOf(read, inbox.id);
        assert.equal(highestModSeq > last, expected);
        last = highestModSeq;
      };
      await rises(() => append(write, inbox.id, mail(), mail()), true);
      const seen = { kind: "add", flags: { system: SEEN, keywords: [] } } as const;
      await rises(() => write.store(inbox.id, ALL, seen), true);
      await rises(() => write.store(inbox.id, ALL, seen), false);
      await rises(() => write.expunge(inbox.id, ALL), false);
      await rises(() => write.copy(inbox.id, set(1), inbox.id), true);
      await rises(() => write.move(inbox.id, set(1), inbox.id), true);
      await rises(() => write.store(inbox.id, ALL, { kind: "add", flags: { system: DELETED, keywords: [] } }), true);
      await rises(() => write.expunge(inbox.id, ALL), true);
      await rises(() => write.subscribe("x", true), false);
    },
  );
}
