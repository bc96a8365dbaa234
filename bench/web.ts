/**
 * The benchmark of the public pages: one worker's web server beside one of nginx, both with the same octets of one page, the
 * same certificate, and a line of the log for each request, in turn and on one machine. Over connections that are kept, and
 * with a new connection (a whole or a resumed TLS handshake, as the client likes) for each request.
 *
 *   npm run bench:web -- [--runs 3] [--seconds 5] [--connections 16] [--path /docs/faq]
 *
 * Needs Debian's nginx-light and wrk.
 */
import { execFile, fork, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs, promisify } from "node:util";
import { systemClock } from "../src/host/clock.ts";
import { createLogSender } from "../src/host/log/sender.ts";
import { createProcessMetrics } from "../src/host/metrics/process-metrics.ts";
import { freeBasePort } from "../test/system/lab.ts";
import { REAL_PAGES, startSite } from "../test/world/web-site.ts";

const { values: options } = parseArgs({
  options: {
    runs: { type: "string", default: "3" },
    seconds: { type: "string", default: "5" },
    connections: { type: "string", default: "16" },
    path: { type: "string", default: "/docs/faq" },
    serve: { type: "boolean", default: false },
  },
});

type Told = {
  readonly origin: string;
  readonly port: number;
  readonly page: string;
  readonly certificateFile: string;
  readonly certificateKeyFile: string;
};
type Figures = {
  readonly perS: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of the server, user and system: says more than the rate on a machine that others use too. */
  readonly cpuUs: number;
  readonly errors: number;
};

/** The server under test, in a process of its own as a worker is. */
async function serve(): Promise<void> {
  const metrics = createProcessMetrics({ role: "worker", gauges: {} });
  const { log } = createLogSender({ send: (batch, sent) => void process.send?.(batch, sent), clock: systemClock });
  const unbounded = { maxConnectionsPerPeer: 2000, maxRequests: Number.MAX_SAFE_INTEGER };
  const site = await startSite({ folder: REAL_PAGES, limits: unbounded, log: metrics.counting(log) });
  const page = site.site.resources.get(options.path)?.encoded.identity.toString();
  if (page === undefined) throw new Error(`there is no page ${options.path}`);
  const { origin, port, certificateFile, certificateKeyFile } = site;
  process.send?.({ origin, port, page, certificateFile, certificateKeyFile } satisfies Told);
}

async function startNginx(folder: string, port: number, told: Told): Promise<ChildProcess> {
  mkdirSync(join(folder, "www"));
  writeFileSync(join(folder, "www/page.html"), told.page);
  writeFileSync(
    join(folder, "nginx.conf"),
    `daemon off;
user root;
worker_processes 1;
pid ${folder}/pid;
error_log ${folder}/error.log;
events { worker_connections 4096; }
http {
  access_log ${folder}/access.log combined buffer=64k;
  client_body_temp_path ${folder}/body;
  types { text/html html; }
  charset utf-8;
  sendfile on;
  open_file_cache max=16;
  keepalive_requests 100000000;
  server {
    listen 127.0.0.1:${port} ssl;
    ssl_certificate ${told.certificateFile};
    ssl_certificate_key ${told.certificateKeyFile};
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_session_cache shared:a:1m;
    root ${folder}/www;
    location = ${options.path} { try_files /page.html =404; default_type text/html; }
  }
}
`,
  );
  const nginx = spawn("/usr/sbin/nginx", ["-c", join(folder, "nginx.conf"), "-p", folder], { stdio: "inherit" });
  for (let attempt = 0; attempt < 50; attempt++) {
    const socket = connect(port, "127.0.0.1");
    const isOpen = await Promise.race([
      once(socket, "connect").then(() => true),
      once(socket, "error").then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (isOpen) return nginx;
    await pause(100);
  }
  throw new Error("nginx does not listen");
}

/** Ticks of the kernel that a process has used; a tick is 10 ms. */
const TICK_US = 10_000;
function ticksOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "latin1")
    .replace(/^.*\) /, "")
    .split(" ");
  return Number(fields[11]) + Number(fields[12]);
}

