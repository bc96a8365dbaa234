// Runs every driver against one server, --runs times, and prints each line and a last one with the medians.
// Users 1..users get mail; the user after the last (users + 1, + 2) holds the big mailboxes of sync and ops.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { fileURLToPath } from "node:url";
import { flags, median } from "./lib/driver.js";

const f = flags({
  smtp: "smtp://127.0.0.1:20025",
  submission: "smtps://127.0.0.1:20465",
  "sink-port": 20026,
  runs: 3,
  "own-from": true,
  scale: 1, // of all counts
  only: "", // names of steps, comma-separated
  big: 10000, // messages in the mailbox of imap-ops
  users: 48,
});
const n = (count) => String(Math.max(1, Math.round(count * f.scale)));
const big = String(f.users + 1);
const sync = String(f.users + 2);
const fresh = `Sync${Date.now().toString(36)}`; // a new mailbox per suite run, so that the first listing is a cold one
const steps = {
  fill: (run) => ["imap-fill.js", "--number", sync, "--mailbox", fresh + run, "--messages", n(2000)],
  syncList: (run) => ["imap-sync.js", "--number", sync, "--mailbox", fresh + run, "--mode", "listing"],
  syncOne: (run) => [
    "imap-sync.js",
    "--number",
    sync,
    "--mailbox",
    fresh + run,
    "--mode",
    "bodies",
    "--batch",
    "1",
    "--depth",
    "1",
  ],
  syncPiped: (run) => [
    "imap-sync.js",
    "--number",
    sync,
    "--mailbox",
    fresh + run,
    "--mode",
    "bodies",
    "--batch",
    "1",
    "--depth",
    "20",
  ],
  syncBatch: (run) => [
    "imap-sync.js",
    "--number",
    sync,
    "--mailbox",
    fresh + run,
    "--mode",
    "bodies",
    "--batch",
    "100",
    "--depth",
    "2",
  ],
  ingest: () => ["smtp-ingest.js", "--messages", n(2000)],
  ingestTls: () => ["smtp-ingest.js", "--messages", n(2000), "--starttls"],
  relay: () => ["smtp-relay.js", "--messages", n(1000), "--own-from", String(f["own-from"])],
  poll: () => ["imap-poll.js", "--polls", n(1000)],
  bigFill: () => ["imap-fill.js", "--number", big, "--messages", n(f.big)],
  ops: () => ["imap-ops.js", "--number", big],
};
const only = f.only ? f.only.split(",") : Object.keys(steps);
const shared = {
  imap: f.imap,
  user: f.user,
  password: f.password,
  users: String(f.users),
  pids: String(f.pids),
  label: f.label,
};
const seen = {};

for (let run = 1; run <= f.runs; run++) {
  for (const step of only) {
    const [file, ...args] = steps[step](run);
    const more = { ...shared, seed: String(f.seed + run) };
    if (/smtp-ingest/.test(file)) more.smtp = f.smtp;
    if (/smtp-relay/.test(file)) Object.assign(more, { submission: f.submission, "sink-port": String(f["sink-port"]) });
    if (step === "ingestTls") more.seed = String(f.seed + run + 1000); // not the messages of ingest again
    if (/fill|ops/.test(file)) delete more.seed; // the corpus that ops searches is the one that fill wrote
    const argv = [
      fileURLToPath(new URL(file, import.meta.url)),
      ...args,
      ...Object.entries(more).flatMap(([k, v]) => (v === "" ? [] : [`--${k}`, v])),
    ];
    try {
      const { stdout } = await promisify(execFile)(process.execPath, argv, { maxBuffer: 1 << 24 });
      const line = { step, run, ...JSON.parse(stdout) };
      console.log(JSON.stringify(line));
      if (line.messages > 0 || line.polls > 0) collect(line, (seen[step] ??= {})); // bigFill finds its mailbox full from the second run on
    } catch (e) {
      console.error(step, String(e.stderr || e));
    }
  }
}
const medians = Object.fromEntries(
  Object.entries(seen).map(([step, values]) => [
    step,
    Object.fromEntries(Object.entries(values).map(([k, v]) => [k, median(v)])),
  ]),
);
console.log(JSON.stringify({ bench: "suite", ...(f.label && { label: f.label }), runs: f.runs, medians }));

function collect(value, into, path = "") {
  for (const [k, v] of Object.entries(value)) {
    if (typeof v === "number" && k !== "run") (into[path + k] ??= []).push(v);
    else if (v && typeof v === "object") collect(v, into, `${path}${k}.`);
  }
}
