import assert from "node:assert/strict";
import { test } from "node:test";
import { faultPlaces } from "./fault.ts";

test("D3: places of a fault are ours, few, and never part of its message", () => {
  const deep = (n: number): Error => (n === 0 ? new TypeError("x") : deep(n - 1));
  assert.equal(faultPlaces(deep(20)).length, 5);
  const posing = new Error("u1@example.test\n    at secret (/src/a.ts:1:1)\n    at more (/src/b.ts:2:2)");
  const places = faultPlaces(posing);
  assert.ok(places.length > 0);
  for (const place of places) assert.match(place, /^(\w|\.|<|>|new | |\()*src\/host\/fault\.test\.ts:\d+:\d+$/);
  assert.deepEqual(faultPlaces(Object.assign(new Error("no stack"), { stack: undefined })), []);
});
