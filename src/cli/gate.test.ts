import assert from "node:assert/strict";
import { test } from "node:test";
import { GateWorld } from "../service/access/gate-world.fixture.ts";
import { type GatedAccess, done, type Given, type StoreCommand } from "./command.ts";
import { gated, operatorName, passGate } from "./gate.ts";

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
const optional: GatedAccess & { readonly optional: true } = { scope: "logs", account: "address", optional: true };

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

test("commands that lead nowhere stay as they are; optional ones ask for nothing", async () => {
  const free = command("content-free");
  assert.equal(gated(free), free);
  await using world = await GateWorld.open();
  assert.equal(await passGate(world, free, {}), undefined);
  const log = gated(command(optional));
  assert.equal((await log.ask?.({}))?.["password"], "typed");
  assert.equal(await passGate(world, log, {}), undefined);
  assert.equal((await passGate(world, log, { access: "x" }))?.kind, "refused", "what is given must fit");
  assert.deepEqual(world.lines(), []);
});

test("A7: the gate finds the account by any of its addresses; none means all", async () => {
  await using world = await GateWorld.open();
  await world.directory.addAlias(world.id("ada"), "lovelace@example.org");
  const export_ = command({ scope: "mail", account: "address" });
  const { id: access } = await world.opened({ scope: "mail" });
  const sentence = async (given: Given): Promise<string | undefined> =>
    (await passGate(world, export_, given))?.sentence;
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
  assert.equal(operatorName({}), process.env["SUDO_USER"] ?? process.env["USER"] ?? "");
});
