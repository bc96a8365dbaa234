import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { DAY, HOUR } from "../../host/clock.ts";
import { appendToChain } from "../../host/record/chain.ts";
import type { ObjectPlace } from "../backup/place.ts";
import { PlaceError } from "../backup/place.ts";
import { GateWorld, use, YEAR_MS } from "./gate-world.fixture.ts";

const BASIS = "section 101a, order 7 Gs 12/26";
const rules = async (world: GateWorld): Promise<readonly string[]> => [
  ...new Set((await world.access.audit()).map(({ rule }) => rule)),
];

test("A7: a line of the chain that was changed, cut off or left out is found", async () => {
  await using world = await GateWorld.open();
  const { id } = await world.opened();
  await world.access.use(id, use(world.id("ada")));
  const whole = readFileSync(world.chainFile, "utf8");
  const write = (text: string): void => writeFileSync(world.chainFile, text);
  write(whole.replace('"log-in"', '"logs"'));
  assert.match((await rules(world)).join(), /follows from those before/);
  await assert.rejects(world.access.use(id, use(world.id("ada"))), /was altered/, "nothing works over a gap");
  write(whole);
  await world.access.list();
  const longer = readFileSync(world.chainFile, "utf8");
  write(longer.split("\n").slice(0, 2).join("\n").concat("\n"));
  assert.match((await rules(world)).join(), /sealed record of access has its line/);
  rmSync(world.chainFile);
  assert.match((await rules(world)).join(), /sealed record of access has its line/);
  write(longer);
  assert.deepEqual(await rules(world), []);
});

test("A7: a sealed record that was taken away or changed is found", async () => {
  await using world = await GateWorld.open();
  const { id } = await world.opened();
  const [first] = await world.records.entries(id);
  assert.ok(first !== undefined);
  await world.records.erase(id);
  assert.match((await rules(world)).join(), /has its sealed record/);
  const reason = first.says.replace("lost the password", "won a prize");
  await world.records.add({ ...first, says: reason });
  await world.records.chained(id, first.n, first.line ?? 0);
  assert.match((await rules(world)).join(), /sealed record of access has its line/);
});

test("D2: a record is erased 12 months after its holder was told, and the chain tells that it was lawful", async () => {
  await using world = await GateWorld.open();
  const { id } = await world.opened();
  await world.access.use(id, use(world.id("ada")));
  const barred = await world.opened({
    address: "bob@example.org",
    bar: { until: world.clock.now() + 30 * DAY, basis: BASIS },
  });
  await world.opened({ address: undefined, scope: "logs" });
  const ids = async (): Promise<readonly string[]> => (await world.access.list()).map((line) => line.id);
  let daysKept = 0;
  for (; (await ids()).includes(id); daysKept++) {
    await world.clock.advance(DAY);
    await world.access.tellDue();
    await world.access.erase();
  }
  assert.ok(daysKept * DAY <= YEAR_MS && daysKept * DAY > YEAR_MS - 5 * DAY, `${daysKept} days`);
  await world.clock.advance(DAY);
  await world.access.erase();
  assert.deepEqual(await ids(), [barred.id], "the one on all was over and told of by numbers a day later");
  assert.deepEqual(await rules(world), []);
  await world.clock.advance(31 * DAY);
  await world.access.erase();
  assert.deepEqual(await ids(), []);
  assert.deepEqual(await world.records.entries(), []);
  assert.deepEqual(await rules(world), []);
  assert.equal(world.whats().filter((what) => what === "erased").length, 3);
});

test("A7: a record that was erased before its time is found, whatever the chain says", async () => {
  await using world = await GateWorld.open();
  const { id } = await world.opened();
  await world.clock.advance(YEAR_MS / 2);
  appendToChain(world.chainFile, world.clock.now(), "erased", { access: id });
  await world.records.erase(id);
  assert.match((await rules(world)).join(), /it was erased in its time/);
});

test("A7: a record whose holder was not told is never erased", async () => {
  await using world = await GateWorld.open();
  world.broken.add(world.id("ada"));
  await world.opened();
  await world.clock.advance(2 * YEAR_MS);
  await world.access.tellDue();
  await world.access.erase();
  assert.equal((await world.access.list()).length, 1);
});

