/** Runs the same random commands on two stores and compares every answer and everything that can be read afterwards. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import type { MailboxId, ModSeq } from "../ids.ts";
import { boxNamed, flagsText, inWorld, type OpenMailStore, rowsOf, type World } from "./mail-world.ts";
import { BOXES, type Command, commands, runCommand } from "./model-cases.ts";

export function sameBehaviour(name: string, one: OpenMailStore, other: OpenMailStore): void {
  test(`any commands are answered alike by both stores (${name})`, async () => {
    const property = fc.asyncProperty(commands, (run) =>
      inWorld(one, (first) =>
        inWorld(other, async (second) => {
          assert.deepEqual(await story(first, run), await story(second, run));
        }),
      ),
    );
    await fc.assert(property, { numRuns: 25 });
  });
}

/** Room for so little mail that most runs cross the lines of the quota. */
const FEW_MAILS_BYTES = 200;

/** Answers and states in a form in which numbers that a store chooses freely do not occur. */
async function story(world: World, run: readonly Command[]): Promise<readonly unknown[]> {
  const ids: MailboxId[] = [];
  for (const name of BOXES) ids.push((await boxNamed(world.read, name)).id);
  await world.write.setQuota(FEW_MAILS_BYTES);
  const told: unknown[] = [];
  const moments: (readonly [MailboxId, ModSeq])[] = [];
  for (const [n, command] of run.entries()) {
    told.push(await readable(world, await runCommand(world, ids, command, `mail ${n}`)));
    for (const id of ids) {
      const { uidValidity: _, ...state } = (await world.read.mailboxById(id)) ?? assert.fail();
      moments.push([id, state.highestModSeq]);
      told.push(state);
    }
    const { line, crossedAt, fullSince } = await world.read.quotaMarks();
    told.push([line, crossedAt !== undefined, fullSince !== undefined]);
  }
  for (const id of ids) {
    const rows = await rowsOf(world.read, id, "listing");
    for (const { uid, flags, modSeq, size, envelope } of rows) {
      told.push([uid, await flagsText(world.read, flags), modSeq, size, envelope]);
    }
    told.push([...(await world.read.keywords(id))].toSorted());
  }
  for (const [id, since] of moments) {
    const changes = await world.read.changes(id, since);
    told.push([changes?.changed, changes?.vanished, changes?.complete]);
  }
  return told;
}

async function readable({ read }: World, outcome: unknown): Promise<unknown> {
  if (typeof outcome !== "object" || outcome === null) return outcome;
  const {
    uidValidity: _,
    rows,
    ...rest
  } = outcome as { uidValidity?: number; rows?: Awaited<ReturnType<typeof rowsOf<"flags">>> };
  if (rows === undefined) return rest;
  const texts = await Promise.all(rows.map(({ flags }) => flagsText(read, flags)));
  return { ...rest, rows: rows.map(({ uid, modSeq }, at) => [uid, modSeq, texts[at]]) };
}
