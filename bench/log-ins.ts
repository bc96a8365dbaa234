/**
 * The benchmark of log-ins: the whole service with two workers, and so many tries of guessers a second over IMAP, submission
 * and the portal, from networks of loopback, each over a new connection. Beside them holders log in whom no worker remembers,
 * from where they lately were and from elsewhere, and a reader polls whose log-in is remembered. Told are the delay of each
 * worker's event loop, without the tries and with them; what became of whom; and how long it took. Then all holders come back
 * at once after a restart: from where they lately were, from elsewhere, and while guesses go on.
 *
 *   npm run bench:log-ins -- [--runs 3] [--seconds 30] [--rate 100] [--together 1000] [--only few,many,return]
 *
 * Bounds on connections and log-ins are those of a real service. Guessers, holders and service share the machine's cores.
 */
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { get } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { parseArgs, promisify } from "node:util";
import { askService } from "../src/host/control/control-client.ts";
import { controlPath } from "../src/host/control/socket-path.ts";
import type { ServiceStatus } from "../src/cli/service/status.ts";
import { freeBasePort, Lab, root } from "../test/system/lab.ts";

const { values: options } = parseArgs({
  options: {
    runs: { type: "string", default: "1" },
    seconds: { type: "string", default: "30" },
    rate: { type: "string", default: "100" },
    together: { type: "string", default: "1000" },
    workers: { type: "string", default: "2" },
    only: { type: "string", default: "few,many,return" },
    folder: { type: "string", default: join(root, "..") },
  },
});

const DOMAIN = "bench.test";
const PASSWORD = "secret-of-the-bench";
/** Whom guessers guess at. */
const NAMES = 200;
const seconds = Number(options.seconds);
const together = Number(options.together);
const runs = Number(options.runs);
/** Those who log in once in each round, a second of it: nobody is remembered. */
const holdersFirst = NAMES + 1;
const rounds = runs * 3;
const accounts = Math.max(together, NAMES + 2 * rounds * seconds);

type Report = {
  readonly told: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** From the connection's beginning to the answer, by who and outcome. */
  readonly afterMs: Readonly<Record<string, { readonly p50: number; readonly p99: number; readonly p100: number }>>;
  readonly clientCpuMs: number;
  readonly serverCpuMs: number;
  readonly ms: number;
};
type Loops = { readonly p99Ms: readonly number[]; readonly pageMs: readonly number[] };

const folder = mkdtempSync(join(options.folder, "altmail-log-ins-"));
const basePort = await freeBasePort();

const start = (): Promise<Lab> =>
  Lab.start({
    home: join(folder, "home"),
    basePort,
    accounts,
    workers: Number(options.workers),
    domain: DOMAIN,
    password: PASSWORD,
    site: true,
    more: ["--bounded"],
  });

/** Workers' delays since the last look, slowest first. */
async function look(lab: Lab): Promise<readonly number[]> {
  const answer = await askService(controlPath(join(lab.home, "run")), { command: "status", arguments: {} });
  if (answer?.kind !== "done") throw new Error("the service does not tell its status");
  const { workers } = answer.value as ServiceStatus;
  return workers.map(({ eventLoopDelayP99Ms }) => eventLoopDelayP99Ms).toSorted((a, b) => b - a);
}

/** As often as the page is made anew; the first reading tells of the start, too. */
const PAGE_EVERY_MS = 5000;

/** The delay on the page of metrics: the slowest process, of the five seconds before. */
async function pageDelay(): Promise<number> {
  const [response] = await once(get(`http://127.0.0.1:${basePort + 464}/metrics`), "response");
  const page = await text(response);
  return 1000 * Number(/^altmail_event_loop_delay_p99_seconds ([\d.e+-]+)$/m.exec(page)?.[1] ?? Number.NaN);
}

async function drive(lab: Lab, ...args: readonly string[]): Promise<{ report: Report; loops: Loops }> {
  await look(lab);
  const pageMs: number[] = [];
  const watch = setInterval(() => void pageDelay().then((ms) => pageMs.push(ms)), PAGE_EVERY_MS);
  const ports = [
    ["--imap", `imaps://127.0.0.1:${basePort + 993}`],
    ["--submission", `smtps://127.0.0.1:${basePort + 465}`],
    ["--web", `https://127.0.0.1:${basePort + 443}`],
  ];
  const who = ["--user", `u%d@${DOMAIN}`, "--domain", DOMAIN, "--password", PASSWORD, "--names", String(NAMES)];
  const pids = ["--pids", String(lab.pids().supervisor)];
  try {
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      [join(root, "bench/drivers/log-ins.js"), ...ports.flat(), ...who, ...pids, ...args],
      { maxBuffer: 1 << 24 },
    );
    if (stderr !== "") process.stderr.write(stderr);
    return { report: JSON.parse(stdout) as Report, loops: { p99Ms: await look(lab), pageMs: pageMs.slice(1) } };
  } finally {
    clearInterval(watch);
  }
}

function show(what: string, { report, loops }: { readonly report: Report; readonly loops: Loops }): void {
  const ms = (value: number): string => `${value.toFixed(value < 10 ? 1 : 0)} ms`;
  const page = loops.pageMs.length === 0 ? "" : `, on the page at most ${ms(Math.max(...loops.pageMs))}`;
  console.log(`\n${what}: loop delay p99 ${loops.p99Ms.map(ms).join(" and ")}${page}`);
  for (const [who, outcomes] of Object.entries(report.told))
    for (const [outcome, count] of Object.entries(outcomes)) {
      const { p50, p99, p100 } = report.afterMs[`${who} ${outcome}`] ?? { p50: 0, p99: 0, p100: 0 };
      console.log(`  ${who}: ${count} ${outcome}, after ${ms(p50)} (p99 ${ms(p99)}, at most ${ms(p100)})`);
    }
  console.log(`  processor: service ${report.serverCpuMs} ms, clients ${report.clientCpuMs} ms`);
}

try {
  const all = String(together);
  let lab = await start();
  await drive(lab, "--together", String(accounts), "--abreast", "8");
  const restart = async (): Promise<void> => {
    await lab.stop();
    lab = await start();
  };
  let first = holdersFirst;
  const steady = async (what: string, ...more: readonly string[]): Promise<void> => {
    const home = ["--home", String(first), "--travelling", String(first + seconds), "--reads", "5"];
    first += 2 * seconds;
    show(what, await drive(lab, "--seconds", String(seconds), ...home, ...more));
  };
  const wanted = new Set(options.only.split(","));
  try {
    for (let run = 1; run <= runs; run++) {
      await restart();
      await steady(`run ${run}: nobody guesses`);
      if (wanted.has("few")) {
        await restart();
        await steady(`run ${run}: ${options.rate} guesses a second from 50 networks`, "--rate", options.rate);
      }
      if (wanted.has("many")) {
        await restart();
        const load = ["--rate", options.rate, "--networks", "0"];
        await steady(`run ${run}: ${options.rate} guesses a second, each from a network of its own`, ...load);
      }
      if (wanted.has("return")) {
        await restart();
        show(`run ${run}: ${all} come back at once`, await drive(lab, "--together", all));
        await restart();
        show(`run ${run}: ${all} come at once from elsewhere`, await drive(lab, "--together", all, "--away"));
        await restart();
        const load = ["--rate", options.rate, "--networks", "0", "--seconds", String(seconds)];
        show(`run ${run}: ${all} come back while guesses go on`, await drive(lab, "--together", all, ...load));
      }
    }
  } finally {
    await lab.stop();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