async function drive(port: number, told: Told, isKept: boolean, pid: number): Promise<Figures> {
  const host = new URL(told.origin).hostname;
  const headers = ["-H", `Host: ${host}`, ...(isKept ? [] : ["-H", "Connection: close"])];
  const load = ["-t", "1", "-c", options.connections, "-d", `${options.seconds}s`, "--latency"];
  const before = ticksOf(pid);
  const { stdout } = await promisify(execFile)("wrk", [
    ...load,
    ...headers,
    `https://127.0.0.1:${port}${options.path}`,
  ]);
  const ms = (percent: string): number => {
    const [, value = "0", unit = "ms"] = new RegExp(`${percent}%\\s+([\\d.]+)(us|ms|s)`).exec(stdout) ?? [];
    return Number(value) * (unit === "us" ? 0.001 : unit === "s" ? 1000 : 1);
  };
  const used = (ticksOf(pid) - before) * TICK_US;
  const bad = /Non-2xx or 3xx responses: (\d+)/.exec(stdout)?.[1] ?? "0";
  return {
    perS: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1] ?? 0),
    p50Ms: ms("50"),
    p99Ms: ms("99"),
    cpuUs: used / Number(/(\d+) requests in/.exec(stdout)?.[1] ?? 1),
    errors: Number(bad),
  };
}

const LABELS: Readonly<Record<keyof Figures, string>> = {
  perS: "requests /s",
  cpuUs: "CPU of the server, \u00b5s a request",
  p50Ms: "p50 ms",
  p99Ms: "p99 ms",
  errors: "errors",
};

/** The one worker of nginx: its master serves nobody. */
function workerOf(nginx: ChildProcess): number {
  return Number(readFileSync(`/proc/${nginx.pid}/task/${nginx.pid}/children`, "latin1").trim().split(" ")[0]);
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

async function measure(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "altmail-web-bench-"));
  const ours = fork(import.meta.filename, ["--serve", "--path", options.path], { execArgv: [] });
  const [told] = (await once(ours, "message")) as [Told];
  const peerPort = (await freeBasePort()) + 465;
  const nginx = await startNginx(folder, peerPort, told);
  const sides = [
    ["altmail", told.port, ours.pid ?? 0],
    ["nginx", peerPort, workerOf(nginx)],
  ] as const;
  const figures = new Map<string, Figures[]>();
  try {
    for (const [, port, pid] of sides) await drive(port, told, true, pid);
    for (let run = 1; run <= Number(options.runs); run++)
      for (const isKept of [true, false])
        for (const [side, port, pid] of sides) {
          const found = await drive(port, told, isKept, pid);
          const key = `${isKept ? "kept" : "new"} ${side}`;
          figures.set(key, [...(figures.get(key) ?? []), found]);
          process.stderr.write(`run ${run}, ${key}: ${JSON.stringify(found)}\n`);
        }
  } finally {
    nginx.kill();
    ours.kill();
    await Promise.all([once(nginx, "exit"), once(ours, "exit")]);
    rmSync(folder, { recursive: true, force: true });
  }
  const size = Buffer.byteLength(told.page);
  console.log(`${options.path}, ${size} octets, ${options.connections} connections, one worker each\n`);
  console.log("| connections | figure | altmail | nginx | ratio |\n| --- | --- | --- | --- | --- |");
  for (const kind of ["kept", "new"]) {
    const of = (side: string, figure: keyof Figures): number =>
      median((figures.get(`${kind} ${side}`) ?? []).map((found) => found[figure]));
    for (const figure of ["perS", "cpuUs", "p50Ms", "p99Ms", "errors"] as const) {
      const [mine, theirs] = [of("altmail", figure), of("nginx", figure)];
      const ratio = figure === "perS" ? mine / theirs : theirs / mine;
      const shown = Number.isFinite(ratio) ? ratio.toFixed(2) : "";
      console.log(`| ${kind} | ${LABELS[figure]} | ${mine.toFixed(1)} | ${theirs.toFixed(1)} | ${shown} |`);
    }
  }
}

await (options.serve ? serve() : measure());
