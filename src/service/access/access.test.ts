import assert from "node:assert/strict";
import { test } from "node:test";
import { DAY, HOUR } from "../../host/clock.ts";
import type { AccessRecords } from "../../store/access-records.ts";
import type { Refused } from "./access.ts";
import { GateWorld, opening, use } from "./gate-world.fixture.ts";

const BASIS = "section 101a, order 7 Gs 12/26";

function refusedBecause(outcome: { readonly kind: string } | Refused, words: RegExp): void {
  assert.ok(outcome.kind === "refused" && "sentence" in outcome, `refused, not ${outcome.kind}`);
  assert.match(outcome.sentence, words);
}

test("A7: an access is on record, in the chain and told to its holder before it can be used", async () => {
  await using world = await GateWorld.open();
  const line = await world.opened();
  assert.deepEqual(world.whats(), ["opened", "told"]);
  assert.deepEqual([line.account, line.isOpen, line.toldAt], [world.id("ada"), true, world.clock.now()]);
  assert.deepEqual(
    world.told.map(({ account, notice, occasion }) => ({ account, notice, occasion })),
    [
      {
        account: world.id("ada"),
        occasion: `access ${line.id}`,
        notice: {
          kind: "staff-access",
          at: world.clock.now(),
          until: world.clock.now() + HOUR,
          scope: "log-in",
          reason: "the holder lost the password",
          case: "T-482",
          barredUntil: undefined,
        },
      },
    ],
  );
  assert.deepEqual(await world.access.use(line.id, use(world.id("ada"))), { kind: "done", until: line.until });
  assert.deepEqual(world.whats(), ["opened", "told", "used"]);
  assert.equal(world.told.length, 1, "nobody is told twice");
  assert.deepEqual(await world.access.audit(), []);
});

test("A7: the chain holds nothing by which anyone could be known", async () => {
  await using world = await GateWorld.open();
  const line = await world.opened();
  await world.access.use(line.id, use(world.id("ada")));
  const text = JSON.stringify(world.lines());
  for (const word of [world.id("ada"), "ada@", "grace", "T-482", "lost the password", "account password"])
    assert.ok(!text.includes(word), word);
  const [first] = world.lines();
  const { digest, ...facts } = first?.says ?? {};
  assert.match(String(digest), /^[0-9a-f]{64}$/);
  assert.deepEqual(facts, { access: line.id, scope: "log-in", of: "one", barred: "no", approved: "no" });
});

test("A7: an access opens one account, one scope, and only in its time", async () => {
  await using world = await GateWorld.open();
  const { access, clock } = world;
  const ada = world.id("ada");
  const { id } = await world.opened();
  refusedBecause(await access.use("0123456789abcdef", use(ada)), /no access of this id/);
  refusedBecause(await access.use(id, use(world.id("bob"))), /another account/);
  refusedBecause(await access.use(id, use(undefined)), /on all/);
  refusedBecause(await access.use(id, use(ada, { scope: "mail" })), /another scope/);
  assert.equal((await access.use(id, use(ada))).kind, "done");
  await clock.advance(HOUR - 1);
  assert.equal((await access.use(id, use(ada))).kind, "done");
  await clock.advance(1);
  refusedBecause(await access.use(id, use(ada)), /is over/);

  const closed = await world.opened();
  assert.equal((await access.close(closed.id, "grace")).kind, "done");
  refusedBecause(await access.use(closed.id, use(ada)), /is over/);
  refusedBecause(await access.close(closed.id, "grace"), /over already/);
  const wide = await world.opened({ scope: "all" });
  for (const scope of ["mail", "logs", "all"] as const)
    assert.equal((await access.use(wide.id, use(ada, { scope }))).kind, "done");
  const lines = new Map((await access.list()).map((line) => [line.id, [line.isOpen, line.uses]]));
  assert.deepEqual(
    [id, closed.id, wide.id].map((each) => lines.get(each)),
    [
      [false, 2],
      [false, 0],
      [true, 3],
    ],
  );
  assert.deepEqual(await access.audit(), []);
});

test("A7: without a reason, a case, a name or a bounded time nothing is opened", async () => {
  await using world = await GateWorld.open();
  const cases = [
    [{ reason: "because" }, /reason in 3 words/],
    [{ reason: "two\nlines of text" }, /one line/],
    [{ case: " " }, /Name the case/],
    [{ operator: "" }, /who you are/],
    [{ forMs: 25 * HOUR }, /from 1m to 24h/],
    [{ forMs: Number.NaN }, /from 1m to 24h/],
    [{ address: "nobody@example.org" }, /no account with this address/],
    [{ bar: { until: world.clock.now() + DAY, basis: "" } }, /Name the law/],
    [{ bar: { until: world.clock.now(), basis: BASIS } }, /within the next 12 months/],
    [{ bar: { until: world.clock.now() + 400 * DAY, basis: BASIS } }, /within the next 12 months/],
  ] as const;
  for (const [more, words] of cases) refusedBecause(await world.access.open(opening(more)), words);
  assert.deepEqual(world.lines(), []);
  assert.equal(world.told.length, 0);
});

