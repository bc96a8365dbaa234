import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../../../test/world/fake-clock.ts";
import { createKeyCache } from "./key-cache.ts";
import { NOW, signerOf } from "./verifying.fixture.ts";

test("who asks for many keys of one message lets others have turns, and asks the DNS once", async () => {
  const { name, record } = signerOf("anna.test");
  let lookups = 0;
  const cache = createKeyCache(new FakeClock(NOW), { keyAgeMs: 60_000, maxKeys: 10 });
  const keys = cache.source((asked) => {
    assert.equal(asked, name);
    lookups++;
    return Promise.resolve({ kind: "records", values: [record] });
  });
  const selector = name.slice(0, name.indexOf("."));
  let turns = 0;
  let isOver = false;
  const others = (): void => {
    turns++;
    if (!isOver) setImmediate(others);
  };
  setImmediate(others);
  for (let n = 0; n < 80; n++) assert.equal((await keys("anna.test", selector)).kind, "key");
  isOver = true;
  assert.equal(lookups, 1);
  assert.ok(turns >= 9, `${turns} turns`);
});
