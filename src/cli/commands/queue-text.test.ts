import assert from "node:assert/strict";
import { test } from "node:test";
import type { QueuedPart } from "../../service/queue/desk.ts";
import { deliveryId } from "../../store/ids.ts";
import { messageText } from "./queue-text.ts";

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