test("A7: a legal bar keeps the holder from being told until it ends, and the operator is reminded each month", async () => {
  await using world = await GateWorld.open();
  const { clock } = world;
  const until = clock.now() + 100 * DAY;
  const { id, bar } = await world.opened({ bar: { until, basis: BASIS } });
  assert.deepEqual(bar, { until, basis: BASIS });
  for (let day = 0; day < 99; day++) {
    await clock.advance(DAY);
    await world.access.tellDue();
    await world.access.remind();
  }
  assert.equal(world.told.length, 0);
  assert.deepEqual(
    world.toldOperator.map(({ notice, occasion }) => [notice, occasion]),
    [1, 2, 3].map((n) => [{ kind: "bar-running", record: id, until }, `bar ${id} ${n}`]),
  );
  const renewed = until + 50 * DAY;
  assert.equal((await world.access.bar(id, { until: renewed, basis: BASIS }, "grace")).kind, "done");
  await clock.advance(50 * DAY);
  await world.access.tellDue();
  assert.equal(world.told.length, 0);
  await clock.advance(DAY);
  await world.access.tellDue();
  assert.deepEqual(
    world.told.map(({ account, notice }) => [account, notice.kind === "staff-access" && notice.barredUntil]),
    [[world.id("ada"), renewed]],
  );
  refusedBecause(
    await world.access.bar(id, { until: clock.now() + DAY, basis: BASIS }, "grace"),
    /told of this access/,
  );
  await world.access.tellDue();
  assert.equal(world.told.length, 1);
});

test("A7: a bar that is lifted lets the holder be told at once", async () => {
  await using world = await GateWorld.open();
  const { id } = await world.opened({ bar: { until: world.clock.now() + DAY, basis: BASIS } });
  assert.equal((await world.access.bar(id, "lifted", "grace")).kind, "done");
  await world.access.tellDue();
  assert.equal(world.told.length, 1);
  refusedBecause(await world.access.bar(id, "lifted", "grace"), /told of this access/);
});

test("A7: of an access to all, each holder is told whose account a use named, and only they", async () => {
  await using world = await GateWorld.open();
  const { id } = await world.opened({ address: undefined, scope: "logs" });
  await world.access.use(id, use(undefined, { scope: "logs" }));
  assert.equal(world.told.length, 0);
  for (const name of ["eve", "bob", "eve"]) await world.access.use(id, use(world.id(name), { scope: "logs" }));
  assert.deepEqual(
    world.told.map(({ account }) => account),
    [world.id("eve"), world.id("bob")],
  );
  assert.deepEqual(
    world.lines().flatMap(({ says }) => says["how"] ?? []),
    ["told", "told"],
  );

  const quiet = await world.opened({ address: undefined, scope: "logs" });
  await world.access.use(quiet.id, use(undefined, { scope: "logs" }));
  await world.clock.advance(HOUR);
  await world.access.tellDue();
  assert.equal(world.lines().at(-1)?.says["how"], "numbers");
  assert.equal(world.told.length, 2);
});

test("A7: everyone is told when a use on all came near mail; who could not be told then is told later", async () => {
  await using world = await GateWorld.open();
  const { id } = await world.opened({ address: undefined, scope: "mail" });
  world.broken.add(world.id("bob"));
  await world.access.use(id, use(undefined, { command: "restore", scope: "mail" }));
  assert.deepEqual(new Set(world.told.map(({ account }) => account)), new Set([world.id("ada"), world.id("eve")]));
  await world.access.tellDue();
  assert.equal(world.told.length, 2);
  world.broken.clear();
  await world.access.tellDue();
  assert.equal(world.told.at(-1)?.account, world.id("bob"));
  assert.equal((await world.access.list())[0]?.toldAt, undefined, "more may come to be told while it is open");
  await world.clock.advance(HOUR);
  assert.notEqual((await world.access.list())[0]?.toldAt, undefined);
});

test("A7: an account that is broken is told when it is whole; one that is closed need not be told", async () => {
  await using world = await GateWorld.open();
  world.broken.add(world.id("ada"));
  const { id, toldAt } = await world.opened();
  assert.equal(toldAt, undefined);
  assert.equal((await world.access.use(id, use(world.id("ada")))).kind, "done", "it can be mended");
  world.broken.clear();
  await world.access.tellDue();
  assert.equal(world.told.length, 1);

  await world.opened({ address: "bob@example.org", bar: { until: world.clock.now() + DAY, basis: BASIS } });
  await world.directory.remove(world.id("bob"));
  await world.clock.advance(DAY);
  await world.access.tellDue();
  assert.equal(world.told.length, 1);
  assert.equal(world.lines().at(-1)?.says["how"], "gone");
  assert.deepEqual(await world.access.audit(), []);
});

/** Records that break at one step, as a crash does: what was done before stays. */
function breaking(records: AccessRecords, step: "add" | "chained", after: boolean): AccessRecords {
  const crash = (): never => {
    throw new Error("crash");
  };
  return {
    ...records,
    async add(entry) {
      if (step === "add" && !after) crash();
      const result = await records.add(entry);
      return step === "add" ? crash() : result;
    },
    async chained(...given) {
      if (step === "chained" && !after) crash();
      await records.chained(...given);
      if (step === "chained") crash();
    },
  };
}

test("A7: wherever a crash comes between, there is no act without its record, and both records agree again", async () => {
  for (const step of ["add", "chained"] as const)
    for (const after of [false, true]) {
      await using world = await GateWorld.open();
      const { id } = await world.opened();
      world.start(breaking(world.records, step, after));
      await assert.rejects(world.access.use(id, use(world.id("ada"))), /crash/, "so the command does not work");
      world.start();
      assert.equal((await world.access.use(id, use(world.id("ada")))).kind, "done");
      const isThere = step === "chained" || after;
      assert.deepEqual(world.whats(), ["opened", "told", ...(isThere ? ["used", "used"] : ["used"])]);
      assert.deepEqual(await world.access.audit(), []);
    }
});

test("steps at once are on record one after another", async () => {
  await using world = await GateWorld.open();
  const { id } = await world.opened();
  const ada = world.id("ada");
  const results = await Promise.all(Array.from({ length: 20 }, () => world.access.use(id, use(ada))));
  assert.ok(results.every(({ kind }) => kind === "done"));
  assert.equal((await world.access.list())[0]?.uses, 20);
  assert.deepEqual(await world.access.audit(), []);
});
