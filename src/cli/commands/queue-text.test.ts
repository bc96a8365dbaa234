import assert from "node:assert/strict";
import { test } from "node:test";
import type { QueuedPart } from "../../service/queue/desk.ts";
import { deliveryId } from "../../store/ids.ts";
import { listText, messageText, releasedText, retriedText } from "./queue-text.ts";

const part: QueuedPart = {
  message: deliveryId("ab".repeat(16)),
  account: "alice@example.org",
  sender: "alice@example.org",
  size: 100,
  tlsWish: "policy",
  submittedAt: 0,
  destination: "a.example",
  recipients: [],
  state: "ready",
  hold: undefined,
  restsUntil: undefined,
  restsFor: undefined,
  attempts: 0,
  at: 0,
  deadline: 1000,
};

test("what the sender wants of TLS is shown where it is not the usual", () => {
  const shown = (tlsWish: QueuedPart["tlsWish"]): string => messageText({ now: 0, parts: [{ ...part, tlsWish }] });
  assert.doesNotMatch(shown("policy"), /TLS/);
  assert.match(shown("required"), /^only over TLS that is sure: its sender demands it$/m);
  assert.match(shown("optional"), /^whatever TLS comes to: its sender says that it is not required$/m);
});

test("what rests says whether nobody answered there, or its host has enough for now", () => {
  const sums = { messages: 1, items: 1, held: 0, troubled: 0 };
  const state = (restsFor: QueuedPart["restsFor"], restsUntil: number): string => {
    const one = { ...part, recipients: 1, reply: undefined, restsFor, restsUntil };
    return listText({ now: 0, sums, parts: [one], isMore: false }).split("\n")[3] ?? "";
  };
  assert.match(state("less", 57_000), / host asked for less, 57s /);
  assert.match(state("less", 900), / due /);
  assert.match(state("silence", 57_000), / destination rests 57s /);
  assert.match(state("silence", 0), / due /);
});

test("what was made due or released is not called sent: no service, or an account that may not send, is named", () => {
  const acted = { kind: "done", parts: 7, inHand: 0, held: 0, barred: 0, isServing: true } as const;
  assert.equal(retriedText(acted), "made 7 parts due");
  assert.equal(
    retriedText({ ...acted, parts: 0, inHand: 1 }),
    "nothing was left to be made due; 1 is being tried at this moment",
  );
  for (const [text, verb] of [
    [retriedText, "made 7 parts due"],
    [releasedText, "released 7 parts"],
  ] as const) {
    assert.equal(
      text({ ...acted, isServing: false }),
      `${verb}; no service runs, so nothing leaves before "altmail serve"`,
    );
    assert.equal(
      text({ ...acted, barred: 2 }),
      `${verb}; 2 are of an account that may not send, and held when its turn comes: "altmail account resume" lets it go`,
    );
  }
});
