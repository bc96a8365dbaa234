/** Contract cases about flags and keywords (RFC 9051 section 2.3.2) and conditional STORE (RFC 7162 section 3.1.3). */
import assert from "node:assert/strict";
import { numbers, range } from "../../syntax/bytes/number-set.ts";
import { DELETED, FLAGGED, keywordSetOf, SEEN } from "../flags.ts";
import { modSeq } from "../ids.ts";
import type { FlagChange, Stored } from "../mail-store.ts";
import { ALL, append, flagsText, type RegisterCase, rowsOf, set, stateOf, type World } from "./mail-world.ts";
import { mail } from "./samples.ts";

const change = (kind: FlagChange["kind"], system: number, ...keywords: readonly string[]): FlagChange => ({
  kind,
  flags: { system, keywords },
});

async function texts({ read, inbox }: World): Promise<readonly string[]> {
  const rows = await rowsOf(read, inbox.id, "flags");
  return Promise.all(rows.map(({ flags }) => flagsText(read, flags)));
}

async function stored(world: World, ...given: Parameters<World["write"]["store"]>): Promise<Stored> {
  const outcome = await world.write.store(...given);
  assert.equal(outcome.kind, "stored");
  return outcome;
}

export function flagCases(contract: RegisterCase): void {
  contract("flags are added, removed and replaced, and the counters follow", async (world) => {
    const { read, write, inbox } = world;
    await append(write, inbox.id, mail(), mail({ system: SEEN }), mail({ keywords: ["Old"] }));
    await stored(world, inbox.id, set(1, 2), change("add", FLAGGED, "Work"));
    assert.deepEqual(await texts(world), [`${FLAGGED} Work`, `${FLAGGED | SEEN} Work`, "0 Old"]);
    await stored(world, inbox.id, ALL, change("remove", SEEN, "WORK", "none"));
    assert.deepEqual(await texts(world), [`${FLAGGED}`, `${FLAGGED}`, "0 Old"]);
    await stored(world, inbox.id, ALL, change("replace", SEEN | DELETED, "New"));
    assert.deepEqual(await texts(world), Array(3).fill(`${SEEN | DELETED} New`));
    const state = await stateOf(read, inbox.id);
    assert.deepEqual([state.unseen, state.deleted], [0, 3]);
    assert.deepEqual([...(await read.keywords(inbox.id))].toSorted(), ["New", "Old", "Work"]);
  });

  contract(
    "keywords compare without case, keep their first spelling, and equal sets have equal numbers",
    async (world) => {
      const { read, write, inbox } = world;
      await append(
        write,
        inbox.id,
        mail({ keywords: ["$Label", "Zed"] }),
        mail({ keywords: ["zED", "$label", "ZED"] }),
        mail(),
      );
      const [a, b, c] = await rowsOf(read, inbox.id, "flags");
      assert.ok(a && b && c);
      assert.equal(a.flags, b.flags);
      assert.deepEqual([...(await read.keywordSet(keywordSetOf(a.flags)))].toSorted(), ["$Label", "Zed"]);
      assert.equal(keywordSetOf(c.flags), 0);
      assert.deepEqual(await read.keywordSet(0), []);
    },
  );

  contract(
    "a store answers with every mail that is there, and the new numbers with those that changed",
    async (world) => {
      const { read, write, inbox } = world;
      await append(write, inbox.id, mail(), mail({ system: SEEN }), mail());
      const before = await stateOf(read, inbox.id);
      const outcome = await stored(world, inbox.id, set(1, 2, 9), change("add", SEEN));
      assert.deepEqual(
        outcome.rows.map(({ uid }) => uid),
        [1, 2],
      );
      assert.deepEqual(outcome.rows, await rowsOf(read, inbox.id, "flags", set(1, 2)));
      assert.ok(outcome.modSeq > before.highestModSeq);
      assert.equal(outcome.modSeq, (await stateOf(read, inbox.id)).highestModSeq);
      assert.equal(outcome.rows[0]?.modSeq, outcome.modSeq);
      assert.deepEqual(await rowsOf(read, inbox.id, "flags", set(3)), [
        { ...(await rowsOf(read, inbox.id, "flags", set(3)))[0] },
      ]);
    },
  );

  for (const count of [3, 200])
    contract(`of ${count} mails those change that must, mail by mail or in one go`, async (world) => {
      const { read, write, inbox } = world;
      const all = range(1, count);
      await append(write, inbox.id, ...Array.from({ length: count }, () => mail()));
      await stored(world, inbox.id, set(2), change("add", SEEN, "Work"));
      const { highestModSeq: since } = await stateOf(read, inbox.id);
      const silent = await stored(world, inbox.id, all, { ...change("add", SEEN | DELETED), isSilent: true });
      assert.deepEqual([silent.count, silent.isCommit, silent.modSeq], [count, true, since + 1]);
      const again = await stored(world, inbox.id, all, change("add", DELETED));
      assert.deepEqual([again.count, again.rows.length, again.isCommit], [count, count, false]);
      await stored(world, inbox.id, all, change("add", SEEN, "Work"));
      const changed = await read.changes(inbox.id, silent.modSeq);
      assert.deepEqual(
        changed && [...numbers(changed.changed)],
        [...numbers(all)].filter((uid) => uid !== 2),
      );
      const some = await stored(world, inbox.id, all, change("remove", SEEN), silent.modSeq);
      assert.deepEqual([some.count, some.rows[0]?.uid, some.modified.size], [1, 2, count - 1]);
      await stored(world, inbox.id, all, change("replace", FLAGGED));
      assert.deepEqual(await texts(world), Array(count).fill(`${FLAGGED}`));
      const state = await stateOf(read, inbox.id);
      assert.deepEqual([state.unseen, state.deleted], [count, 0]);
    });

  contract("RFC 7162 section 3.1.3: what changed after UNCHANGEDSINCE is left alone and named", async (world) => {
    const { read, write, inbox } = world;
    await append(write, inbox.id, mail(), mail(), mail());
    const { highestModSeq: since } = await stateOf(read, inbox.id);
    await stored(world, inbox.id, set(2), change("add", FLAGGED));
    const outcome = await stored(world, inbox.id, ALL, change("add", SEEN), since);
    assert.deepEqual(
      outcome.rows.map(({ uid }) => uid),
      [1, 3],
    );
    assert.deepEqual([...numbers(outcome.modified)], [2]);
    assert.deepEqual(await texts(world), [`${SEEN}`, `${FLAGGED}`, `${SEEN}`]);
    const none = await stored(world, inbox.id, ALL, change("add", DELETED), modSeq(0));
    assert.deepEqual([...numbers(none.modified)], [1, 2, 3]);
    assert.equal((await stateOf(read, inbox.id)).deleted, 0);
  });
}
