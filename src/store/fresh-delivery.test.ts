import assert from "node:assert/strict";
import { test } from "node:test";
import { freshDelivery } from "./fresh-delivery.ts";

test("names differ from their first digits on, and end with the time", () => {
  const now = Date.parse("2026-03-01T12:00:00Z");
  const names = Array.from({ length: 1000 }, () => freshDelivery(now));
  assert.equal(new Set(names.map((name) => name.slice(0, 20))).size, 1000);
  assert.ok(names.every((name) => name.endsWith(now.toString(16))));
  assert.ok(freshDelivery(now + 1).slice(20) > freshDelivery(now).slice(20));
  assert.equal(freshDelivery(0).length, 32);
});
