/**
 * Kill -9 of the supervisor or of a worker at a random moment while mail comes in and goes out, round after round, against
 * hosts that count: each recipient of every message that got its 250 has it once; never none, and twice only where SMTP
 * permits it, when the process died before the host's 250 was durable. Rounds: ALTMAIL_KILL_ROUNDS (50 in
 * `npm run test:kill`).
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { test, type TestContext } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { queueLimits } from "../../src/service/queue/queue-limits.ts";
import { DNS_PROGRAMS } from "./dns/name-servers.ts";
import { need } from "./program.ts";
import { countArrivals, type Kill } from "./world/arrivals.ts";
import { makeAuthorities } from "./world/certificates.ts";
import { SentLoad } from "./world/sent-load.ts";
import { until } from "./world/until.ts";
import { World } from "./world/world.ts";

const rounds = Number(process.env["ALTMAIL_KILL_ROUNDS"] ?? 4);
const ACCOUNTS = 3;
const CLIENTS = 4;
const LEAST_A_ROUND = 20;
const DESTINATIONS = ["a.open.test", "b.open.test", "c.open.test"];
/** Claims of the dead end by themselves after five minutes: each start is later by more, by the clock of the service. */
const MINUTES_A_START = 7;

test(`D6: what got its 250 arrives at each recipient, once, in ${rounds} rounds of kill -9`, async (context: TestContext) => {
  if (!need(context, ...DNS_PROGRAMS, "faketime")) return;
  const authorities = await makeAuthorities();
  const secure = { tls: (await authorities.issue(["mx.b.open.test"])).context };
  const destinations = {
    "a.open.test": { manner: {} },
    "b.open.test": { manner: secure },
    "c.open.test": { manner: { offers: ["CHUNKING", "DSN"] } },
  };
  let starts = 0;
  const later = (): readonly string[] => ["faketime", "--exclude-monotonic", "-f", `+${MINUTES_A_START * starts++}m`];
  await using world = await World.start({ destinations, authorities, accounts: ACCOUNTS, under: later() });
  const load = new SentLoad({ port: world.submissionPort, accounts: ACCOUNTS, destinations: DESTINATIONS });
  const kills: Kill[] = [];
  for (let round = 1; round <= rounds; round++) {
    const before = load.accepted.size;
    load.start(CLIENTS);
    await until("the load is under way", () => load.accepted.size > before + LEAST_A_ROUND);
    await pause(Math.random() * 700);
    const { supervisor, workers } = world.lab.pids();
    const isLast = round === rounds;
    const from = performance.now();
    if (round % 2 === 1 && !isLast) {
      const worker = workers[Math.floor(Math.random() * workers.length)] as number;
      process.kill(worker, "SIGKILL");
      await gone([worker]);
      kills.push({ from, gone: performance.now() });
      await pause(300 + Math.random() * 600);
      await load.stop();
    } else {
      const exited = once(world.lab.child, "exit");
      process.kill(supervisor, "SIGKILL");
      await exited;
      // What they have claimed is theirs; the clock of the next start would say otherwise.
      await gone(workers);
      kills.push({ from, gone: performance.now() });
      await load.stop();
      await world.serve({ under: later() });
    }
  }
  const view = await world.view();
  await until("the queue is empty", async () => (await view.queue.sums()).messages === 0, 60_000);

  const arrivals = countArrivals(world.hosts.values(), load.accepted, kills);
  const { lost, doubled, unread, undurable, recipients } = arrivals;
  context.diagnostic(
    `${load.accepted.size} messages for ${recipients} recipients; duplicates: ${unread} with a 250 that nobody read, ${undurable} with one that was read and not yet durable`,
  );
  assert.deepEqual({ lost, doubled }, { lost: [], doubled: [] });
  // What was under way at the kill, a message a connection: no batch goes out again as a whole.
  const most = kills.length * DESTINATIONS.length * queueLimits.perDestination;
  assert.ok(unread + undurable <= most, `${unread + undurable} duplicates, ${most} connections`);
  const audit = world.lab.command("check");
  assert.equal(audit.code, 0, audit.stdout + audit.stderr);
});

/** Fulfils when none of these processes is there any more. */
async function gone(pids: readonly number[]): Promise<void> {
  await until("the processes are gone", () =>
    pids.every((pid) => {
      try {
        process.kill(pid, 0);
        return false;
      } catch {
        return true;
      }
    }),
  );
}
