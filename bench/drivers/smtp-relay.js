// Authenticated submissions over TLS, relayed by the server to a sink of ours; counted at the sink.
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Corpus } from "./lib/corpus.js";
import { Smtp } from "./lib/smtp.js";
import {
  address,
  flags,
  meter,
  megabytes,
  now,
  percentiles,
  pool,
  rate,
  report,
  sleep,
  userName,
} from "./lib/driver.js";

const f = flags({
  submission: "smtps://127.0.0.1:20465", // or submission://127.0.0.1:20587 with --starttls
  starttls: false,
  domain: "bench.test", // of the senders
  "sink-port": 20026,
  "own-from": true, // the From header names the account (mox refuses another)
  sessions: 10,
  messages: 1000,
  "per-conn": 10,
  min: 2048,
  max: 204800,
  timeout: 120,
});
const corpus = new Corpus({ seed: f.seed, min: f.min, max: f.max });
const sink = fork(fileURLToPath(new URL("./sink.js", import.meta.url)), ["--port", String(f["sink-port"])]);
let received = 0;
sink.on("message", (m) => {
  received = m.received;
});
await new Promise((done) => sink.once("message", done));

function own(body, from) {
  if (!f["own-from"]) return body;
  const at = body.indexOf("\r\nFrom: ") + 2;
  return Buffer.concat([
    body.subarray(0, at),
    Buffer.from(`From: <${from}>\r\n`),
    body.subarray(body.indexOf(10, at) + 1),
  ]);
}
const times = [];
let bytes = 0;
let failed = 0;
const stop = meter(f);
const start = now();
await pool(f.sessions, f.messages, async (take, id) => {
  const n = 1 + (id % f.users);
  for (let i = take(); i >= 0; ) {
    let smtp = null;
    try {
      smtp = await Smtp.open(f.submission, { starttls: f.starttls, user: userName(f, n), password: f.password });
      for (let k = 0; k < f["per-conn"] && i >= 0; k++, i = take()) {
        const body = own(corpus.message(i, `r${i}@sink.test`), address(f, n));
        const t = now();
        await smtp.send(address(f, n), `r${i}@sink.test`, body);
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
while (received < times.length && now() - start - accepted < f.timeout * 1000) await sleep(5);
const total = now() - start;
const used = stop();
sink.kill();
report("smtp-relay", f, {
  sessions: f.sessions,
  messages: times.length,
  relayed: received,
  failed,
  MB: Math.round(bytes / 1e6),
  acceptedPerS: rate(times.length, accepted),
  relayedPerS: rate(received, total),
  MBperS: megabytes(bytes, total),
  transactionMs: percentiles(times),
  ...used,
});
