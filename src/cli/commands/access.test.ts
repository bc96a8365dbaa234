import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { readSecondKey } from "../../service/access/approval.ts";
import { GateWorld } from "../../service/access/gate-world.fixture.ts";
import type { Given, Operator, Outcome, Report } from "../command.ts";
import { approvalCommands } from "./access-approval.ts";
import { accessCommands } from "./access.ts";

const report: Report = { line: async () => {}, progress() {}, signal: new AbortController().signal };
const OPENING = { address: "ada@example.org", scope: "mail", reason: "order of a court", case: "7 Gs 12/26" };

/** Runs a command as `altmail` does: asks, works, and shows. */
async function run(world: GateWorld, name: string, given: Given): Promise<Outcome & { readonly text: string }> {
  const command = accessCommands.find((each) => each.name === name);
  if (command === undefined) throw new Error(`there is no command ${name}`);
  const { access, directory } = world;
  const asked = (await command.ask?.(given)) ?? given;
  const outcome = await command.work({ access, directory } as unknown as Operator, asked, report);
  return { ...outcome, text: outcome.kind === "done" ? command.show(outcome.value as never) : outcome.sentence };
}

test("an access is opened, looked at, barred no more, closed and counted", async () => {
  await using world = await GateWorld.open();
  const opened = await run(world, "access open", { ...OPENING, operator: "grace", for: "2h" });
  assert.match(opened.text, /^[0-9a-f]{16} {2}2025-03-01T12:00Z {2}mail {2}ada@example.org {2}case 7 Gs 12\/26: order/);
  assert.match(opened.text, /open until 2025-03-01T14:00Z, 0 uses, told/);
  const id = opened.text.slice(0, 16);
  assert.equal((await run(world, "access list", {})).text, opened.text);
  assert.match(
    (await run(world, "access show", { id })).text,
    /operator: grace\n.*opened {2}scope mail, operator grace/s,
  );
  const barred = await run(world, "access bar", { id, "bar-until": "2025-12-31", "bar-basis": "an order" });
  assert.match(barred.text, /told of this access already/);
  assert.equal((await run(world, "access close", { id })).kind, "done");
  assert.match((await run(world, "access list", {})).text, /over since/);
  assert.match((await run(world, "access numbers", { year: "2025" })).text, /2025 {2}mail: 1 opened \(0 on all/);
  assert.match((await run(world, "access numbers", { year: "2024" })).text, /no access was opened/);
  const audit = await run(world, "access audit", {});
  assert.match(audit.text, /^3 lines, nothing found\nhead: [0-9a-f]{64}$/);
  writeFileSync(world.chainFile, "[]\n");
  const altered = await run(world, "access audit", {});
  assert.match(altered.text, /1 findings:\neach line .* line 1/);
  assert.equal(altered.kind, "refused");
});

test("a bar is set with a day and lifted, and the holder is told at once then", async () => {
  await using world = await GateWorld.open();
  const bar = { "bar-until": "2025-12-31", "bar-basis": "order 7 Gs 12/26" };
  const opened = await run(world, "access open", { ...OPENING, ...bar, operator: "grace" });
  assert.match(opened.text, /barred until 2026-01-01T00:00Z/);
  assert.equal(world.told.length, 0);
  assert.equal((await run(world, "access bar", { id: opened.text.slice(0, 16), lift: true })).kind, "done");
  assert.equal(world.told.length, 1);
});

test("what is wrong on the command line is said in one sentence", async () => {
  await using world = await GateWorld.open();
  const cases = [
    [{ ...OPENING, address: undefined }, /name the account by its address, or give --all/],
    [{ ...OPENING, all: true }, /name the account by its address, or give --all/],
    [{ ...OPENING, scope: "everything" }, /--scope takes one of: mail, log-in, logs, all/],
    [{ ...OPENING, for: "2 days" }, /--for takes minutes or hours/],
    [{ ...OPENING, for: "25h" }, /from 1m to 24h/],
    [{ ...OPENING, "bar-basis": "an order" }, /--bar-until takes a day/],
    [{ ...OPENING, "bar-until": "2025-13-99", "bar-basis": "an order" }, /--bar-until takes a day/],
    [{ ...OPENING, case: undefined }, /Name the case/],
    [{ approval: "nonsense" }, /this is no approval/],
  ] as const;
  for (const [given, words] of cases) {
    const outcome = await run(world, "access open", { ...given, operator: "grace" });
    assert.equal(outcome.kind, "refused");
    assert.match(outcome.text, words);
  }
  assert.equal((await run(world, "access numbers", { year: "soon" })).kind, "refused");
});

/** What a local command prints on stdout, and on stderr. */
async function printed(context: TestContext, name: string, given: Given): Promise<readonly [string, string]> {
  const command = approvalCommands.find((each) => each.name === name);
  const texts: [string, string] = ["", ""];
  const streams = [process.stdout, process.stderr] as const;
  const mocks = streams.map((stream, n) =>
    context.mock.method(stream, "write", (text: string) => {
      texts[n] += text;
      return true;
    }),
  );
  try {
    await command?.run(given);
  } finally {
    for (const { mock } of mocks) mock.restore();
  }
  return texts;
}

test("A7: two operators open an access together: request, approval, opening", async (context) => {
  await using world = await GateWorld.open();
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const key = join(world.folder, "second.key");
  const publicFile = join(world.folder, "second.pem");
  writeFileSync(key, privateKey.export({ type: "pkcs8", format: "pem" }));
  writeFileSync(publicFile, publicKey.export({ type: "spki", format: "pem" }));
  world.start(world.records, { secondKey: readSecondKey(publicFile) });

  const [request, asked] = await printed(context, "access request", { ...OPENING, operator: "grace" });
  const [approval, signed] = await printed(context, "access approve", { request, key });
  assert.equal(signed, asked, "who signs reads what was asked");
  assert.match(signed, /account: {2}ada@example.org\nscope: {4}mail\nreason: {3}order of a court/);
  const opened = await run(world, "access open", { approval });
  assert.equal(opened.kind, "done");
  assert.match((await run(world, "access show", { id: opened.text.slice(0, 16) })).text, /approved by the second/);
  assert.equal((await run(world, "access open", { ...OPENING, operator: "grace" })).kind, "refused");

  await assert.rejects(printed(context, "access approve", { request }), { name: "UsageError", message: /--key FILE/ });
  await assert.rejects(printed(context, "access request", {}), { name: "UsageError", message: /--all/ });
});
