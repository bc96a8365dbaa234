/** Questions of one network and of many. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../../../test/world/fake-clock.ts";
import { DAY, MINUTE } from "../../host/clock.ts";
import { createAskLimit } from "./ask-limit.ts";

const RATE = { most: 5, windowMs: 10 * MINUTE };

test("a network may ask so often, hears how long to wait, and others notice nothing", async () => {
  const clock = new FakeClock("2026-03-10T10:00:00Z");
  const limit = createAskLimit({ clock, rate: RATE });
  for (let n = 0; n < 5; n++) assert.equal(limit.ask(`192.0.2.${n}`), 0);
  const wait = limit.ask("192.0.2.99");
  assert.ok(wait > 0 && wait <= 20 * MINUTE);
  assert.equal(limit.ask("2001:db8::1"), 0);
  await clock.advance(wait);
  assert.equal(limit.ask("192.0.2.99"), 0, "what was refused did not count");
  assert.notEqual(limit.ask("192.0.2.99"), 0);
  await clock.advance(DAY);
  assert.equal(limit.ask("192.0.2.99"), 0);
});

test("what is no address is one network", () => {
  const limit = createAskLimit({ clock: new FakeClock("2026-03-10T10:00:00Z"), rate: RATE });
  for (const address of [undefined, "", "here", "\0", "x".repeat(1e5)]) assert.equal(limit.ask(address), 0);
  assert.notEqual(limit.ask("1.2.3"), 0);
});
