import assert from "node:assert/strict";
import { userInfo } from "node:os";
import { test } from "node:test";
import { turns } from "../../test/world/fake-clock.ts";
import { HOUR } from "../host/clock.ts";
import { GateWorld } from "../service/access/gate-world.fixture.ts";
import { done, type Given, type Operator, type Outcome, type Report, type StoreCommand } from "./command.ts";
import { gated, operatorName, passGate, workBehindGate } from "./gate.ts";

const command = (access: StoreCommand["access"], asked: Given[] = []): StoreCommand => ({
  name: "account export",
  where: "stores",
  access,
  summary: "Take everything",
  arguments: [{ name: "address", summary: "whose", optional: true }],
  options: [],
  examples: ["altmail account export ada@example.org --home var"],
  async ask(given) {
    asked.push(given);
    return { ...given, password: "typed" };
  },
  work: async () => done({}),
  show: () => "",
});

const refusal = (result: Awaited<ReturnType<typeof passGate>>): string | undefined =>
  result.kind === "refused" ? result.sentence : undefined;

test("A7: a gated command takes --access, says so before it asks for anything, and states who calls", async () => {
  const asked: Given[] = [];
  const export_ = gated(command({ scope: "mail", account: "address" }, asked));
  assert.deepEqual(
    export_.options.map(({ name }) => name),
    ["access", "operator"],
  );
  assert.match(export_.examples[0] ?? "", /ada@example.org --access \w+ --home var$/);
  await assert.rejects(async () => export_.ask?.({ address: "a" }), { name: "UsageError", message: /--access ID/ });
  assert.deepEqual(asked, []);
  const given = await export_.ask?.({ access: "x", operator: "grace" });
  assert.deepEqual(given, { access: "x", operator: "grace", password: "typed" });
});

test("commands that lead nowhere stay as they are and need no access", async () => {
  const free = command("content-free");
  assert.equal(gated(free), free);
  await using world = await GateWorld.open();
  assert.deepEqual(await passGate(world, free, {}), { kind: "passed", until: undefined });
  assert.deepEqual(world.lines(), []);
});

test("A7: a command that still works when its access ends is broken off", async () => {
  await using world = await GateWorld.open();
  const { id: access } = await world.opened({ scope: "logs" });
  const following: StoreCommand = {
    ...command({ scope: "logs", account: "address" }),
    work: (_operator, _given, { signal }) =>
      new Promise((resolve) => {
        signal.addEventListener("abort", () => resolve(done("broken off")));
      }),
  };
  const report: Report = { line: async () => {}, progress() {}, signal: new AbortController().signal };
  const operator = { access: world.access, directory: world.directory } as unknown as Operator;
  const given = { access, address: "ada@example.org" };
  let outcome: Outcome | undefined;
  const working = workBehindGate(following, operator, given, report, world.clock).then((value) => (outcome = value));
  while (!world.whats().includes("used")) await turns(1);
  await turns(10);
  await world.clock.advance(HOUR - 1);
  assert.equal(outcome, undefined);
  await world.clock.advance(1);
  assert.deepEqual(await working, done("broken off"));
  assert.equal((await workBehindGate(following, operator, given, report, world.clock)).kind, "refused");
});

test("A7: the gate finds the account by any of its addresses; none means all", async () => {
  await using world = await GateWorld.open();
  await world.directory.addAlias(world.id("ada"), "lovelace@example.org");
  const export_ = command({ scope: "mail", account: "address" });
  const { id: access } = await world.opened({ scope: "mail" });
  const sentence = async (given: Given): Promise<string | undefined> => refusal(await passGate(world, export_, given));
  assert.equal(await sentence({ access, address: "Lovelace@example.org" }), undefined);
  assert.match((await sentence({ access, address: "bob@example.org" })) ?? "", /another account/);
  assert.match((await sentence({ access, address: "nobody@example.org" })) ?? "", /no account with this address/);
  assert.match((await sentence({ access })) ?? "", /on all/);
  assert.match((await sentence({})) ?? "", /--access ID/);
  const shown = await world.access.show(access);
  const uses = shown.kind === "access" ? shown.access.entries.filter(({ what }) => what === "used") : [];
  assert.deepEqual(
    uses.map(({ says }) => says["operator"]),
    ["not stated"],
  );
});

test("the name on the record is the one given, else the user who called", () => {
  assert.equal(operatorName({ operator: "grace" }), "grace");
  assert.equal(operatorName({}), process.env["SUDO_USER"] ?? userInfo().username);
});