test("an erasure that a crash broke off is ended, with one line in the chain", async () => {
  await using world = await GateWorld.open();
  await world.opened();
  await world.clock.advance(YEAR_MS);
  const { records } = world;
  world.start({ ...records, erase: () => Promise.reject(new Error("crash")) });
  await assert.rejects(world.access.erase(), /crash/);
  world.start();
  await world.access.erase();
  assert.deepEqual(world.whats(), ["opened", "told", "erased"]);
  assert.deepEqual(await rules(world), []);
});

test("A7: the numbers for the public are counted from the chain, also of what was erased, and name nobody", async () => {
  await using world = await GateWorld.open();
  const { id } = await world.opened();
  await world.access.use(id, use(world.id("ada")));
  await world.opened({ bar: { until: world.clock.now() + DAY, basis: BASIS } });
  await world.opened({ address: undefined, scope: "logs" });
  const expected = [
    { year: 2025, scope: "log-in", opened: 2, onAll: 0, barred: 1, uses: 1, told: 1 },
    { year: 2025, scope: "logs", opened: 1, onAll: 1, barred: 0, uses: 0, told: 0 },
  ];
  const all = () => world.access.transparency(0, Number.MAX_SAFE_INTEGER);
  assert.deepEqual(all(), expected);
  assert.deepEqual(world.access.transparency(0, world.clock.now()), []);
  await world.clock.advance(DAY);
  await world.access.tellDue();
  await world.clock.advance(YEAR_MS);
  await world.access.erase();
  assert.deepEqual(await world.access.list(), []);
  assert.deepEqual(
    all().map(({ told }) => told),
    [2, 0],
  );
});

function memoryPlace(): ObjectPlace & { readonly objects: Map<string, Uint8Array>; isDown: boolean } {
  const objects = new Map<string, Uint8Array>();
  return {
    objects,
    isDown: false,
    label: "memory",
    async put(name, octets) {
      if (this.isDown) throw new PlaceError("the place does not answer");
      objects.set(name, octets);
    },
    get: async (name) => objects.get(name),
    async *list(prefix) {
      for (const [name, { length: size }] of objects) if (name.startsWith(prefix)) yield { name, size, writtenAt: 0 };
    },
    async delete(names) {
      for (const name of names) objects.delete(name);
    },
    keepers: async () => [],
    async [Symbol.asyncDispose]() {},
  };
}

test("A7: the head leaves the machine once a day, and who then replaces the whole chain is found", async () => {
  const escrow = memoryPlace();
  await using world = await GateWorld.open({ escrow });
  const { id } = await world.opened();
  escrow.isDown = true;
  await assert.rejects(world.access.sendHead(), PlaceError);
  assert.equal(await world.access.headSentAt(), undefined);
  escrow.isDown = false;
  for (let n = 0; n < 3; n++) await world.access.sendHead();
  const { entries, head } = world.access.head();
  const at = world.clock.now();
  assert.equal(await world.access.headSentAt(), at);
  const [[name, octets] = []] = [...escrow.objects];
  assert.equal(name, "heads/access-2025-03-01.json");
  assert.deepEqual(JSON.parse(Buffer.from(octets ?? []).toString()), { at, entries, head });
  assert.deepEqual(world.toldOperator, [
    { notice: { kind: "chain-head", at, entries, head }, occasion: "access head 2025-03-01" },
  ]);
  await world.access.use(id, use(world.id("ada")));
  assert.deepEqual(await rules(world), []);
  await world.records.erase(id);
  rmSync(world.chainFile);
  assert.match((await rules(world)).join(), /goes on from the head that left/);
});

test("heads at the escrow place do not lie there for ever", async () => {
  const escrow = memoryPlace();
  await using world = await GateWorld.open({ escrow });
  await world.access.sendHead();
  await world.clock.advance(300 * DAY);
  await world.access.sendHead();
  assert.equal(escrow.objects.size, 2);
  await world.clock.advance(101 * DAY + HOUR);
  await world.access.sendHead();
  assert.deepEqual([...escrow.objects.keys()], ["heads/access-2025-12-26.json", "heads/access-2026-04-06.json"]);
});
