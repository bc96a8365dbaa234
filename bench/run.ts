/**
 * The benchmark: starts a lab and, where Dovecot and Postfix are installed, a peer beside it, runs every driver
 * against both in turn, and prints the medians with their ratios. Quote the ratios: machines are noisy, and both sides
 * met the same noise.
 *
 *   npm run bench -- [--runs 3] [--warm 0] [--only ingest,poll] [--no-peer] [--cold] [--idle] [--verify]
 *
 * --warm: rounds of the same work before, on both sides, that do not count. Servers run for weeks, and this one is compiled
 * while it runs: its first thousands of messages cost twice what later ones do.
 * --verify: deliveries of twenty domains that sign, which we verify (SPF, DKIM, DMARC) with a resolver on loopback, and the
 * peer does not; it needs unbound and nsd.
 * The peer (bench/peers) runs mdbox without encryption and SHA512-CRYPT; it needs root, and Debian's dovecot-imapd,
 * dovecot-lmtpd, dovecot-sieve, dovecot-managesieved and postfix. Everything stays on loopback.
 */
import { execFile, execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import type { NameServer } from "../src/host/resolver/exchange.ts";
import { startNameServers } from "../test/system/dns/name-servers.ts";
import { freeBasePort, Lab, root } from "../test/system/lab.ts";
import { makeSenders } from "./senders.ts";

const { values: options } = parseArgs({
  options: {
    runs: { type: "string", default: "3" },
    warm: { type: "string", default: "0" },
    only: { type: "string", default: "" },
    peer: { type: "boolean", default: true },
    cold: { type: "boolean", default: false },
    idle: { type: "boolean", default: false },
    verify: { type: "boolean", default: false },
    scale: { type: "string", default: "1" },
  },
  allowNegative: true,
});

/** A server to be measured: where it listens and which processes it is. */
type Side = {
  readonly label: string;
  readonly smtp: number;
  readonly imap: number;
  readonly pids: string;
  readonly log: string | undefined;
  stop(): Promise<void>;
};

const DOMAIN = "bench.test";
const PASSWORD = "secret-of-the-bench";
const USERS = 48;
const scale = Number(options.scale);
const count = (n: number): string => String(Math.max(1, Math.round(n * scale)));

/** One row: the driver, its arguments, and the figures taken from its report with their unit. Higher is better but for ms and KiB. */
type Row = {
  readonly name: string;
  readonly args: (run: number) => readonly string[];
  readonly figures: Readonly<Record<string, string>>;
};

const sync = String(USERS + 2);
const fresh = `Sync${process.pid}x`;
/** A download of all bodies of the run's fresh mailbox: so many messages a FETCH, so many commands in flight. */
const bodies = (batch: string, depth: string) => (run: number) => {
  const mailbox = ["--number", sync, "--mailbox", fresh + run];
  return ["imap-sync.js", ...mailbox, "--mode", "bodies", "--batch", batch, "--depth", depth];
};
const rows: readonly Row[] = [
  {
    name: "ingest",
    args: () => ["smtp-ingest.js", "--messages", count(2000)],
    figures: { acceptedPerS: "delivery accepted /s", visiblePerS: "delivery visible /s" },
  },
  {
    name: "ingestTls",
    args: () => ["smtp-ingest.js", "--messages", count(2000), "--starttls", "--seed", "1001"],
    figures: { acceptedPerS: "STARTTLS accepted /s", visiblePerS: "STARTTLS visible /s" },
  },
  {
    name: "fill",
    args: (run) => ["imap-fill.js", "--number", sync, "--mailbox", fresh + run, "--messages", count(2000)],
    figures: { perS: "fill by APPEND (in groups where offered) msg/s" },
  },
  {
    name: "syncList",
    args: (run) => ["imap-sync.js", "--number", sync, "--mailbox", fresh + run, "--mode", "listing"],
    figures: { "listingFirst.perS": "first listing msg/s", "listingWarm.0.perS": "listing again msg/s" },
  },
  { name: "syncOne", args: bodies("1", "1"), figures: { "bodies.perS": "download one by one /s" } },
  { name: "syncPiped", args: bodies("1", "20"), figures: { "bodies.perS": "download, 20 in flight /s" } },
  { name: "syncBatch", args: bodies("100", "2"), figures: { "bodies.MBperS": "download in batches MB/s" } },
  { name: "poll", args: () => ["imap-poll.js", "--polls", count(1000)], figures: { pollsPerS: "polls /s" } },
  {
    name: "bigFill",
    args: () => ["imap-fill.js", "--number", String(USERS + 1), "--messages", count(10_000)],
    figures: {},
  },
  {
    name: "ops",
    args: () => ["imap-ops.js", "--number", String(USERS + 1)],
    figures: {
      appendPerS: "APPEND one by one /s",
      appendParallelPerS: "APPEND, 8 sessions /s",
      storeSinglePerS: "STORE one by one /s",
      storeBulkPerS: "STORE 1:* msg/s",
      copyBulkPerS: "COPY msg/s",
      moveBulkPerS: "MOVE msg/s",
      moveSinglePerS: "MOVE one by one /s",
      expungePerS: "EXPUNGE msg/s",
      "searchFromMs.0": "SEARCH FROM ms",
      "searchBodyMs.0": "SEARCH BODY ms",
      selectMs: "SELECT ms",
      flagsFetchPerS: "FETCH FLAGS msg/s",
    },
  },
];

/** `resolver`: arriving mail is verified with it. */
async function startOurs(users: number, resolver?: NameServer): Promise<Side> {
  const lab = await (resolver === undefined
    ? Lab.start({ accounts: users, domain: DOMAIN, password: PASSWORD })
    : startVerifying(users, resolver));
  return {
    label: "altmail",
    smtp: lab.smtpPort,
    imap: lab.imapPort,
    pids: String(lab.pids().supervisor),
    log: undefined,
    stop: () => lab[Symbol.asyncDispose](),
  };
}

/** A lab does not verify: its settings are changed, and it is started with what lies there. */
async function startVerifying(users: number, { address, port }: NameServer): Promise<Lab> {
  const basePort = await freeBasePort();
  const home = mkdtempSync(join(tmpdir(), "altmail-bench-"));
  await Lab.start({ home, basePort, accounts: users, domain: DOMAIN, password: PASSWORD }).then((made) => made.stop());
  const file = join(home, "altmail.toml");
  const text = readFileSync(file, "utf8").replace("verify = false", "verify = true");
  writeFileSync(file, `${text}\n[dns]\nservers = ["${address}:${port}"]\n`);
  return Lab.start({ home, basePort, asItLies: true });
}

async function startPeer(users: number, hibernate: string): Promise<Side | undefined> {
  if (!options.peer || !existsSync("/usr/sbin/dovecot") || !existsSync("/usr/sbin/postfix")) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "altmail-peer-"));
  const script = join(root, "bench/peers/peers.sh");
  const base = await freeBasePort();
  const said = execFileSync(
    "bash",
    [
      script,
      "start",
      folder,
      "format=mdbox",
      "scheme=SHA512-CRYPT",
      `password=${PASSWORD}`,
      `users=${users}`,
      `base=${base}`,
      `hibernate=${hibernate}`,
    ],
    { encoding: "utf8" },
  );
  const stop = async (): Promise<void> => {
    execFileSync("bash", [script, "stop", folder]);
    rmSync(folder, { recursive: true, force: true });
  };
  return {
    label: "peer",
    smtp: base + 25,
    imap: base + 993,
    pids: /pids=(\S+)/.exec(said)?.[1] ?? "",
    log: join(folder, "log/dovecot.log"),
    stop,
  };
}

