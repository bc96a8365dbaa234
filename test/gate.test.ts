/**
 * Promise A7 over the whole table of commands: each one says in docs/access.md on which side of the gate it stands and
 * why, and each gated one is refused without an access that fits, and recorded and told with one that does.
 */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { test } from "node:test";
import type { GatedAccess, Given, Operator, Report, StoreCommand } from "../src/cli/command.ts";
import { commands } from "../src/cli/commands.ts";
import { passGate } from "../src/cli/gate.ts";
import { answerRequest } from "../src/cli/store-commands.ts";
import { HOUR } from "../src/host/clock.ts";
import { GateWorld } from "../src/service/access/gate-world.fixture.ts";
import type { AccessScope } from "../src/service/notices/notices.ts";

type Gated = StoreCommand & { readonly access: GatedAccess };

const isGated = (command: (typeof commands)[number]): command is Gated =>
  command.where === "stores" && command.access !== "content-free";
const gatedCommands: readonly Gated[] = commands.filter(isGated);

test("A7: every command stands in docs/access.md with its side of the gate and a reason", () => {
  const page = readFileSync(resolve(import.meta.dirname, "../docs/access.md"), "utf8");
  const rows = page.matchAll(/^\| `([a-z][a-z -]+)` \| (-|[a-z-]+) \| (.+) \|$/gm);
  const written = new Map(Array.from(rows, ([, name = "", side = "", why = ""]) => [name, { side, why }]));
  const expected = commands.map((command): readonly [string, string] => {
    if (!isGated(command)) return [command.name, "-"];
    return [command.name, command.access.scope];
  });
  const sides = [...written].map(([name, { side }]) => [name, side]);
  assert.deepEqual(Object.fromEntries(sides), Object.fromEntries(expected));
  for (const [name, { why }] of written) assert.ok(why.split(" ").length > 1, name);
});

test("A7: what could lead to content or to a log-in is gated", () => {
  const words = /password (?!list|revoke)|\bexport|\brestore|\bescrow|second-step|recovery|\blog search/;
  const open = commands
    .filter((command) => command.where === "stores" && !isGated(command) && words.test(`${command.name} `))
    .map(({ name }) => name);
  // Into an empty home alone: docs/access.md has the reason, src/service/backup/restore.test.ts shows it.
  assert.deepEqual(open, ["backup restore"]);
  assert.ok(gatedCommands.some(({ name }) => name === "account password"));
});

/** The command line of a command on ada's account, or on all where it names none. */
function given(command: Gated, access: string | undefined): Given {
  const words = command.arguments.map(({ name }) => [name, "words"]);
  const account = command.access.account;
  return {
    ...Object.fromEntries(words),
    ...(account === undefined ? {} : { [account]: "Ada@example.org" }),
    operator: "grace",
    access,
  };
}

const report: Report = { line: async () => {}, progress() {}, signal: new AbortController().signal };

/** Everything but gate and directory: whoever touches it got through. */
function operatorOf(world: GateWorld, touched: string[]): Operator {
  const { access, directory } = world;
  return new Proxy({ access, directory } as unknown as Operator, {
    get(own, name) {
      if (name === "access" || name === "directory") return own[name];
      touched.push(String(name));
      throw new Error("got through");
    },
  });
}

for (const command of gatedCommands)
  test(`A7: "${command.name}" is refused without an access that fits, and recorded and told with one`, async () => {
    await using world = await GateWorld.open();
    const { scope, account } = command.access;
    const address = account === undefined ? undefined : "ada@example.org";
    const other: AccessScope = scope === "logs" ? "log-in" : "logs";
    const closed = await world.opened({ address, scope });
    await world.access.close(closed.id, "grace");
    const expired = await world.opened({ address, scope, forMs: HOUR });
    await world.clock.advance(HOUR);
    const anothers = await world.opened({ address: "bob@example.org", scope });
    const ofAnotherScope = await world.opened({ address, scope: other });
    const before = world.lines().length;
    const touched: string[] = [];
    const operator = operatorOf(world, touched);
    const unfit = [closed, expired, anothers, ofAnotherScope].map(({ id }) => id);
    for (const id of [...unfit, "0123456789abcdef", "", undefined]) {
      const outcome = await answerRequest(
        operator,
        { command: command.name, arguments: given(command, id) },
        () => {},
        report,
      );
      assert.equal(outcome.kind, "refused", id ?? "none");
      assert.deepEqual(touched, [], "the command does not begin");
    }
    assert.equal(world.lines().length, before);

    const right = await world.opened({ address, scope });
    assert.equal((await passGate(operator, command, given(command, right.id))).kind, "passed");
    const shown = await world.access.show(right.id);
    const uses = shown.kind === "access" ? shown.access.entries.filter(({ what }) => what === "used") : [];
    assert.deepEqual(
      uses.map(({ says }) => [says["command"], says["account"], says["operator"]]),
      [[command.name, account === undefined ? null : world.id("ada"), "grace"]],
    );
    const isOfThis = (each: (typeof world.told)[number]): boolean => each.occasion === `access ${right.id}`;
    const holders = new Set(world.told.filter(isOfThis).map((each) => each.account));
    const everyone = scope === "logs" ? [] : world.holders.map(({ id }) => id);
    assert.deepEqual(holders, new Set(account === undefined ? everyone : [world.id("ada")]));
    assert.ok(world.lines().some(({ what, says }) => what === "used" && says["access"] === right.id));
    assert.deepEqual(await world.access.audit(), []);
  });

test("A7: there is one way to the work of a command, and it goes through the gate", () => {
  const root = resolve(import.meta.dirname, "../src");
  const callers = globSync("{main.ts,cli/**/*.ts,lab/**/*.ts}", { cwd: root }).filter(
    (file) => !file.endsWith(".test.ts") && /\bcommand\.work\(/.test(readFileSync(resolve(root, file), "utf8")),
  );
  assert.deepEqual(callers, ["cli/gate.ts"]);
});

test("A7: a gated command shows --access in its help", () => {
  for (const { name, options } of gatedCommands)
    assert.ok(
      options.some((option) => option.name === "access"),
      name,
    );
});
