/**
 * Kill -9 of the supervisor or of a worker at random moments while a set is made, round after round on one home: the next
 * command makes its set, verify finds nothing, and what comes back is what lived, by UID, flag and octet. Rounds:
 * ALTMAIL_KILL_ROUNDS (50 in `npm run test:kill`).
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { globSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { SmtpClient } from "../clients/smtp-client.ts";
import { type AccountView, loseHome, viewOf } from "./backup-view.ts";
import { DOMAIN, freeBasePort, Lab } from "./lab.ts";
import { NumberedLoad } from "./numbered-load.ts";

const rounds = Number(process.env["ALTMAIL_KILL_ROUNDS"] ?? 6);
const ACCOUNTS = 6;
/** Not longer than a set takes from the moment its key lies at the escrow place. */
const MAKING_MS = 250;

/** The operator's account left out: the service writes to it when it likes. */
const viewAll = (lab: Lab): Promise<readonly AccountView[]> =>
  Promise.all(Array.from({ length: ACCOUNTS - 1 }, (_, n) => viewOf(lab.imapPort, `u${n + 2}@${DOMAIN}`)));

const setKeys = (lab: Lab): readonly string[] => globSync(join(lab.home, "backup/escrow/set/*.age"));

async function untilBegun(lab: Lab, before: ReadonlySet<string>): Promise<void> {
  const late = AbortSignal.timeout(60_000);
  while (setKeys(lab).every((key) => before.has(key))) {
    assert.ok(!late.aborted, "no set was begun");
    await pause(5);
  }
}

/** The supervisor starts new workers in the place of those that were killed; on a busy machine that takes its time. */
async function untilServing({ smtpPort }: Lab): Promise<void> {
  const late = AbortSignal.timeout(120_000);
  for (;;) {
    try {
      using _client = await SmtpClient.open(smtpPort);
      return;
    } catch (error) {
      if (late.aborted) throw error;
      await pause(100);
    }
  }
}

test(`a set made after ${rounds} rounds of kill -9 is whole, and brings back every mail`, async (context) => {
  const scratch = mkdtempSync(join(tmpdir(), "altmail-backup-kill-"));
  context.after(() => rmSync(scratch, { recursive: true, force: true }));
  const options = { home: join(scratch, "home"), basePort: await freeBasePort(), accounts: ACCOUNTS };
  const load = new NumberedLoad({ accounts: ACCOUNTS, maxOctets: 3_000_000 });
  let lab = await Lab.start(options);
  context.after(() => lab.stop());
  let brokenOff = 0;
  for (let round = 1; round <= rounds; round++) {
    load.start(lab.smtpPort, 3);
    await pause(1000);
    await load.stop();
    const before = new Set(setKeys(lab));
    const making = lab.commandBeside("backup", "create");
    await untilBegun(lab, before);
    await pause(Math.random() * MAKING_MS);
    const { supervisor, workers } = lab.pids();
    if (round % 2 === 0) for (const worker of workers) process.kill(worker, "SIGKILL");
    else {
      const exited = once(lab.child, "exit");
      process.kill(supervisor, "SIGKILL");
      await exited;
    }
    const { code, stderr } = await making;
    if (code !== 0) brokenOff++;
    assert.doesNotMatch(stderr, /fault|TypeError|at file:/);
    if (round % 2 === 1) lab = await Lab.start(options);
    else await untilServing(lab);
  }
  await load.finish(lab.smtpPort);
  assert.ok(brokenOff > 0, "no set was broken off: it shows nothing");
  const made = await lab.commandBeside("backup", "create");
  assert.equal(made.code, 0, made.stderr);
  const identity = join(options.home, "secret/age-key.txt");
  const verified = await lab.commandBeside("backup", "verify", "--identity", identity, "--accounts", String(ACCOUNTS));
  assert.equal(verified.code, 0, verified.stderr);
  context.diagnostic(
    `${brokenOff} of ${rounds} sets broken off; ${load.accepted.size} mails; ${verified.stdout.trim()}`,
  );
  const living = await viewAll(lab);
  await lab.kill();
  const restored = lab.command("backup", "restore", "--identity", loseHome(options.home, scratch));
  assert.equal(restored.code, 0, restored.stderr);
  lab = await Lab.start(options);
  assert.deepEqual(await viewAll(lab), living);
  const audit = lab.command("check");
  assert.equal(audit.code, 0, audit.stdout + audit.stderr);
});
