// Flags, statistics, /proc readings and the one-line report shared by all drivers.
import fs from "node:fs";

/** Parses --name value, --name=value and --switch; the defaults give names and types. */
export function flags(defaults, argv = process.argv.slice(2)) {
  const all = { ...common, ...defaults };
  const out = { ...all };
  for (let i = 0; i < argv.length; i++) {
    const m = /^--([\w-]+)(?:=(.*))?$/s.exec(argv[i]);
    if (!m || !(m[1] in all)) usage(all, argv[i]);
    const type = typeof all[m[1]];
    let value = m[2];
    if (value === undefined) {
      const next = argv[i + 1];
      if (type === "boolean") value = next === "true" || next === "false" ? argv[++i] : "true";
      else if (next === undefined) usage(all, argv[i]);
      else value = argv[++i];
    }
    out[m[1]] = type === "number" ? Number(value) : type === "boolean" ? value === "true" : value;
    if (type === "number" && Number.isNaN(out[m[1]])) usage(all, argv[i]);
  }
  return out;
}

const common = {
  imap: "imaps://127.0.0.1:20993", // imap:// imaps://
  user: "u%d", // %d: 1..users
  password: "secret",
  users: 50,
  pids: "", // the server's root processes, comma-separated: adds server CPU and memory to the report
  label: "",
  seed: 1,
};

function usage(all, bad) {
  console.error(
    `unknown or incomplete flag ${bad}\nflags: ${Object.entries(all)
      .map(([k, v]) => `--${k} ${v}`)
      .join("  ")}`,
  );
  process.exit(2);
}

export const userName = (f, n) => f.user.replace("%d", String(n));
export const address = (f, n) => (f.user.includes("@") ? userName(f, n) : `${userName(f, n)}@${f.domain}`);
export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
export const now = () => performance.now();

/** A small deterministic random generator: () => [0, 1). */
export function random(seed) {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export function percentiles(values, of = [50, 95, 99]) {
  const s = Float64Array.from(values).toSorted();
  return Object.fromEntries(
    of.map((p) => [`p${p}`, round(s[Math.min(s.length - 1, Math.floor((s.length * p) / 100))] ?? 0)]),
  );
}
export const median = (values) => [...values].toSorted((a, b) => a - b)[values.length >> 1];
export const round = (x, digits = 3) => Number(Number(x).toPrecision(Math.max(digits, String(Math.trunc(x)).length)));

/** All live processes below the given roots, roots included. */
export function tree(pids) {
  const children = new Map();
  for (const name of fs.readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const s = stat(name);
    if (s) children.set(s.ppid, [...(children.get(s.ppid) ?? []), Number(name)]);
  }
  const out = [];
  const walk = (pid) => {
    out.push(pid);
    for (const c of children.get(pid) ?? []) walk(c);
  };
  for (const pid of pids) walk(pid);
  return out;
}

function stat(pid) {
  try {
    const text = fs.readFileSync(`/proc/${pid}/stat`, "latin1");
    const f = text
      .slice(text.lastIndexOf(")") + 2)
      .split(" ")
      .map(Number);
    return { ppid: f[1], ticks: f[11] + f[12] + f[13] + f[14] }; // own and reaped children's user + system
  } catch {
    return null;
  }
}

const pidList = (f) => String(f.pids).split(",").filter(Boolean).map(Number);

/** CPU milliseconds spent so far by the server's process trees. */
export const serverCpu = (f) => tree(pidList(f)).reduce((sum, pid) => sum + (stat(pid)?.ticks ?? 0) * 10, 0);

/** Sum of PSS and RSS (KiB) over the server's process trees. */
export function serverMemory(f) {
  const sum = { pssKiB: 0, rssKiB: 0, processes: 0 };
  for (const pid of tree(pidList(f))) {
    try {
      const text = fs.readFileSync(`/proc/${pid}/smaps_rollup`, "latin1");
      sum.pssKiB += Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0);
      sum.rssKiB += Number(/^Rss:\s+(\d+)/m.exec(text)?.[1] ?? 0);
      sum.processes++;
    } catch {
      /* ended meanwhile */
    }
  }
  return sum;
}

/** Starts a measurement; the returned function stops it: { ms, clientCpuMs, serverCpuMs }. */
export function meter(f) {
  const server = f.pids ? serverCpu(f) : 0;
  const cpu = process.cpuUsage();
  const start = now();
  return () => {
    const ms = now() - start;
    const used = process.cpuUsage(cpu);
    const out = { ms: Math.round(ms), clientCpuMs: Math.round((used.user + used.system) / 1000) };
    if (f.pids) out.serverCpuMs = serverCpu(f) - server;
    return out;
  };
}

export const rate = (count, ms) => round((count * 1000) / ms);
export const megabytes = (bytes, ms) => round(bytes / 1000 / ms);

export function report(bench, f, result) {
  console.log(JSON.stringify({ bench, ...(f.label && { label: f.label }), ...result }));
}

/** Runs `n` workers; each calls job(index) for the next index until `total` are taken. */
export async function pool(n, total, worker) {
  let next = 0;
  const take = () => (next < total ? next++ : -1);
  await Promise.all(Array.from({ length: Math.min(n, total) }, (_, id) => worker(take, id)));
}
