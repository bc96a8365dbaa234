/** Random commands against the store and against a model too simple to be wrong; snapshots are asked for afterwards. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { difference, EMPTY, fromNumbers, has, type NumberSet, numbers, range } from "../../syntax/bytes/number-set.ts";
import { DELETED, SEEN, SYSTEM_MASK } from "../flags.ts";
import type { MailboxId, ModSeq } from "../ids.ts";
import { boxNamed, flagsText, inWorld, type OpenMailStore, rowsOf, stateOf, type World } from "./mail-world.ts";
import { mail } from "./samples.ts";

/** `erase` stands for the writer's `remove`, as `add`, `remove` and `replace` are what STORE does with flags. */
type Verb = "append" | "add" | "remove" | "replace" | "copy" | "move" | "expunge" | "erase";
export type Command = {
  readonly verb: Verb;
  readonly box: number;
  readonly to: number;
  readonly uids: readonly number[];
  readonly system: number;
  readonly keywords: readonly string[];
};

const KEYWORDS = ["Alpha", "Beta", "$Gamma"];
export const BOXES: readonly string[] = ["INBOX", "Archive"];

export const commands: fc.Arbitrary<Command[]> = fc.array(
  fc.record({
    verb: fc.constantFrom<Verb>("append", "append", "add", "remove", "replace", "copy", "move", "expunge", "erase"),
    box: fc.nat(1),
    to: fc.nat(1),
    uids: fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { maxLength: 6 }),
    system: fc.constantFrom(0, SEEN, DELETED, SEEN | DELETED),
    keywords: fc.uniqueArray(fc.constantFrom(...KEYWORDS), { maxLength: 2 }),
  }),
  { minLength: 1, maxLength: 25 },
);

type ModelMail = { readonly system: number; readonly keywords: ReadonlySet<string>; readonly subject: string };
type ModelBox = { uidNext: number; mails: Map<number, ModelMail> };
type Snapshot = {
  readonly box: number;
  readonly modSeq: ModSeq;
  readonly uidNext: number;
  readonly mails: ReadonlyMap<number, string>;
};

export function modelCases(name: string, open: OpenMailStore): void {
  test(`any commands leave the store as the simple model has it (${name})`, async () => {
    const property = fc.asyncProperty(commands, (run) => inWorld(open, (world) => compare(world, run)));
    await fc.assert(property, { numRuns: 25 });
  });
}

/** Runs one command on the store. `subject` tells appended mails apart. */
export async function runCommand(
  { write }: Pick<World, "write">,
  ids: readonly MailboxId[],
  command: Command,
  subject: string,
): Promise<unknown> {
  const { verb, system, keywords } = command;
  const [from, to] = [ids[command.box] as MailboxId, ids[command.to] as MailboxId];
  const uids = fromNumbers(command.uids);
  if (verb === "append") return write.append(from, [mail({ subject, system, keywords })]);
  if (verb === "copy") return write.copy(from, uids, to);
  if (verb === "move") return write.move(from, uids, to);
  if (verb === "expunge") return write.expunge(from, uids);
  if (verb === "erase") return write.remove(from, uids);
  return write.store(from, uids, { kind: verb, flags: { system, keywords } });
}

async function compare(world: World, run: readonly Command[]): Promise<void> {
  const ids: MailboxId[] = [];
  for (const name of BOXES) ids.push((await boxNamed(world.read, name)).id);
  const boxes: ModelBox[] = BOXES.map(() => ({ uidNext: 1, mails: new Map() }));
  const snapshots: Snapshot[] = [];
  for (const [n, command] of run.entries()) {
    const before = await Promise.all(ids.map((id) => stateOf(world.read, id)));
    await runCommand(world, ids, command, `mail ${n}`);
    applyToModel(boxes, command, `mail ${n}`);
    for (const [at, id] of ids.entries()) {
      const model = boxes[at] as ModelBox;
      const mails = await sameMails(world, id, model);
      const { highestModSeq } = await stateOf(world.read, id);
      assert.ok(highestModSeq >= (before[at]?.highestModSeq ?? 0), "mod-sequences never fall");
      snapshots.push({ box: at, modSeq: highestModSeq, uidNext: model.uidNext, mails });
    }
  }
  for (const snapshot of snapshots) await sameHistory(world, ids[snapshot.box] as MailboxId, snapshot, boxes);
}

