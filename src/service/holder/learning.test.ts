import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_PREFERENCES } from "../../store/directory.ts";
import { accountId } from "../../store/ids.ts";
import { memoryDefenceMemory } from "../../store/memory/defence-memory.ts";
import { StoreError } from "../../store/store-error.ts";
import { HolderWorld } from "./holder-world.fixture.ts";
import { setLearning } from "./learning.ts";
import { changeWishes } from "./wishes.ts";

test("D2: off and on stand in the memory and among the wishes, and no other wish changes", async () => {
  await using world = new HolderWorld();
  const { directory } = world;
  const memory = memoryDefenceMemory();
  const ada = await world.add("ada");
  await changeWishes(directory, ada, { emptyJunk: "30" });
  assert.equal(await setLearning({ directory, memory }, ada, false), "set");
  assert.equal((await memory.holdings(ada)).isOn, false);
  const wishes = { ...NO_PREFERENCES, emptyJunkDays: 30 };
  assert.deepEqual(await directory.preferences(ada), { ...wishes, learns: false });
  const wished = await changeWishes(directory, ada, { forwarders: ["club.example"] });
  const preferences = { ...wishes, forwarders: ["club.example"], learns: false };
  assert.deepEqual(wished, { kind: "changed", preferences });
  assert.deepEqual(await directory.preferences(ada), preferences, "a wish of another kind leaves it off");
  assert.equal(await setLearning({ directory, memory }, ada, true), "set");
  assert.equal((await memory.holdings(ada)).isOn, true);
  assert.deepEqual(await directory.preferences(ada), { ...preferences, learns: true });
  const nobody = accountId("0".repeat(32));
  assert.equal(await setLearning({ directory, memory }, nobody, false), "no-account");
  assert.equal((await memory.holdings(nobody)).isOn, true);
});

test("D2: whichever way it breaks off, the wishes say off, and it may be done again", async () => {
  await using world = new HolderWorld();
  const { directory } = world;
  const ada = await world.add("ada");
  const learns = async (): Promise<boolean> => (await directory.preferences(ada)).learns;
  const memory = memoryDefenceMemory();
  const broken = { setOn: () => Promise.reject(new StoreError("io", "The disk is gone.")) };
  await assert.rejects(setLearning({ directory, memory: broken }, ada, false), StoreError);
  assert.equal(await learns(), false);
  await setLearning({ directory, memory }, ada, false);
  await assert.rejects(setLearning({ directory, memory: broken }, ada, true), StoreError);
  assert.equal(await learns(), false);
  await setLearning({ directory, memory }, ada, true);
  assert.equal(await learns(), true);
});
