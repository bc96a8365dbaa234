import assert from "node:assert/strict";
import { test } from "node:test";
import type { FlagLine, Watch } from "../../service/watch/watch.ts";
import { accountId } from "../../store/ids.ts";
import type { Given, Operator, Outcome, Report } from "../command.ts";
import { watchCommands } from "./watch.ts";

const flag: FlagLine = {
  id: "ab12cd34",
  account: accountId("0".repeat(32)),
  rule: "guessed",
  since: Date.UTC(2026, 2, 1, 12, 5),
  evidence: { counts: { "wrong passwords": 60, networks: 15 }, networks: ["00ff00ff00ff"] },
  pauses: true,
  closed: undefined,
  meaning: "somebody tried",
  address: "ada@example.org",
  state: "paused",
};

/** Runs a command on a watch with one open and one closed flag; gives what it shows, or the sentence of a refusal. */
async function run(name: string, given: Given): Promise<string> {
  const command = watchCommands.find((one) => one.name === name) ?? assert.fail(name);
  const watch: Partial<Watch> = {
    flags: async () => [flag, { ...flag, id: "00000000", closed: { word: "harmless", at: 1 }, address: undefined }],
    close: async (id, _, resumed) =>
      id === flag.id
        ? { kind: "closed", resumed, open: ["ffffffff"] }
        : { kind: "refused", reason: "not-found", sentence: "There is no such flag." },
  };
  const report: Report = { line: async () => {}, progress() {}, signal: new AbortController().signal };
  const outcome: Outcome = await command.work({ watch } as unknown as Operator, given, report);
  return outcome.kind === "refused" ? outcome.sentence : command.show(outcome.value as never);
}

test("A8: flags are listed, shown and closed with a word", async () => {
  const open = "ab12cd34  2026-03-01 12:05 UTC  guessed, paused sending  open  ada@example.org (paused)";
  assert.equal(await run("watch list", {}), open);
  assert.match(await run("watch list", { all: true }), /00000000 .* closed: harmless {2}an account that is gone$/);
  assert.equal(
    await run("watch show", { id: "ab12cd34" }),
    `${open}\nguessed: somebody tried\nwrong passwords: 60\nnetworks: 15\nfingerprints of networks: 00ff00ff00ff`,
  );
  assert.match(await run("watch show", { id: "x" }), /no such flag/);
  assert.equal(
    await run("watch close", { id: "ab12cd34", as: "harmless", resume: true }),
    "closed ab12cd34; the account may send again, and its holder was told\nthe account has open flags still: ffffffff",
  );
  assert.match(await run("watch close", { id: "ab12cd34", as: "harmless" }), /^closed ab12cd34\n/);
  assert.match(await run("watch close", { id: "ab12cd34" }), /--as harmless\|taken-over\|misuse/);
  assert.match(await run("watch close", { id: "x", as: "misuse" }), /no such flag/);
});
