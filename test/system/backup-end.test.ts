/**
 * The end of a set in the real service, whose clock is told by libfaketime that ten days have passed: its key is gone from
 * the escrow place at the next start, and nobody opens a copy that was made of the target before, not with the offline
 * key either. That a service which runs on does it hour by hour, and that a night's set is made, is shown with a clock
 * of the tests in src/service/backup and test/scenarios.
 */
import assert from "node:assert/strict";
import { cpSync, globSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { SmtpClient } from "../clients/smtp-client.ts";
import { loseHome } from "./backup-view.ts";
import { DOMAIN, freeBasePort, Lab } from "./lab.ts";
import { need } from "./program.ts";

const TEN_DAYS_LATER = ["faketime", "--exclude-monotonic", "-f", "+10d"] as const;
const SWEEP_MS = 30_000;

test("D4: ten days later a copy of the target does not open, with the offline key and what is left at the escrow place", async (context) => {
  if (!need(context, "faketime")) return;
  const scratch = mkdtempSync(join(tmpdir(), "altmail-end-"));
  context.after(() => rmSync(scratch, { recursive: true, force: true }));
  const options = { home: join(scratch, "home"), basePort: await freeBasePort(), accounts: 2 };
  let lab = await Lab.start(options);
  context.after(() => lab.stop());
  const smtp = await SmtpClient.open(lab.smtpPort);
  await smtp.send("a@example.net", [`u2@${DOMAIN}`], "Subject: passes\r\n\r\nas everything\r\n");
  await smtp.quit();
  assert.equal((await lab.commandBeside("backup", "create")).code, 0);
  const key = ["--identity", join(options.home, "secret/age-key.txt")];
  const opened = await lab.commandBeside("backup", "drill", ...key);
  assert.equal(opened.code, 0, opened.stderr);
  const [set = ""] = globSync("*", { cwd: join(options.home, "backup/target/set") });
  await lab.stop();
  cpSync(join(options.home, "backup/target"), join(scratch, "copy"), { recursive: true });

  lab = await Lab.start({ ...options, under: TEN_DAYS_LATER });
  // Packs and parts stay: the next set may name them again. Without a set nothing says how to open them.
  const left = (): readonly string[] =>
    globSync("{escrow/set,target/set}/**", { cwd: join(options.home, "backup") }).filter((name) => name.includes(set));
  assert.ok(globSync("*", { cwd: join(scratch, "copy/set") }).length === 1, "the copy holds the set");
  const from = performance.now();
  while (left().length > 0 && performance.now() - from < SWEEP_MS) await pause(100);
  assert.deepEqual(left(), []);
  const { stdout } = await lab.commandBeside("backup", "list");
  assert.ok(!stdout.includes(set), stdout);
  context.diagnostic(`gone ${((performance.now() - from) / 1000).toFixed(1)} s after the start`);
  await lab.kill();

  const identity = loseHome(options.home, scratch);
  rmSync(join(options.home, "backup/target"), { recursive: true, force: true });
  cpSync(join(scratch, "copy"), join(options.home, "backup/target"), { recursive: true });
  const named = await lab.commandBeside("backup", "restore", "--identity", identity, "--set", set);
  assert.equal(named.code, 1);
  assert.match(named.stderr, /the key of set \S+ is not at the escrow place/);
  const newest = await lab.commandBeside("backup", "restore", "--identity", identity);
  assert.match(newest.stderr, /there is nothing to restore from/);
});
