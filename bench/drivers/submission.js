// Submissions over TLS by N connections at once, relayed by the server to a sink of ours. Connections are opened, and
// logged in where a user is given, before the clock starts; then each sends message after message. Counted from the
// first submission to the last arrival; the latency of a message is from its MAIL to the sink's 250.
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { flags, meter, megabytes, percentiles, rate, report, sleep } from "./lib/driver.js";
import { Corpus } from "./lib/corpus.js";
import { Smtp } from "./lib/smtp.js";

const f = flags({
  submission: "smtps://127.0.0.1:20465",
  login: true,
  domain: "bench.test", // of the senders
  "sink-port": 20026,
  sessions: 8,
  messages: 1000,
  min: 2048,
  max: 204800,
  timeout: 120, // seconds without an arrival
});
const now = () => Number(process.hrtime.bigint()) / 1e6;
const corpus = new Corpus({ seed: f.seed, min: f.min, max: f.max });
const sink = fork(fileURLToPath(new URL("./relay-sink.js", import.meta.url)), ["--port", String(f["sink-port"])]);
let received = 0;
let last = now();
sink.on("message", (m) => {
  if (m.received > received) last = now();
  received = m.received;
});
await new Promise((done) => sink.once("message", done));

const sender = (id) =>
  f.login ? f.user.replace("%d", String(1 + (id % f.users))) : `u${1 + (id % f.users)}@${f.domain}`;
/** The message with its From field replaced by the sender's own address. */
function own(body, from) {
  const at = body.indexOf("\r\nFrom: ") + 2;
  return Buffer.concat([
    body.subarray(0, at),
    Buffer.from(`From: <${from}>\r\n`),
    body.subarray(body.indexOf(10, at) + 1),
  ]);
}
const open = (id) => Smtp.open(f.submission, f.login ? { user: sender(id), password: f.password } : {});

const connections = [];
for (let id = 0; id < f.sessions; id++) connections.push(await open(id));
const begun = new Map();
const accepted = [];
let bytes = 0;
let failed = 0;
let next = 0;
const stop = meter(f);
const start = now();
await Promise.all(
  connections.map(async (first, id) => {
    let smtp = first;
    while (next < f.messages) {
      const n = next++;
      const body = own(corpus.message(n, `r${n}@sink.test`), sender(id));
      try {
        const t = now();
        begun.set(n, t);
        await smtp.send(sender(id), `r${n}@sink.test`, body);
        accepted.push(now() - t);
        bytes += body.length;
      } catch (error) {
        begun.delete(n);
        if (failed++ < 3) console.error(String(error));
        await smtp.quit();
        smtp = await open(id);
      }
    }
    await smtp.quit();
  }),
);
const allAccepted = now() - start;
last = now();
while (received < accepted.length && now() - last < f.timeout * 1000) await sleep(5);
const used = stop();
const { arrivals, repeated } = await new Promise((resolve) => {
  sink.on("message", (m) => m.arrivals && resolve(m));
  sink.send({ get: true });
});
const through = [...begun].filter(([n]) => n in arrivals).map(([n, t]) => arrivals[n] - t);
const ended = Math.max(...Object.values(arrivals)) - start;
sink.kill();
report("submission", f, {
  sessions: f.sessions,
  messages: accepted.length,
  relayed: through.length,
  repeated,
  failed,
  MB: Math.round(bytes / 1e6),
  acceptedPerS: rate(accepted.length, allAccepted),
  relayedPerS: rate(through.length, ended),
  MBperS: megabytes(bytes, ended),
  acceptMs: percentiles(accepted),
  throughMs: percentiles(through),
  ...used,
});