async function drive(side: Side, args: readonly string[]): Promise<Record<string, unknown>> {
  const [file = "", ...rest] = args;
  const shared = [
    "--imap",
    `imaps://127.0.0.1:${side.imap}`,
    "--user",
    `u%d@${DOMAIN}`,
    "--password",
    PASSWORD,
    "--pids",
    side.pids,
  ];
  const smtp = /ingest|cold|idle/.test(file) ? ["--smtp", `smtp://127.0.0.1:${side.smtp}`, "--domain", DOMAIN] : [];
  const users = rest.includes("--users") ? [] : ["--users", String(USERS)];
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    [join(root, "bench/drivers", file), ...rest, ...shared, ...users, ...smtp],
    { maxBuffer: 1 << 24 },
  );
  if (stderr !== "") process.stderr.write(`${side.label} ${file}: ${stderr}`);
  return JSON.parse(stdout) as Record<string, unknown>;
}

/** The number at `path` (`a.b.0`) of a report. */
function figure(report: unknown, path: string): number | undefined {
  let value = report;
  for (const key of path.split(".")) value = (value as Record<string, unknown> | undefined)?.[key];
  return typeof value === "number" ? value : undefined;
}

const median = (values: readonly number[]): number | undefined => values.toSorted((a, b) => a - b)[values.length >> 1];
const seen = new Map<string, Map<string, number[]>>();
function note(what: string, side: string, value: number | undefined): void {
  if (value === undefined) return;
  const bySide = seen.get(what) ?? new Map<string, number[]>();
  seen.set(what, bySide.set(side, [...(bySide.get(side) ?? []), value]));
}

