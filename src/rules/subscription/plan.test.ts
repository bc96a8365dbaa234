import assert from "node:assert/strict";
import { test } from "node:test";
import { type Plan, planChange } from "./plan.ts";
import { withdrawalEnd } from "./withdrawal.ts";
import { logInAlert, recipientReply, senderReply } from "./words.ts";

const sending = { messagesAMinute: 1, recipientsAnHour: 1, recipientsADay: 1, firstsADay: 1 };
const small: Plan = { name: "small", price: "p1", quotaBytes: 100, aliases: 1, sending };
const large: Plan = { name: "large", price: "p2", quotaBytes: 1000, aliases: 10, sending };

test("M1: up at any time, down when everything fits, and never by taking something away", () => {
  assert.deepEqual(planChange(small, small, { octets: 500, aliases: 5 }), { kind: "same" });
  assert.deepEqual(planChange(small, large, { octets: 500, aliases: 5 }), { kind: "upgrade" });
  assert.deepEqual(planChange(large, small, { octets: 100, aliases: 1 }), { kind: "downgrade" });
  assert.deepEqual(planChange(large, small, { octets: 101, aliases: 3 }), {
    kind: "refused",
    octetsOver: 1,
    aliasesOver: 2,
  });
  const manyAliases = { ...small, name: "names", aliases: 20 };
  assert.deepEqual(planChange(large, manyAliases, { octets: 0, aliases: 0 }), { kind: "downgrade" });
});

test("fourteen days to withdraw: the day of the purchase is none of them, and the last ends where it ends last", () => {
  const end = Date.parse("2026-01-16T12:00:00Z");
  assert.equal(withdrawalEnd(Date.parse("2026-01-01T00:00:00Z"), 14), end);
  assert.equal(withdrawalEnd(Date.parse("2026-01-01T23:59:59Z"), 14), end);
});

test("what servers say: code, status and words for senders, for the holder's client, for a log-in", () => {
  const all = { mayLogIn: true, maySend: true, receives: "yes", alert: undefined } as const;
  assert.deepEqual([recipientReply(all), senderReply(all), logInAlert(all)], [undefined, undefined, undefined]);
  const later = { ...all, maySend: false, receives: "later", alert: "reading-only" } as const;
  const no = { ...later, receives: "no" } as const;
  assert.deepEqual([recipientReply(later)?.code, recipientReply(later)?.enhanced], [450, "4.2.1"]);
  assert.deepEqual([recipientReply(no)?.code, recipientReply(no)?.enhanced], [550, "5.2.1"]);
  assert.equal(senderReply(later)?.code, 550);
  for (const text of [recipientReply(later)?.text, senderReply(no)?.text, logInAlert(later)])
    assert.match(text ?? "", /^[ -~]{10,}$/, "ASCII, in one line");
  assert.doesNotMatch(`${recipientReply(later)?.text} ${recipientReply(no)?.text}`, /pa(?:id|y)|money|account/i);
});
