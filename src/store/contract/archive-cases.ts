/** What every `AccountArchive` must do: take an account as it is, remember what was sent, and see whether it changed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { DELETED, FLAGGED, SEEN } from "../flags.ts";
import type { ContentId, MailboxId } from "../ids.ts";
import {
  type ArchiveWorld,
  contentsOf,
  inArchiveWorld,
  type OpenArchivedStore,
  type RegisterArchiveCase,
  rowsOfPart,
  sentOf,
} from "./archive-world.ts";
import { ALL, append, boxNamed, newAccountId, rowsOf, set } from "./mail-world.ts";
import { BOXES, type Command, commands, runCommand } from "./model-cases.ts";
import { restoreCases } from "./restore-cases.ts";
import { chunked, collect, mail } from "./samples.ts";
import { withCode } from "./store-cases.ts";
import { ledgerCases, modelOfLedger } from "./vanished-cases.ts";

export function archiveContract(name: string, open: OpenArchivedStore): void {
  const contract: RegisterArchiveCase = (claim, body, limits) => {
    test(`${claim} (${name})`, () => inArchiveWorld(open, body, limits));
  };
  snapshotCases(contract);
  sentCases(contract);
  ledgerCases(contract);
  restoreCases(contract);
  test(`any commands: the mark changes with what a part holds, and with nothing else (${name})`, async () => {
    const property = fc.asyncProperty(commands, (run) => inArchiveWorld(open, (world) => marksTellChanges(world, run)));
    await fc.assert(property, { numRuns: 20 });
  });
  modelOfLedger(name, open);
}

function snapshotCases(contract: RegisterArchiveCase): void {
  contract("a snapshot holds every row of the account, each content once", async (world) => {
    const { archive, account, read, write, inbox } = world;
    const flagged = mail({ subject: "one", system: SEEN | FLAGGED, keywords: ["$Label1", "other"] });
    await append(write, inbox.id, flagged, mail({ subject: "two" }));
    const archived = await boxNamed(read, "Archive");
    await write.copy(inbox.id, set(1), archived.id);
    await write.subscribe("elsewhere", true);
    const snapshot = await archive.snapshot(account);
    const states = (await read.mailboxes()).toSorted((a, b) => a.id - b.id);
    assert.deepEqual(
      snapshot.mailboxes,
      states.map(({ id, name, specialUse, uidValidity, uidNext, highestModSeq }) => ({
        id,
        name,
        specialUse,
        uidValidity,
        uidNext,
        highestModSeq,
      })),
    );
    assert.deepEqual(snapshot.subscriptions, await read.subscriptions());
    assert.equal(snapshot.quotaBytes, 100_000_000);
    const rows = [...(await rowsOf(read, inbox.id, "facts")), ...(await rowsOf(read, archived.id, "facts"))];
    const keywords = [["$Label1", "other"], [], ["$Label1", "other"]];
    assert.deepEqual(
      snapshot.mails,
      rows.map(({ uid, content, modSeq, internalDate, zoneMinutes, savedDate }, at) => ({
        mailbox: at === 2 ? archived.id : inbox.id,
        uid,
        content,
        modSeq,
        system: at === 1 ? 0 : SEEN | FLAGGED,
        keywords: keywords[at],
        internalDate,
        zoneMinutes,
        savedDate,
      })),
    );
    assert.deepEqual(
      snapshot.contents.map(({ id, size, sent }) => [id, size, sent]),
      [...new Map(rows.map((row) => [row.content, row.size]))].map(([id, size]) => [id, size, []]),
    );
    const keys = new Set(snapshot.contents.map(({ key }) => Buffer.from(key).toString("hex")));
    assert.equal(keys.size, 2);
    assert.ok(snapshot.contents.every(({ key }) => key.length === 32));
    assert.equal(snapshot.mark, await archive.mark(account));
    await assert.rejects(archive.snapshot(newAccountId()), withCode("no-account"));
  });

  contract(
    "the mark changes with mailboxes, subscriptions and quota too",
    async ({ archive, account, read, write }) => {
      const marks = new Set([await archive.mark(account)]);
      const changes = async (step: () => Promise<unknown>): Promise<void> => {
        await step();
        const mark = await archive.mark(account);
        assert.ok(!marks.has(mark));
        marks.add(mark);
      };
      const same = async (step: () => Promise<unknown>): Promise<void> => {
        const before = await archive.mark(account);
        await step();
        assert.equal(await archive.mark(account), before);
      };
      await changes(() => write.createMailbox("Lists/node"));
      await changes(async () => write.renameMailbox((await boxNamed(read, "Lists")).id, "Groups"));
      await changes(() => write.subscribe("Groups/node", true));
      await same(() => write.subscribe("Groups/node", true));
      await changes(() => write.setQuota(5_000_000));
      await changes(async () => write.deleteMailbox((await boxNamed(read, "Groups/node")).id));
      await same(() => write.createMailbox("INBOX"));
    },
  );

  contract("pieces give the octets as received; what was expunged meanwhile is left out", async (world) => {
    const { archive, account, write, inbox } = world;
    const large = new Uint8Array(700_000).map((_, at) => (at < 20 ? 65 : (at * 7919) >> 5));
    large.set(new TextEncoder().encode("Subject: large\r\n\r\n"));
    const texts = ["a".repeat(5000), "", "c"].map((text) => mail({ subject: "s", text }));
    await append(write, inbox.id, ...texts, mail({ octets: large, content: chunked(large, 99_999) }));
    const snapshot = await archive.snapshot(account);
    const content = await contentsOf(world, snapshot);
    const wanted = [...texts.map((one) => one.content.bytes), large];
    const ids = snapshot.mails.map((one) => one.content);
    for (const [at, id] of ids.entries()) {
      const octets = await collect((await content(id)).content.pieces());
      assert.ok(Buffer.from(wanted[at] ?? assert.fail()).equals(octets));
    }
    await write.store(inbox.id, set(2, 4), { kind: "add", flags: { system: DELETED, keywords: [] } });
    await write.expunge(inbox.id, ALL);
    const left = new Set<ContentId>();
    for await (const { content } of archive.pieces(account, ids)) left.add(content);
    assert.deepEqual([...left], [ids[0], ids[2]]);
    assert.throws(() => archive.inflate(Uint8Array.of(9, 9, 9)), withCode("io"));
    assert.throws(() => archive.inflate(new Uint8Array(0)), withCode("io"));
  });
}

function sentCases(contract: RegisterArchiveCase): void {
  contract("what was sent is remembered, whole or not at all, until it is forgotten", async (world) => {
    const { archive, account, write, inbox } = world;
    await append(write, inbox.id, mail({ subject: "one" }), mail({ subject: "two" }));
    const snapshot = await archive.snapshot(account);
    const sent = await sentOf(world, snapshot);
    const part = { part: "part one", key: new Uint8Array(32).fill(7), mark: snapshot.mark };
    assert.equal(await archive.remembered(account), undefined);
    const firstContent = snapshot.contents[0]?.id;
    await archive.remember(account, part, sent.slice(0, -1));
    const halfSent = (await archive.snapshot(account)).contents.map((one) => one.sent);
    assert.deepEqual(halfSent, [sent.filter(({ content }) => content === firstContent), []]);
    await archive.remember(account, part, sent.slice(-1));
    const again = await archive.snapshot(account);
    assert.deepEqual(
      again.contents.flatMap((one) => one.sent),
      sent,
    );
    assert.equal(again.mark, snapshot.mark, "remembering changes nothing that a part holds");
    const remembered = (await archive.remembered(account)) ?? assert.fail();
    assert.deepEqual({ ...remembered, key: new Uint8Array(remembered.key) }, part);
    await archive.forget(account);
    assert.equal(await archive.remembered(account), undefined);
    assert.deepEqual(
      (await archive.snapshot(account)).contents.map((one) => one.sent),
      [[], []],
    );
  });

  contract("D4: the key of a part goes with the first mail that it could open and that was deleted", async (world) => {
    const { store, archive, account, write, inbox } = world;
    await append(write, inbox.id, mail({ system: DELETED }), mail());
    const snapshot = await archive.snapshot(account);
    const part = { part: "p", key: new Uint8Array(32), mark: snapshot.mark };
    await archive.remember(account, part, await sentOf(world, snapshot));
    await write.store(inbox.id, ALL, { kind: "add", flags: { system: SEEN, keywords: [] } });
    await write.expunge(inbox.id, ALL);
    await store.settle();
    assert.equal(await archive.remembered(account), undefined);
    await archive.remember(account, part, await sentOf(world, snapshot));
    assert.equal(await archive.remembered(account), undefined, "a part that was made before it is not remembered");
    const [left] = (await archive.snapshot(account)).contents;
    assert.ok((left?.sent.length ?? 0) > 0, "what lives need not be sent again");
  });
}

async function marksTellChanges(world: ArchiveWorld, run: readonly Command[]): Promise<void> {
  const { store, archive, account, read } = world;
  const ids: MailboxId[] = [];
  for (const name of BOXES) ids.push((await boxNamed(read, name)).id);
  let before = await archive.snapshot(account);
  for (const [n, command] of run.entries()) {
    await runCommand(world, ids, command, `mail ${n}`);
    const after = await archive.snapshot(account);
    const isSame = JSON.stringify(rowsOfPart(before)) === JSON.stringify(rowsOfPart(after));
    assert.equal(after.mark === before.mark, isSame);
    await archive.remember(account, { part: "p", key: new Uint8Array(32), mark: after.mark }, []);
    if (n % 5 === 0) await store.settle();
    await archive.reported(account, await archive.vanished(account));
    assert.equal(await archive.mark(account), after.mark);
    before = after;
  }
}
