import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { initCommands } from "./init.ts";

test("a home is made in a folder that exists, and nowhere else", async (context) => {
  const folder = mkdtempSync(join(tmpdir(), "altmail-init-"));
  context.after(() => rmSync(folder, { recursive: true }));
  const [command] = initCommands;
  const init = (home: string): Promise<unknown> | undefined => command?.run({ home });
  await assert.rejects(
    init(join(folder, "mistyped", "home")) ?? Promise.resolve(),
    /mistyped does not exist .*: make it/,
  );
  assert.ok(!existsSync(join(folder, "mistyped")));
  writeFileSync(join(folder, "file"), "");
  await assert.rejects(init(join(folder, "file", "home")) ?? Promise.resolve(), /cannot be made \(ENOTDIR\): choose/);
  // Node's mkdir of several levels never returns here.
  if (existsSync("/proc/self"))
    for (const home of ["/proc/home", "/proc/self"])
      await assert.rejects(init(home) ?? Promise.resolve(), /choose another/);
});