/** Those before the first are warm-up. */
async function measure(sides: readonly Side[], row: Row, run: number): Promise<void> {
  for (const side of sides) {
    const report = await drive(side, row.args(run));
    process.stderr.write(`${new Date().toISOString().slice(11, 19)} run ${run} ${row.name} ${side.label}\n`);
    if (run < 1) continue;
    for (const [path, what] of Object.entries(row.figures)) note(what, side.label, figure(report, path));
  }
}

async function eachRun(work: (run: number) => Promise<void>): Promise<void> {
  for (let run = 1 - Number(options.warm); run <= Number(options.runs); run++) await work(run);
}

/** Runs `work` against both sides, started for it and stopped after it. */
async function withSides(
  users: number,
  hibernate: string,
  work: (sides: readonly Side[]) => Promise<void>,
  resolver?: NameServer,
): Promise<void> {
  const ours = await startOurs(users, resolver);
  const peer = await startPeer(users, hibernate);
  const sides = peer === undefined ? [ours] : [ours, peer];
  try {
    await work(sides);
  } finally {
    for (const side of sides) await side.stop();
  }
}

const wanted = options.only === "" ? rows : rows.filter((row) => options.only.split(",").includes(row.name));
if (!options.cold && !options.idle && !options.verify)
  await withSides(USERS + 2, "0", async (sides) => {
    await eachRun(async (run) => {
      for (const row of wanted) await measure(sides, row, run);
    });
  });
if (options.cold)
  await withSides(10_000, "0", async (sides) => {
    const saved = (side: Side): readonly string[] => (side.log === undefined ? [] : ["--log", side.log]);
    for (let run = 1; run <= Number(options.runs); run++)
      for (const side of sides) {
        const report = await drive(side, [
          "cold.js",
          "--users",
          "10000",
          "--messages",
          count(5000),
          "--seed",
          String(run),
          ...saved(side),
        ]);
        note("cold delivery accepted /s", side.label, figure(report, "acceptedPerS"));
        note("cold delivery saved /s", side.label, figure(report, "savedPerS"));
        note("cold: accounts that miss mail", side.label, figure(report, "wrong"));
      }
  });
if (options.verify) {
  const { senders, zone, records } = makeSenders(20);
  const folder = mkdtempSync(join(tmpdir(), "altmail-senders-"));
  const file = join(folder, "senders.json");
  writeFileSync(file, JSON.stringify(senders));
  await using servers = await startNameServers({ [zone]: { signed: false, records } });
  const row = {
    name: "verify",
    args: (run: number) => [
      "smtp-ingest.js",
      "--messages",
      count(2000),
      "--senders",
      file,
      "--seed",
      String(5000 + run),
    ],
    figures: { acceptedPerS: "verified, accepted /s", visiblePerS: "verified, visible /s" },
  };
  await withSides(USERS + 2, "0", (sides) => eachRun((run) => measure(sides, row, run)), servers.resolver);
  rmSync(folder, { recursive: true });
}
if (options.idle)
  await withSides(2000, "10s", async (sides) => {
    for (const side of sides) {
      const report = await drive(side, ["imap-idle.js", "--users", "2000", "--connections", "1000", "--settle", "12"]);
      note("idle connection KiB", side.label, figure(report, "pssKiBPerConn"));
      note("new mail to EXISTS p50 ms", side.label, figure(report, "ackToExistsMs.p50"));
    }
  });

process.stdout.write(`| work | altmail | peer | ratio |\n| --- | --- | --- | --- |\n`);
for (const [what, bySide] of seen) {
  const ours = median(bySide.get("altmail") ?? []);
  const theirs = median(bySide.get("peer") ?? []);
  const ratio =
    ours === undefined || theirs === undefined
      ? ""
      : (/ ms$| KiB$/.test(what) ? theirs / ours : ours / theirs).toFixed(2);
  process.stdout.write(`| ${what} | ${ours ?? ""} | ${theirs ?? ""} | ${ratio} |\n`);
}
