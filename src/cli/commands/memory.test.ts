import assert from "node:assert/strict";
import { test } from "node:test";
import { DAY } from "../../host/clock.ts";
import { accountId } from "../../store/ids.ts";
import { memoryDefenceMemory } from "../../store/memory/defence-memory.ts";
import { memoryDirectory } from "../../store/memory/directory.ts";
import type { Operator, Report } from "../command.ts";
import { memoryCommands } from "./memory.ts";

const ADA = accountId("a".repeat(32));

const report: Report = { line: async () => {}, progress() {}, signal: new AbortController().signal };

test("D2: an operator sees how much an account has learned, and clears it or switches it off", async () => {
  const directory = memoryDirectory();
  const account = { id: ADA, primary: "ada@example.org", state: "active", language: "en", passwordHash: "" } as const;
  await directory.add([{ ...account, quotaBytes: 1, createdAt: 0 }]);
  const memory = memoryDefenceMemory();
  const call = async (name: string, address = "Ada@Example.org"): Promise<string> => {
    const command = memoryCommands.find((one) => one.name === `memory ${name}`) ?? assert.fail();
    assert.equal(command.access, "content-free");
    const outcome = await command.work({ directory, memory } as unknown as Operator, { address }, report);
    return outcome.kind === "refused" ? outcome.sentence : command.show(outcome.value as never);
  };
  await memory.addCorrespondents(ADA, ["bob@example.net"], 20_000 * DAY);
  await memory.addCorrespondents(ADA, ["eve@example.net"], 20_002 * DAY);
  assert.equal(
    await call("show"),
    [
      "addresses written to or answered: 2, of 2024-10-04 to 2024-10-06",
      "senders, domains and networks judged: none",
      "words: none",
      "messages that taught: none",
      "first contacts: none",
    ].join("\n"),
  );
  await call("clear");
  assert.doesNotMatch(await call("show"), /\d/);
  await call("off");
  assert.match(await call("show"), /is off: nothing is held/);
  assert.equal((await directory.preferences(ADA)).learns, false, "so that backups know it");
  await call("on");
  assert.equal((await directory.preferences(ADA)).learns, true);
  assert.match(await call("show"), /words: none/);
  assert.match(await call("off", "nobody@example.org"), /there is no account/);
});