function applyToModel(boxes: readonly ModelBox[], command: Command, subject: string): void {
  const [from, to] = [boxes[command.box] as ModelBox, boxes[command.to] as ModelBox];
  const given = { system: command.system, keywords: new Set(command.keywords) };
  const chosen = command.uids.toSorted((a, b) => a - b).filter((uid) => from.mails.has(uid));
  if (command.verb === "append") from.mails.set(from.uidNext++, { ...given, subject });
  const taken = chosen.map((uid) => [uid, from.mails.get(uid) as ModelMail] as const);
  for (const [uid, one] of taken) {
    if (command.verb === "copy" || command.verb === "move") to.mails.set(to.uidNext++, one);
    if (command.verb === "move" || command.verb === "erase") from.mails.delete(uid);
    if (command.verb === "expunge" && (one.system & DELETED) !== 0) from.mails.delete(uid);
    if (command.verb === "add") {
      from.mails.set(uid, { ...one, system: one.system | given.system, keywords: one.keywords.union(given.keywords) });
    }
    if (command.verb === "remove") {
      const system = one.system & ~given.system & SYSTEM_MASK;
      from.mails.set(uid, { ...one, system, keywords: one.keywords.difference(given.keywords) });
    }
    if (command.verb === "replace") from.mails.set(uid, { ...one, ...given });
  }
}

/** Compares mails, flags and counters; answers with the flags of each. */
async function sameMails({ read }: World, id: MailboxId, model: ModelBox): Promise<ReadonlyMap<number, string>> {
  const found = new Map<number, string>();
  for (const row of await rowsOf(read, id, "search")) {
    found.set(row.uid, `${await flagsText(read, row.flags)} / ${row.subject}`);
  }
  const wanted = new Map(
    [...model.mails].map(([uid, { system, keywords, subject }]) => [
      uid,
      `${[system, ...[...keywords].toSorted()].join(" ")} / ${subject}`,
    ]),
  );
  assert.deepEqual([...found], [...wanted]);
  const state = await stateOf(read, id);
  const mails = [...model.mails.values()];
  assert.deepEqual(
    [state.uidNext, state.messages, state.unseen, state.deleted],
    [
      model.uidNext,
      mails.length,
      mails.filter(({ system }) => (system & SEEN) === 0).length,
      mails.filter(({ system }) => (system & DELETED) !== 0).length,
    ],
  );
  assert.deepEqual(await read.uids(id), fromNumbers(model.mails.keys()));
  return found;
}

/** What the store tells of an earlier moment must lead from that moment to now. */
async function sameHistory({ read }: World, id: MailboxId, then: Snapshot, boxes: readonly ModelBox[]): Promise<void> {
  const now = boxes[then.box] as ModelBox;
  const old = fromNumbers(then.mails.keys());
  const asOf = { modSeq: then.modSeq, uidNext: (await stateOf(read, id)).uidNext };
  const uidNext = then.uidNext as typeof asOf.uidNext;
  assert.deepEqual(await read.uids(id, { ...asOf, uidNext }), old);
  const changes = await read.changes(id, then.modSeq);
  assert.ok(changes?.complete);
  const existing = fromNumbers(now.mails.keys());
  assert.deepEqual(difference(changes.changed, existing), EMPTY, "only what exists is told as changed");
  assert.deepEqual(difference(difference(old, existing), changes.vanished), EMPTY, "all that went is told as vanished");
  assert.deepEqual(
    difference(changes.vanished, gaps(existing, now.uidNext)),
    EMPTY,
    "nothing is told as vanished that is there",
  );
  const rows = await rowsOf(read, id, "flags");
  const later = rows.filter((row) => row.modSeq > then.modSeq).map((row) => row.uid);
  assert.deepEqual(changes.changed, fromNumbers(later));
  for (const row of rows) {
    const before = then.mails.get(row.uid);
    if (before === undefined) assert.ok(has(changes.changed, row.uid), "what is new is told as changed");
    else if (!has(changes.changed, row.uid)) assert.ok(before.startsWith(await flagsText(read, row.flags)));
  }
}

function gaps(existing: NumberSet, uidNext: number): NumberSet {
  return difference(range(1, uidNext - 1), fromNumbers(numbers(existing)));
}
