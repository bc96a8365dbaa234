/**
 * The benchmark of mail to the world. Submission: a lab takes mail over TLS, with log-in, signs it twice with DKIM and
 * relays it to a sink; beside it Postfix does the same without log-in and without signatures. Both in turn, medians and
 * ratios. And the queue beside a great many messages to hosts that are dead: dead-hosts.ts.
 *
 *   npm run bench:submission -- [--runs 3] [--messages 1500] [--connections 1,8,50] [--no-peer] [--no-relay] [--no-dead]
 *
 * The peer (bench/peers/postfix-relay.sh) needs root and Debian's postfix. Everything stays on loopback and on the disk of
 * --folder, by default that of this checkout.
 */
import { execFile, execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { freeBasePort, Lab, root } from "../test/system/lab.ts";
import { measureDeadHosts } from "./dead-hosts.ts";

const { values: options } = parseArgs({
  options: {
    runs: { type: "string", default: "3" },
    messages: { type: "string", default: "1500" },
    connections: { type: "string", default: "1,8,50" },
    workers: { type: "string", default: "2" },
    queued: { type: "string", default: "100000" },
    folder: { type: "string", default: join(root, "..") },
    peer: { type: "boolean", default: true },
    relay: { type: "boolean", default: true },
    dead: { type: "boolean", default: true },
  },
  allowNegative: true,
});
const runs = Number(options.runs);
const DOMAIN = "bench.test";
const PASSWORD = "secret-of-the-bench";
const USERS = 50;

type Side = { readonly label: string; readonly args: readonly string[]; stop(): Promise<void> };
type Report = {
  readonly acceptedPerS: number;
  readonly relayedPerS: number;
  readonly throughMs: { readonly p50: number; readonly p99: number };
  readonly failed: number;
  readonly repeated: number;
  readonly clientCpuMs: number;
  readonly serverCpuMs: number;
};

const folder = mkdtempSync(join(options.folder, "altmail-submission-"));

async function startOurs(): Promise<Side> {
  const basePort = await freeBasePort();
  // The base port's own world is not needed: what leaves goes to the driver's sink.
  const sink = basePort + 27;
  const lab = await Lab.start({
    home: join(folder, "home"),
    basePort,
    accounts: USERS,
    workers: Number(options.workers),
    domain: DOMAIN,
    password: PASSWORD,
    more: ["--smarthost", `127.0.0.1:${sink}`],
  });
  const submission = ["--submission", `smtps://127.0.0.1:${basePort + 465}`, "--sink-port", String(sink)];
  const login = ["--user", `u%d@${DOMAIN}`, "--password", PASSWORD];
  return {
    label: "altmail",
    args: [...submission, ...login, "--pids", String(lab.pids().supervisor)],
    stop: () => lab[Symbol.asyncDispose](),
  };
}

async function startPeer(): Promise<Side | undefined> {
  if (!options.peer || !existsSync("/usr/sbin/postfix")) return undefined;
  const base = await freeBasePort();
  const script = join(root, "bench/peers/postfix-relay.sh");
  // Beside our own folder, which Postfix's users may not enter.
  const place = mkdtempSync(join(options.folder, "altmail-peer-"));
  const said = execFileSync("bash", [script, "start", place, String(base + 465), String(base + 27)], {
    encoding: "utf8",
  });
  const pids = /pids=(\S+)/.exec(said)?.[1] ?? "";
  const submission = ["--submission", `smtps://127.0.0.1:${base + 465}`, "--sink-port", String(base + 27)];
  return {
    label: "postfix",
    args: [...submission, "--login", "false", "--domain", DOMAIN, "--pids", pids],
    stop: async () => {
      execFileSync("bash", [script, "stop", place]);
      rmSync(place, { recursive: true, force: true });
    },
  };
}

async function drive(side: Side, connections: string, messages: string, seed: number): Promise<Report> {
  const load = ["--sessions", connections, "--messages", messages, "--users", String(USERS), "--seed", String(seed)];
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    [join(root, "bench/drivers/submission.js"), ...load, ...side.args],
    { maxBuffer: 1 << 24 },
  );
  if (stderr !== "") process.stderr.write(`${side.label}: ${stderr}`);
  return JSON.parse(stdout) as Report;
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

async function measureRelay(): Promise<void> {
  const ours = await startOurs();
  const peer = await startPeer();
  const sides = peer === undefined ? [ours] : [ours, peer];
  const reports = new Map<string, Report[]>();
  const messages = Number(options.messages);
  try {
    for (const side of sides) await drive(side, "8", "200", 0);
    for (let run = 1; run <= runs; run++)
      for (const connections of options.connections.split(","))
        for (const side of sides) {
          const report = await drive(side, connections, options.messages, run);
          const key = `${connections} ${side.label}`;
          reports.set(key, [...(reports.get(key) ?? []), report]);
          process.stderr.write(`run ${run}, ${key}: ${JSON.stringify(report)}\n`);
        }
  } finally {
    for (const side of sides) await side.stop();
  }
  const figures: readonly (readonly [string, (report: Report) => number])[] = [
    ["accepted /s", (report) => report.acceptedPerS],
    ["relayed /s", (report) => report.relayedPerS],
    ["submission to sink p50 ms", (report) => report.throughMs.p50],
    ["submission to sink p99 ms", (report) => report.throughMs.p99],
    ["CPU of the server, ms a message", (report) => report.serverCpuMs / messages],
    ["CPU of the driver, ms a message", (report) => report.clientCpuMs / messages],
    ["sent twice", (report) => report.repeated],
  ];
  process.stdout.write("| connections | figure | altmail | postfix | ratio |\n| --- | --- | --- | --- | --- |\n");
  for (const connections of options.connections.split(","))
    for (const [name, of] of figures) {
      const [mine, theirs] = ["altmail", "postfix"].map((label) => reports.get(`${connections} ${label}`)?.map(of));
      const [a, b] = [median(mine ?? []), theirs === undefined ? undefined : median(theirs)];
      const ratio = b === undefined || b === 0 ? "" : (name.endsWith("/s") ? a / b : b / a).toFixed(2);
      process.stdout.write(`| ${connections} | ${name} | ${a.toFixed(1)} | ${b?.toFixed(1) ?? ""} | ${ratio} |\n`);
    }
}

try {
  if (options.relay) await measureRelay();
  if (options.dead) await measureDeadHosts({ folder, runs, queued: Number(options.queued) });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
