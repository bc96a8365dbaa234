/**
 * Power cuts under load: the rule of the 250, proven on a real file system. Each round starts the service on an ext4
 * of its own, delivers from many connections, cuts the power at a random moment, mounts again and counts. Every
 * message that got its 250 is there once; no UID that a client saw before the cut names another message afterwards.
 * The same with every sync turned into nothing must lose mail: else this test could not fail.
 * Rounds: ALTMAIL_POWER_ROUNDS (30 in `npm run test:power`, 3 in CI).
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { DOMAIN, freeBasePort, Lab, type LabOptions, PASSWORD } from "./lab.ts";
import { ImapClient } from "../clients/imap-client.ts";
import { countNumbers, lossAndDoubles, NumberedLoad } from "./numbered-load.ts";
import { PowerDisk } from "./power-disk.ts";
import { need } from "./program.ts";

const rounds = Number(process.env["ALTMAIL_POWER_ROUNDS"] ?? 3);
const ACCOUNTS = 8;
const SENDERS = 16;
const NO_SYNC = [
  "strace",
  "-f",
  "-qq",
  "--seccomp-bpf",
  "-o",
  "/dev/null",
  "-e",
  "trace=fsync,fdatasync",
  "-e",
  "inject=fsync,fdatasync:retval=0",
];

function ready(context: TestContext): boolean {
  if (!need(context, "mkfs.ext4", "mount", "umount", "python3", "strace")) return false;
  if (process.getuid?.() === 0) return true;
  assert.ok(process.env["CI"] === undefined, "CI must run the power test as root: it mounts a disk");
  context.skip("mounting a disk needs root");
  return false;
}

/** Ends the service the hard way and waits until none of its processes holds the disk. */
async function killAll(lab: Lab): Promise<void> {
  const { supervisor, workers } = lab.pids();
  const exited = once(lab.child, "exit");
  for (const pid of [supervisor, ...workers]) {
    try {
      process.kill(pid, "SIGKILL");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }
  await exited;
  for (const pid of workers) for (let n = 0; n < 200 && isAlive(pid); n++) await pause(10);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Reads UIDs while mail comes in, until the service dies: what clients saw before the cut. */
async function watchUids(port: number, seen: Map<string, number>): Promise<void> {
  try {
    const imap = await ImapClient.open(port, `u1@${DOMAIN}`, PASSWORD);
    await imap.command("SELECT INBOX");
    for (let from = 1; ; ) {
      for (const row of await imap.command(`UID FETCH ${from}:* BODY.PEEK[HEADER.FIELDS (X-NUMBER)]`)) {
        const uid = Number(/UID (\d+)/.exec(row)?.[1] ?? 0);
        if (uid === 0) continue;
        seen.set(`1/${uid}`, Number(/X-Number: (\d+)/i.exec(row)?.[1]));
        from = Math.max(from, uid);
      }
    }
  } catch {
    // The power went: what was read so far is what counts.
  }
}

async function cutUnderLoad(
  disk: PowerDisk,
  load: NumberedLoad,
  options: LabOptions,
  seen: Map<string, number>,
): Promise<void> {
  const lab = await Lab.start(options);
  disk.flush();
  load.start(lab.smtpPort, SENDERS);
  const watching = watchUids(lab.imapPort, seen);
  await pause(1000 + Math.random() * 2000);
  disk.cut();
  await pause(50);
  await killAll(lab);
  await load.stop();
  await watching;
  disk.unmount();
  disk.mountAgain();
}

test(`power cut: nothing acknowledged is lost, nothing is doubled, no UID is reused, ${rounds} rounds`, async (context) => {
  if (!ready(context)) return;
  using disk = new PowerDisk(1500);
  const home = join(disk.mount, "home");
  const basePort = await freeBasePort();
  const load = new NumberedLoad({ accounts: ACCOUNTS, maxOctets: 400_000 });
  const seen = new Map<string, number>();
  for (let round = 1; round <= rounds; round++) {
    await cutUnderLoad(disk, load, { home, basePort, accounts: ACCOUNTS, more: ["--boot-id", `boot-${round}`] }, seen);
    const lab = await Lab.start({ home, basePort, accounts: ACCOUNTS, more: ["--boot-id", `after-${round}`] });
    await load.finish(lab.smtpPort);
    const { copies, uids } = await countNumbers(lab.imapPort, ACCOUNTS);
    assert.deepEqual(lossAndDoubles(load, copies), { lost: [], doubled: [] }, `round ${round}`);
    const reused = [...seen].filter(([uid, number]) => uids.has(uid) && uids.get(uid) !== number);
    assert.deepEqual(reused, [], `UIDs that name another message after round ${round}`);
    const audit = lab.command("check");
    assert.equal(audit.code, 0, audit.stdout + audit.stderr);
    await lab.stop();
  }
  context.diagnostic(`${load.accepted.size} messages acknowledged in ${rounds} rounds, none lost, none doubled`);
  assert.ok(load.accepted.size > rounds * 100);
});

test("power cut: with every sync taken out the same test loses mail", async (context) => {
  if (!ready(context)) return;
  using disk = new PowerDisk(1500);
  const home = join(disk.mount, "home");
  const basePort = await freeBasePort();
  const load = new NumberedLoad({ accounts: ACCOUNTS, maxOctets: 400_000 });
  await (await Lab.start({ home, basePort, accounts: ACCOUNTS })).stop();
  disk.flush();
  await cutUnderLoad(disk, load, { home, basePort, accounts: ACCOUNTS, under: NO_SYNC }, new Map());
  assert.ok(load.accepted.size > 50, `only ${load.accepted.size} messages were accepted`);
  let left: ReadonlyMap<number, number> = new Map();
  try {
    await using lab = await Lab.start({ home, basePort, accounts: ACCOUNTS });
    left = (await countNumbers(lab.imapPort, ACCOUNTS)).copies;
  } catch (error) {
    context.diagnostic(`the store did not even open: ${(error as Error).message.split("\n")[0]}`);
  }
  const { lost } = lossAndDoubles(load, left);
  context.diagnostic(`${lost.length} of ${load.accepted.size} lost without sync`);
  assert.ok(lost.length > 0, "nothing was lost although nothing was synced: this test cannot fail");
});
