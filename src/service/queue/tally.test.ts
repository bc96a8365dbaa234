import assert from "node:assert/strict";
import { test } from "node:test";
import { allListed } from "./listed.ts";
import { QueueWorld } from "./queue-world.fixture.ts";
import { tally } from "./tally.ts";

test("so many groups are kept; what is of further ones is counted together, and nothing twice", async () => {
  await using world = await QueueWorld.open();
  for (const name of ["a", "b", "a", "c", "d", "a"]) await world.send([`x@${name}.example`, `y@${name}.example`]);
  const { groups, beyond } = await tally(allListed(world.queue, undefined), "destination", 2);
  assert.deepEqual(
    groups.map(({ key, parts, recipients }) => [key, parts, recipients]),
    [
      ["a.example", 3, 6],
      ["b.example", 1, 2],
    ],
  );
  assert.deepEqual([beyond?.parts, beyond?.recipients], [2, 4]);
});
