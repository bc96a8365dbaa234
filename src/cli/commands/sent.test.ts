import assert from "node:assert/strict";
import { test } from "node:test";
import { HOUR, SECOND } from "../../host/clock.ts";
import { answer, QueueWorld } from "../../service/queue/queue-world.fixture.ts";
import { ALICE, BOB } from "../../store/contract/outbound-samples.ts";
import type { Given, Operator, Report } from "../command.ts";
import { createSentCommands } from "./sent.ts";

const report: Report = { line: async () => {}, progress() {}, signal: new AbortController().signal };

async function run(world: QueueWorld, given: Given): Promise<string> {
  const [command = assert.fail()] = createSentCommands(world.clock);
  const operator = { outbound: world.queue, directory: world.directory } as unknown as Operator;
  const wrong = command.wrong?.(given);
  if (wrong !== undefined) return `usage: ${wrong}`;
  const outcome = await command.work(operator, given, report);
  return outcome.kind === "refused" ? `refused: ${outcome.sentence}` : command.show(outcome.value as never);
}

test("A7: whom somebody wrote to is shown through the gate alone, of one account", () => {
  const [{ access } = assert.fail(), ...others] = createSentCommands({
    now: () => 0,
    steady: () => 0,
    after: () => assert.fail(),
  });
  assert.deepEqual(access, { scope: "logs", account: "address" });
  assert.deepEqual(others, []);
});

test("each recipient has its line: when, how, what was said, under which TLS, what came back", async () => {
  await using world = await QueueWorld.open();
  world.behaviours.set("mx.bad.example", (to) => ({
    kind: "answered",
    outcomes: to.map(() => answer("permanent", 550, "5.1.1")),
    dsnPassedOn: true,
  }));
  world.start();
  await world.send(["one@a.example"], { envid: "e" });
  await world.clock.advance(HOUR);
  await world.send(["two@bad.example"], { sender: "" });
  await world.send(["bobs@a.example"], { account: BOB });
  await world.clock.advance(SECOND);
  const dropped = await world.send(["three@c.example"], { submittedAt: world.clock.now() + SECOND });
  await world.queue.drop({ kind: "message", id: dropped }, world.clock.now());
  const about = { messageId: undefined, envid: "e", recipients: [] };
  await world.queue.noteFeedback(ALICE, about, "bounce");
  const ada = { address: "Alice@example.org" };
  assert.deepEqual((await run(world, ada)).split("\n"), [
    "2026-06-01 13:00 UTC  alice@example.org to three@c.example  dropped by the operator after 0s",
    "2026-06-01 13:00 UTC  <> to two@bad.example  refused after 0s  mx.example.net: 550 5.1.1 as told (TLSv1.3)",
    "2026-06-01 12:00 UTC  alice@example.org to one@a.example  delivered after 0s  mx.example.net: 250 2.0.0 as told (TLSv1.3)  came back later",
  ]);
  assert.equal((await run(world, { ...ada, since: "30m" })).split("\n").length, 2);
  assert.match(await run(world, { ...ada, limit: "1" }), /three@c\.example.*\nthere is more: --limit shows it$/);
  assert.equal((await run(world, { ...ada, since: "2026-06-01" })).split("\n").length, 3);
  assert.equal(await run(world, { ...ada, since: "2026-06-02" }), "nothing left in that time");
  for (const since of ["yesterday", "2026-6-1", "2026-13-01", "5w"])
    assert.match(await run(world, { ...ada, since }), /^usage: --since takes/, since);
  assert.match(await run(world, { ...ada, limit: "0" }), /^usage: --limit takes/);
  assert.match(await run(world, { address: "eve@example.org" }), /^refused: there is no account/);
});
