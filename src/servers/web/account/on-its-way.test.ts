import assert from "node:assert/strict";
import { test } from "node:test";
import { found } from "../../../service/queue/findings.ts";
import { reply } from "../../../store/contract/outbound-samples.ts";
import { onItsWayPart } from "./on-its-way.ts";

test("what kept a letter is told in the language of the page; what a host said as it said it", () => {
  const entry = {
    recipient: "x@there.example",
    sender: "ada@here.example",
    submittedAt: 0,
    next: { kind: "now" },
  } as const;
  const finding = { ...reply(0), code: undefined, enhanced: "4.4.1", ...found("silent") };
  const recipients = [
    { ...entry, reply: finding },
    { ...entry, reply: reply(451, "The host does not answer") },
  ];
  const part = String(onItsWayPart({ recipients, isMore: false }, true, "sv"));
  assert.match(part, /mx\.example\.net 4\.4\.1 Servern svarar inte/);
  assert.match(part, /mx\.example\.net 451 4\.0\.0 The host does not answer/);
});
