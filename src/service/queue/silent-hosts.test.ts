import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../../../test/world/fake-clock.ts";
import { MINUTE } from "../../host/clock.ts";
import { START, routeTo } from "./queue-world.fixture.ts";
import type { RouteHost } from "./route.ts";
import { createSilentHosts } from "./silent-hosts.ts";

const hosts = (...names: readonly string[]): readonly RouteHost[] => {
  const route = routeTo(...names);
  return route.kind === "hosts" ? route.hosts : [];
};
const namesOf = (some: readonly RouteHost[]): string => some.map(({ name }) => name).join(" ");

test("a silent host comes last for a minute, then one asks it; each time in vain a minute more, up to five", async () => {
  const clock = new FakeClock(START);
  const silent = createSilentHosts(clock);
  const both = hosts("a", "b");
  silent.silent("a");
  for (const minutes of [1, 2, 3, 4, 5, 5]) {
    await clock.advance(minutes * MINUTE - 1);
    assert.equal(namesOf(silent.last(both)), "b a", `${minutes}`);
    await clock.advance(1);
    assert.equal(namesOf(silent.last(both)), "a b", "one asks");
    assert.equal(namesOf(silent.last(both)), "b a", "all others wait for what it hears");
    silent.silent("a");
  }
  silent.answered("a");
  assert.equal(namesOf(silent.last(both)), "a b");
});

test("RFC 8689 section 4.2.2: hosts beyond the policy stay behind those of the policy, whoever is silent", async () => {
  const clock = new FakeClock(START);
  const silent = createSilentHosts(clock);
  const beyond = hosts("x", "y").map((host): RouteHost => ({ ...host, isBeyondPolicy: true }));
  const all = [...hosts("a", "b"), ...beyond];
  for (const name of ["a", "x"]) silent.silent(name);
  assert.equal(namesOf(silent.last(all)), "b a y x");
  silent.silent("b");
  assert.equal(namesOf(silent.last(all)), "a b y x");
  await clock.advance(MINUTE);
  assert.equal(namesOf(silent.last(all)), "a b x y");
  assert.ok(!silent.has("x"), "nobody asks it now");
});

test("so many silent hosts are remembered and no more, the latest of them", () => {
  const silent = createSilentHosts(new FakeClock(START), 3);
  for (let n = 0; n < 10; n++) silent.silent(`h${n}`);
  assert.deepEqual(
    Array.from({ length: 10 }, (_, n) => n).filter((n) => silent.has(`h${n}`)),
    [7, 8, 9],
  );
});
