import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { UsageError } from "../cli/usage-error.ts";
import { labCommands } from "./commands.ts";

test("what would open a lab to the world, or break its settings, is refused before anything is written", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "altmail-lab-test-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const home = join(folder, "home");
  const lab = labCommands.find(({ name }) => name === "lab") ?? assert.fail("there is a lab");
  for (const [option, value, sentence] of [
    ["smarthost", "", /HOST:PORT/],
    ["smarthost", "foo", /HOST:PORT/],
    ["smarthost", "198.51.100.1:25", /this machine/],
    ["domain", "not a domain", /domain name/],
    ["domain", "", /domain name/],
  ] as const) {
    const refused = (error: unknown): boolean => error instanceof UsageError && sentence.test(error.message);
    await assert.rejects(lab.run({ home, [option]: value }), refused, `${option} ${value}`);
    assert.ok(!existsSync(home), value);
  }
});
