/** Contract cases about messages: octets, derived values, copies, moves, expunges, search. */
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import type { ContentId } from "../ids.ts";
import type { MailReader } from "../mail-store.ts";
import { numbers } from "../../syntax/bytes/number-set.ts";
import { ALL, append, boxNamed, type RegisterCase, rowsOf, set, stateOf, uidsOf } from "./mail-world.ts";
import { chunked, collect, derivedOf, mail } from "./samples.ts";
import { withCode } from "./store-cases.ts";

const hash = (octets: Uint8Array): string => createHash("sha256").update(octets).digest("hex");
const PIECE = 256 * 1024;

async function poured(read: MailReader, content: ContentId, from: number, to: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for (let at = from; at < to; ) at = await read.pour(content, at, to, (piece) => void pieces.push(piece.slice()));
  return Buffer.concat(pieces);
}

export function messageCases(contract: RegisterCase): void {
  contract("what is appended comes back in every column as it was given", async ({ read, write, inbox, later }) => {
    later(0);
    const mails = [mail({ subject: "one", system: 1, keywords: ["A"] }), mail({ subject: "two", system: 8 })];
    const appended = await append(write, inbox.id, ...mails);
    assert.deepEqual(appended.uids, [1, 2]);
    assert.equal(appended.uidValidity, inbox.uidValidity);
    const state = await stateOf(read, inbox.id);
    assert.deepEqual([state.messages, state.unseen, state.deleted, state.uidNext], [2, 1, 1, 3]);
    assert.equal(appended.modSeq, state.highestModSeq);
    assert.ok(state.highestModSeq > inbox.highestModSeq);
    const octets = mails.map(({ content }) => content.size);
    assert.equal(state.octets, (octets[0] ?? 0) + (octets[1] ?? 0));
    const [facts] = await rowsOf(read, inbox.id, "facts");
    assert.ok(facts);
    assert.equal(facts.internalDate, 1_700_000_001_000);
    assert.equal(facts.zoneMinutes, -90);
    assert.equal(facts.size, octets[0]);
    assert.ok(Math.abs(facts.savedDate - Date.now()) < 60_000);
    const listing = await rowsOf(read, inbox.id, "listing");
    assert.deepEqual(
      listing.map((row) => row.envelope),
      mails.map(({ derived }) => derived.envelope),
    );
    assert.deepEqual(
      listing.map((row) => row.structure),
      mails.map(({ derived }) => derived.structure),
    );
    const [search] = await rowsOf(read, inbox.id, "search", set(2));
    const { from, to, cc, bcc, subject, sentDate } = mails[1]?.derived ?? assert.fail();
    assert.deepEqual(
      [search?.uid, search?.from, search?.to, search?.cc, search?.bcc, search?.subject, search?.sentDate],
      [2, from, to, cc, bcc, subject, sentDate],
    );
    assert.equal(await read.tree(facts.content), mails[0]?.derived.tree);
    assert.equal(new TextDecoder().decode(await read.header(facts.content)), "Subject: one\r\n\r\n");
  });

  contract(
    "appending to a mailbox that is gone is a value, appending nothing is nothing",
    async ({ read, write, inbox }) => {
      const made = await write.createMailbox("x");
      assert.ok(made.kind === "made");
      await write.deleteMailbox(made.mailbox.id);
      for (const outcome of [
        await write.append(made.mailbox.id, [mail()]),
        await write.copy(inbox.id, ALL, made.mailbox.id),
        await write.move(made.mailbox.id, ALL, inbox.id),
        await write.expunge(made.mailbox.id, ALL),
        await write.store(made.mailbox.id, ALL, { kind: "add", flags: { system: 1, keywords: [] } }),
      ]) {
        assert.deepEqual(outcome, { kind: "no-mailbox" });
      }
      assert.deepEqual((await append(write, inbox.id)).uids, []);
      assert.deepEqual(await stateOf(read, inbox.id), inbox);
    },
  );

  for (const size of [1, 2047, PIECE - 1, PIECE, PIECE + 1, 1024 * 1024 + 13]) {
    contract(
      `${size} octets come back exactly, whole and in part, from memory and from pieces`,
      async ({ read, write, inbox }) => {
        const octets = randomBytes(size);
        octets.set(new TextEncoder().encode("A: b\r\n\r\n").subarray(0, size));
        await append(write, inbox.id, mail({ octets }));
        await append(write, inbox.id, {
          ...mail({ octets }),
          content: chunked(octets, 65_537),
          derived: derivedOf(octets, "s", "t"),
        });
        for (const { content, size: told } of await rowsOf(read, inbox.id, "facts")) {
          assert.equal(told, size);
          const pieces: Uint8Array[] = [];
          for await (const piece of read.octets(content, 0, size)) pieces.push(piece);
          assert.ok(pieces.every((piece) => piece.length > 0 && piece.length <= PIECE));
          assert.equal(hash(Buffer.concat(pieces)), hash(octets));
          for (const [from, to] of [
            [0, 1],
            [5, 9],
            [PIECE - 3, PIECE + 3],
            [size - 1, size],
            [size - 1, size + 100],
            [size, size + 1],
            [3, 3],
          ] as const) {
            const part = await collect(read.octets(content, from, to));
            assert.equal(hash(part), hash(octets.subarray(from, Math.min(to, size))), `${from} to ${to}`);
            assert.equal(hash(await poured(read, content, from, to)), hash(part), `${from} to ${to}, poured`);
          }
        }
      },
    );
  }

  contract("a source that breaks off stores nothing", async ({ read, write, inbox }) => {
    const octets = randomBytes(600_000);
    const short = { ...chunked(octets, 1000), size: 700_000 };
    await assert.rejects(write.append(inbox.id, [{ ...mail({ octets }), content: short }]));
    const state = await stateOf(read, inbox.id);
    assert.deepEqual([state.messages, state.uidNext], [0, 1]);
  });

  contract("rows come in ascending slices, without UIDs that are not there", async ({ read, write, inbox }) => {
    await append(write, inbox.id, ...Array.from({ length: 40 }, () => mail()));
    await write.store(inbox.id, set(3, 7), { kind: "add", flags: { system: 8, keywords: [] } });
    await write.expunge(inbox.id, ALL);
    const rows = await rowsOf(read, inbox.id, "flags", set(1, 3, 4, 7, 39, 40, 41, 999));
    assert.deepEqual(
      rows.map(({ uid }) => uid),
      [1, 4, 39, 40],
    );
    assert.deepEqual(await rowsOf(read, inbox.id, "flags", set()), []);
  });

  contract(
    "RFC 4315 section 3: a copy pairs source and target UIDs and keeps flags and dates",
    async ({ read, write, inbox }) => {
      const archive = await boxNamed(read, "Archive");
      await append(write, archive.id, mail());
      await append(
        write,
        inbox.id,
        mail({ subject: "a" }),
        mail({ subject: "b", system: 1, keywords: ["K"] }),
        mail({ subject: "c" }),
      );
      const copied = await write.copy(inbox.id, set(2, 3, 9), archive.id);
      assert.ok(copied.kind === "copied");
      assert.equal(copied.uidValidity, archive.uidValidity);
      assert.deepEqual(
        [[...numbers(copied.from)], [...numbers(copied.to)]],
        [
          [2, 3],
          [2, 3],
        ],
      );
      const target = await stateOf(read, archive.id);
      assert.equal(copied.modSeq, target.highestModSeq);
      assert.deepEqual([target.messages, target.unseen], [3, 2]);
      const [, b, c] = await rowsOf(read, archive.id, "search");
      assert.deepEqual([b?.subject, c?.subject], ["b", "c"]);
      const [source] = await rowsOf(read, inbox.id, "facts", set(2));
      assert.deepEqual([b?.flags, b?.content, b?.internalDate], [source?.flags, source?.content, source?.internalDate]);
      assert.deepEqual(await read.keywords(archive.id), ["K"]);
      const none = await write.copy(inbox.id, set(50), archive.id);
      assert.equal(none.kind === "copied" && none.from.size, 0);
      const same = await write.copy(inbox.id, set(1), inbox.id);
      assert.deepEqual(same.kind === "copied" && [...numbers(same.to)], [4]);
      assert.equal((await read.usage()).messages, 7);
    },
  );

  contract("RFC 6851: a move takes and gives in one commit, within one mailbox too", async ({ read, write, inbox }) => {
    const archive = await boxNamed(read, "Archive");
    await append(write, inbox.id, mail({ subject: "a" }), mail({ subject: "b", system: 9 }), mail({ subject: "c" }));
    const before = await stateOf(read, inbox.id);
    const moved = await write.move(inbox.id, set(1, 2), archive.id);
    assert.ok(moved.kind === "copied");
    assert.deepEqual(
      [[...numbers(moved.from)], [...numbers(moved.to)]],
      [
        [1, 2],
        [1, 2],
      ],
    );
    assert.deepEqual(await uidsOf(read, inbox.id), [3]);
    assert.deepEqual(await uidsOf(read, archive.id), [1, 2]);
    const changes = await read.changes(inbox.id, before.highestModSeq);
    assert.deepEqual([...numbers(changes?.vanished ?? set())], [1, 2]);
    const within = await write.move(inbox.id, set(3), inbox.id);
    assert.deepEqual(within.kind === "copied" && [...numbers(within.to)], [4]);
    assert.deepEqual(await uidsOf(read, inbox.id), [4]);
    const [row] = await rowsOf(read, inbox.id, "search");
    assert.equal(row?.subject, "c");
    assert.equal((await read.usage()).messages, 3);
  });

  contract(
    "expunge removes what has \\Deleted among the given UIDs, and a UID never returns",
    async ({ read, write, inbox }) => {
      await append(write, inbox.id, mail({ system: 8 }), mail(), mail({ system: 8 }), mail({ system: 8 }));
      const expunged = await write.expunge(inbox.id, set(1, 2, 4, 10));
      assert.ok(expunged.kind === "expunged");
      assert.deepEqual([...numbers(expunged.uids)], [1, 4]);
      const state = await stateOf(read, inbox.id);
      assert.equal(expunged.modSeq, state.highestModSeq);
      assert.deepEqual([state.messages, state.deleted, state.uidNext], [2, 1, 5]);
      const nothing = await write.expunge(inbox.id, set(2));
      assert.deepEqual(nothing, { kind: "expunged", uids: set(), modSeq: state.highestModSeq });
      assert.deepEqual((await append(write, inbox.id, mail())).uids, [5]);
    },
  );

  contract(
    "D4: the content of a removed mail is gone, unless a copy names it",
    async ({ store, read, write, inbox }) => {
      const archive = await boxNamed(read, "Archive");
      await append(write, inbox.id, mail({ system: 8 }), mail({ system: 8 }));
      await write.copy(inbox.id, set(2), archive.id);
      const [gone, kept] = await rowsOf(read, inbox.id, "facts");
      assert.ok(gone && kept);
      await write.expunge(inbox.id, ALL);
      await store.settle();
      await assert.rejects(collect(read.octets(gone.content, 0, 10)), withCode("gone"));
      await assert.rejects(poured(read, gone.content, 0, 10), withCode("gone"));
      await assert.rejects(read.header(gone.content), withCode("gone"));
      assert.equal((await collect(read.octets(kept.content, 0, kept.size))).length, kept.size);
    },
  );

  contract("search finds folded text in bodies, and in headers when asked", async ({ read, write, inbox }) => {
    await append(
      write,
      inbox.id,
      mail({ subject: "needle", text: "nothing" }),
      mail({ text: "a needle here" }),
      mail(),
    );
    const found = async (scope: "body" | "text", needle: string, within = ALL): Promise<readonly number[]> => [
      ...numbers(await read.search(inbox.id, within, scope, needle)),
    ];
    assert.deepEqual(await found("body", "needle"), [2]);
    assert.deepEqual(await found("text", "needle"), [1, 2]);
    assert.deepEqual(await found("text", "needle", set(2, 3)), [2]);
    assert.deepEqual(await found("body", "absent"), []);
    assert.deepEqual(await found("text", "subject: needle"), [1]);
  });
}
