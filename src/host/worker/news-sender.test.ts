import assert from "node:assert/strict";
import test from "node:test";
import { FakeClock } from "../../../test/world/fake-clock.ts";
import type { ControlNews } from "../control/control-message.ts";
import { createNewsSender, type NewsSender } from "./news-sender.ts";

function sending(): {
  readonly sender: NewsSender;
  readonly sent: (readonly ControlNews[])[];
  readonly clock: FakeClock;
} {
  const sent: (readonly ControlNews[])[] = [];
  const clock = new FakeClock("2026-03-01T00:00:00Z");
  return { sender: createNewsSender(clock, (news) => sent.push(news)), sent, clock };
}

test("the first line goes at once; the others gather until it was taken", async () => {
  const { sender, sent } = sending();
  await sender.line("1");
  await sender.line("2");
  await sender.line("3");
  assert.deepEqual(sent, [[{ kind: "line", text: "1" }]]);
  sender.taken();
  assert.deepEqual(sent[1], [
    { kind: "line", text: "2" },
    { kind: "line", text: "3" },
  ]);
  sender.taken();
  await sender.line("4");
  assert.equal(sent.length, 3);
});

test("a command that tells faster than anyone reads is held back, until lines were taken or nobody is there", async () => {
  for (const release of ["taken", "cancel"] as const) {
    const { sender } = sending();
    await sender.line("1");
    let waits = true;
    const line = sender.line("x".repeat(100_000)).then(() => (waits = false));
    await new Promise(setImmediate);
    assert.equal(waits, true);
    sender[release]();
    await line;
    assert.equal(sender.signal.aborted, release === "cancel");
  }
});

test("the rest is sent ahead of the answer, and nothing to nobody", async () => {
  const { sender, sent } = sending();
  await sender.line("1");
  await sender.line("2");
  sender.finish();
  assert.equal(sent.length, 2);
  sender.cancel();
  await sender.line("3");
  sender.finish();
  assert.equal(sent.length, 2);
});

test("steps of work are thinned out; the last of a step is told", async () => {
  const { sender, sent, clock } = sending();
  for (let done = 1; done <= 1000; done++) {
    sender.progress("reading", done, 1000);
    sender.taken();
  }
  assert.deepEqual(sent.flat(), [
    { kind: "progress", step: "reading", done: 1, total: 1000 },
    { kind: "progress", step: "reading", done: 1000, total: 1000 },
  ]);
  await clock.advance(200);
  sender.progress("reading", 1, undefined);
  assert.deepEqual(sent.at(-1), [{ kind: "progress", step: "reading", done: 1 }]);
});
