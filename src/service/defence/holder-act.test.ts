import assert from "node:assert/strict";
import { test } from "node:test";
import { ANSWERED, FLAGGED, SEEN } from "../../store/flags.ts";
import { fromNumbers, numbers, range } from "../../syntax/bytes/number-set.ts";
import { lessonOfFlags, lessonOfMove, newestOf } from "./holder-act.ts";

test("F6: into Junk says unwanted, out of it wanted; into Trash, within Junk and elsewhere say nothing", () => {
  const said = [
    lessonOfMove(undefined, "\\Junk"),
    lessonOfMove("\\Trash", "\\Junk"),
    lessonOfMove("\\Junk", undefined),
    lessonOfMove("\\Junk", "\\Archive"),
    lessonOfMove("\\Junk", "\\Trash"),
    lessonOfMove("\\Junk", "\\Junk"),
    lessonOfMove(undefined, "\\Trash"),
    lessonOfMove(undefined, undefined),
  ];
  const nothing = undefined;
  assert.deepEqual(said, ["unwanted", "unwanted", "wanted", "wanted", nothing, nothing, nothing, nothing]);
});

test("F6: an answer and the registered keywords say what they mean; both keywords say nothing", () => {
  const said = (system: number, ...keywords: readonly string[]): unknown => lessonOfFlags({ system, keywords });
  assert.equal(said(ANSWERED | SEEN), "wanted");
  assert.equal(said(0, "$NotJunk"), "wanted");
  assert.equal(said(SEEN, "$JUNK", "$Forwarded"), "unwanted");
  assert.equal(said(ANSWERED, "$Junk"), "unwanted");
  assert.equal(said(ANSWERED, "$Junk", "$NotJunk"), undefined);
  // Filters of clients set these of themselves, on all mail.
  assert.equal(said(SEEN | FLAGGED, "NonJunk", "Junk"), undefined);
});

test("of many messages the newest teach", () => {
  const uids = fromNumbers([1, 2, 3, 10, 11, 20]);
  assert.deepEqual([...numbers(newestOf(uids, 2))], [11, 20]);
  assert.deepEqual([...numbers(newestOf(uids, 5))], [2, 3, 10, 11, 20]);
  assert.equal(newestOf(uids, 6), uids);
  assert.deepEqual([...numbers(newestOf(range(1, 1000), 3))], [998, 999, 1000]);
});
