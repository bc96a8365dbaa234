import assert from "node:assert/strict";
import test from "node:test";
import { HostError } from "../host/host-error.ts";
import { StoreError } from "../store/store-error.ts";
import { describeBug, sentenceOf } from "./sentence.ts";

test("what the operator can change has a sentence, our faults have none", () => {
  assert.equal(sentenceOf(new HostError("the port is taken")), "the port is taken");
  assert.equal(sentenceOf(new StoreError("key", "It does not open.")), "It does not open.");
  assert.equal(sentenceOf(new TypeError("u1@example.test is undefined")), undefined);
});

test("D3: a fault is described by its kind and our places, never by its text", () => {
  const text = describeBug(new TypeError("u1@example.test is undefined"));
  assert.match(text, /TypeError/);
  assert.match(text, /src\/cli\/sentence\.test\.ts:\d+/);
  assert.doesNotMatch(text, /u1@/);
  assert.match(describeBug("thrown text"), /string/);
});
