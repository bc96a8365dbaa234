// C idle connections: server memory per connection, and the time from a delivery to the EXISTS notice.
import { Corpus } from "./lib/corpus.js";
import { Imap } from "./lib/imap.js";
import { Smtp } from "./lib/smtp.js";
import {
  address,
  flags,
  meter,
  now,
  percentiles,
  pool,
  rate,
  report,
  round,
  serverCpu,
  serverMemory,
  sleep,
  userName,
} from "./lib/driver.js";

const f = flags({
  smtp: "smtp://127.0.0.1:20025",
  via: "append", // append | smtp
  domain: "bench.test",
  connections: 500,
  parallel: 16, // connections being opened at a time
  deliveries: 100,
  gap: 50, // ms between deliveries
  settle: 3, // seconds of quiet before memory and idle CPU are read
});
const corpus = new Corpus({ seed: f.seed, min: 2048, max: 8192 });
const before = f.pids ? serverMemory(f) : null;
const idle = new Map(); // user number -> callbacks
const open = [];
let lost = 0;
const stop = meter(f);
await pool(f.parallel, f.connections, async (take) => {
  for (let i = take(); i >= 0; i = take()) {
    const n = 1 + (i % f.users);
    try {
      const imap = await Imap.open(f.imap, userName(f, n), f.password);
      await imap.cmd("SELECT INBOX");
      const heard = { at: null };
      imap.onUntagged = (line) => {
        if (/^\* \d+ EXISTS/.test(line.toString("latin1", 0, 30))) heard.at?.(now());
      };
      await imap.idle();
      idle.set(n, [...(idle.get(n) ?? []), heard]);
      open.push(imap);
    } catch (e) {
      if (lost++ < 5) console.error(String(e));
    }
  }
});
const opened = stop();
await sleep(f.settle * 1000);
const after = f.pids ? serverMemory(f) : null;
const cpu = f.pids ? serverCpu(f) : 0;
await sleep(f.settle * 1000);
const idleCpu = f.pids ? round((serverCpu(f) - cpu) / f.settle) : null;

const fromAck = [];
const fromStart = [];
let missed = 0;
const writer = new Map();
const sender = f.via === "smtp" ? await Smtp.open(f.smtp) : null;
for (let i = 0; i < f.deliveries; i++) {
  const n = [...idle.keys()][i % idle.size];
  if (!sender && !writer.has(n)) writer.set(n, await Imap.open(f.imap, userName(f, n), f.password));
  const heard = idle.get(n).map(
    (h) =>
      new Promise((resolve) => {
        h.at = resolve;
      }),
  );
  const body = corpus.message(i);
  const start = now();
  if (sender) await sender.send("s@sender.test", address(f, n), body);
  else await writer.get(n).append("INBOX", [body]);
  const ack = now();
  for (const at of await Promise.all(heard.map((h) => Promise.race([h, sleep(35000)])))) {
    if (!at) {
      missed++;
      continue;
    }
    fromAck.push(Math.max(0, at - ack));
    fromStart.push(at - start);
  }
  await sleep(f.gap);
}
report("imap-idle", f, {
  connections: open.length,
  lost,
  users: idle.size,
  via: f.via,
  openPerS: rate(open.length, opened.ms),
  ...(after && {
    pssKiBPerConn: round((after.pssKiB - before.pssKiB) / open.length),
    rssKiBPerConn: round((after.rssKiB - before.rssKiB) / open.length),
    pssMiB: Math.round(after.pssKiB / 1024),
    basePssMiB: Math.round(before.pssKiB / 1024),
    processes: after.processes,
    idleCpuMsPerS: idleCpu,
  }),
  notices: fromAck.length,
  missed,
  ackToExistsMs: percentiles(fromAck),
  startToExistsMs: percentiles(fromStart),
});
for (const imap of [...open, ...writer.values()]) imap.destroy();
await sender?.quit();
process.exit();
