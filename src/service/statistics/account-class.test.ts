import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { accountClass } from "./account-class.ts";

test("L4: an account has one of 64 classes, always the same; different classes are different accounts", () => {
  const ids = Array.from({ length: 2000 }, () => randomBytes(16).toString("hex"));
  const classes = new Set(ids.map(accountClass));
  assert.ok([...classes].every((one) => Number.isInteger(one) && one >= 0 && one < 64));
  assert.ok(classes.size > 55, "ids are spread over the classes");
  for (const id of ids) assert.equal(accountClass(id), accountClass(id.slice(0, 2) + "0".repeat(30)));
  assert.throws(() => accountClass("x"), RangeError);
});
