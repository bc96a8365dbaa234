// N SMTP sessions deliver M generated messages to random local users; then all must show up in IMAP STATUS.
import { Corpus } from "./lib/corpus.js";
import { Imap, messages } from "./lib/imap.js";
import { signedMessages } from "./lib/signed.js";
import { Smtp } from "./lib/smtp.js";
import {
  address,
  flags,
  meter,
  megabytes,
  now,
  percentiles,
  pool,
  random,
  rate,
  report,
  sleep,
  userName,
} from "./lib/driver.js";

const f = flags({
  smtp: "smtp://127.0.0.1:20025",
  starttls: false,
  domain: "bench.test",
  sessions: 20,
  messages: 2000,
  "per-conn": 20,
  pipelining: true, // where offered
  min: 2048,
  max: 204800,
  visible: true, // false: do not look over IMAP (accept-only peers)
  timeout: 120, // seconds to wait for visibility
  senders: "", // a file of domains that sign (lib/signed.js)
});
const corpus = new Corpus({ seed: f.seed, min: f.min, max: f.max });
const r = random(f.seed + 1);
const to = Array.from({ length: f.messages }, () => 1 + Math.floor(r() * f.users));

const waiting = new Map(); // user -> { imap, want }
if (f.visible) {
  for (const n of new Set(to)) {
    const imap = await Imap.open(f.imap, userName(f, n), f.password);
    waiting.set(n, { imap, want: (await messages(imap)) + to.filter((x) => x === n).length });
  }
}

const signed =
  f.senders === ""
    ? []
    : await signedMessages(
        f.senders,
        corpus,
        to.map((n) => address(f, n)),
      );

const times = [];
let bytes = 0;
let failed = 0;
const stop = meter(f);
const startedAt = Date.now();
const start = now();
await pool(f.sessions, f.messages, async (take) => {
  for (let i = take(); i >= 0; ) {
    let smtp = null;
    try {
      smtp = await Smtp.open(f.smtp, { starttls: f.starttls, pipelining: f.pipelining });
      for (let k = 0; k < f["per-conn"] && i >= 0; k++, i = take()) {
        const rcpt = address(f, to[i]);
        const { sender, body } = signed[i] ?? { sender: `s${i}@sender.test`, body: corpus.message(i, rcpt) };
        const t = now();
        await smtp.send(sender, rcpt, body);
        times.push(now() - t);
        bytes += body.length;
      }
    } catch (e) {
      if (failed++ < 5) console.error(String(e));
      i = take();
    }
    await smtp?.quit();
  }
});
const accepted = now() - start;
let visible = null;
while (waiting.size && now() - start - accepted < f.timeout * 1000) {
  for (const [n, w] of waiting)
    if ((await messages(w.imap)) >= w.want) {
      w.imap.destroy();
      waiting.delete(n);
    }
  if (waiting.size) await sleep(20);
  else visible = now() - start;
}
const used = stop();
for (const w of waiting.values()) w.imap.destroy();
report("smtp-ingest", f, {
  tls: f.starttls,
  sessions: f.sessions,
  messages: times.length,
  failed,
  MB: Math.round(bytes / 1e6),
  acceptedPerS: rate(times.length, accepted),
  acceptedMBperS: megabytes(bytes, accepted),
  visiblePerS: visible && rate(times.length, visible),
  transactionMs: percentiles(times),
  startedAt,
  ...used,
});
