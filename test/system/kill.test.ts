/**
 * Kill -9 of the supervisor or of a worker at a random moment under load, round after round, on one home: every
 * message that got its 250 is there exactly once, and the audit of every account finds nothing. Rounds:
 * ALTMAIL_KILL_ROUNDS (50 in `npm run test:kill`).
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { freeBasePort, Lab } from "./lab.ts";
import { countNumbers, lossAndDoubles, NumberedLoad } from "./numbered-load.ts";

const rounds = Number(process.env["ALTMAIL_KILL_ROUNDS"] ?? 6);
const ACCOUNTS = 4;

test(`nothing accepted is lost or doubled in ${rounds} rounds of kill -9`, async (context) => {
  const home = mkdtempSync(join(tmpdir(), "altmail-kill-"));
  context.after(() => rmSync(home, { recursive: true, force: true }));
  const basePort = await freeBasePort();
  const load = new NumberedLoad({ accounts: ACCOUNTS, maxOctets: 400_000 });
  let lab = await Lab.start({ home, basePort, accounts: ACCOUNTS });
  for (let round = 1; round <= rounds; round++) {
    load.start(lab.smtpPort, 6);
    await pause(200 + Math.random() * 800);
    const { supervisor, workers } = lab.pids();
    if (round % 2 === 0) {
      process.kill(workers[Math.floor(Math.random() * workers.length)] as number, "SIGKILL");
      await pause(300 + Math.random() * 300);
      await load.stop();
    } else {
      const exited = once(lab.child, "exit");
      process.kill(supervisor, "SIGKILL");
      await exited;
      await load.stop();
      lab = await Lab.start({ home, basePort, accounts: ACCOUNTS });
    }
  }
  await load.finish(lab.smtpPort);
  const { copies } = await countNumbers(lab.imapPort, ACCOUNTS);
  context.diagnostic(`${load.accepted.size} messages accepted`);
  assert.ok(load.accepted.size > rounds * 10, `only ${load.accepted.size} messages were accepted`);
  assert.deepEqual(lossAndDoubles(load, copies), { lost: [], doubled: [] });
  const audit = lab.command("check");
  assert.equal(audit.code, 0, audit.stdout + audit.stderr);
  await lab.stop();
});
