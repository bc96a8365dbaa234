/**
 * The queue beside many messages for dead hosts: how fast live ones get theirs, compared with a queue that holds nothing
 * else. In one process, by the modules themselves: queue file, runner and SMTP client are the service's own, the way to a
 * host is made up (a port on loopback). Shapes: all for one destination that refuses connections; for a thousand such; for
 * a thousand whose hosts take the connection and never say a word.
 */
import { randomBytes, randomUUID } from "node:crypto";
import { createServer, type Server } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { createSmtpClient } from "../src/clients/smtp/client.ts";
import { smtpClientLimits } from "../src/clients/smtp/limits.ts";
import { DAY, HOUR, MINUTE, pause, stayAlive, systemClock } from "../src/host/clock.ts";
import { verifyDane } from "../src/rules/dane/verify.ts";
import type { Route } from "../src/service/queue/route.ts";
import { createQueueRunner } from "../src/service/queue/runner.ts";
import type { FileKey } from "../src/store/crypt/account-keys.ts";
import { freshDelivery } from "../src/store/fresh-delivery.ts";
import { accountId } from "../src/store/ids.ts";
import type { ContentSource } from "../src/store/mail-store.ts";
import { memoryDirectory } from "../src/store/memory/directory.ts";
import { memoryMailStore } from "../src/store/memory/mail-store.ts";
import type { OutboundQueue } from "../src/store/outbound-queue.ts";
import { openSqliteOutboundQueue } from "../src/store/sqlite/outbound-queue/outbound-queue.ts";

const clock = systemClock;
const LIVE_DOMAINS = 20;
/** Messages a second in the first measurement, and how many; in the second as many as there are, at once. */
const STEADY_PER_S = 50;
const STEADY = 500;
const BURST = 1500;
const SENDERS = 20;

const body: Uint8Array = Buffer.from(`Subject: bench\r\n\r\n${`${"x".repeat(70)}\r\n`.repeat(60)}`);
const content: ContentSource = {
  size: body.length,
  bytes: body,
  async *pieces() {
    yield body;
  },
};

type Shape = { readonly name: string; readonly destinations: number; readonly kind: "refused" | "silent" };
const shapes: readonly Shape[] = [
  { name: "one that refuses", destinations: 1, kind: "refused" },
  { name: "1,000 that refuse", destinations: 1000, kind: "refused" },
  { name: "1,000 that never answer", destinations: 1000, kind: "silent" },
];

/** A host that takes everything and notes when. */
class Sink {
  readonly arrivals: Map<string, number> = new Map();
  readonly server: Server = createServer((socket) => {
    let text = "";
    let isData = false;
    let recipient = "";
    socket.on("error", () => {});
    socket.write("220 live.test\r\n");
    socket.on("data", (octets) => {
      text += octets.toString("latin1");
      let out = "";
      for (let end = text.indexOf("\r\n"); end >= 0; end = text.indexOf("\r\n")) {
        const line = text.slice(0, end);
        text = text.slice(end + 2);
        if (isData && line !== ".") continue;
        if (isData) this.arrivals.set(recipient, performance.now());
        isData = line === "DATA";
        if (line.startsWith("RCPT")) recipient = /<(.*?)>/.exec(line)?.[1] ?? "";
        out += line.startsWith("EHLO")
          ? "250-live.test\r\n250 PIPELINING\r\n"
          : isData
            ? "354 go on\r\n"
            : "250 ok\r\n";
      }
      if (out !== "") socket.write(out);
    });
  });
}

async function listening(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a listener has no port");
  return address.port;
}

type World = { readonly sink: Sink; readonly ports: Readonly<Record<"live" | "refused" | "silent", number>> };

function add(queue: OutboundQueue, sender: number, address: string): Promise<unknown> {
  const now = clock.now();
  const account = accountId(sender.toString(16).padStart(32, "0"));
  const domain = address.slice(address.indexOf("@") + 1);
  return queue.add(
    {
      id: freshDelivery(now),
      account,
      sender: "sender@bench.test",
      messageId: randomUUID(),
      body: "7BIT",
      smtpUtf8: false,
      tlsWish: "policy",
      ret: undefined,
      envid: undefined,
      submittedAt: now,
    },
    [{ address, destination: domain, notify: undefined, orcpt: undefined }],
    { dueAt: now, deadline: now + 5 * DAY, delayAt: now + 4 * HOUR },
    content,
  );
}

/** Runs the queue while `work` lasts. */
async function whileRunning<T>(
  queue: OutboundQueue,
  { ports }: World,
  work: (wake: () => void) => Promise<T>,
): Promise<T> {
  const findings = { stsPolicy: undefined, leftOut: [], failures: [] };
  const stop = new AbortController();
  const limits = { ...smtpClientLimits, greetingTimeoutMs: MINUTE };
  await using client = createSmtpClient({ name: "bench.test", clock, limits, verifyDane, signal: stop.signal });
  const portOf = (name: string): number =>
    ports[name.startsWith("live") ? "live" : name.startsWith("refused") ? "refused" : "silent"];
  const directory = memoryDirectory();
  await directory.add(
    Array.from({ length: SENDERS + 1 }, (_, n) => ({
      id: accountId(n.toString(16).padStart(32, "0")),
      primary: `u${n}@bench.test`,
      state: "active" as const,
      language: "en",
      passwordHash: "",
      quotaBytes: 1,
      createdAt: 0,
    })),
  );
  const runner = createQueueRunner({
    queue,
    router: {
      route: async (domain): Promise<Route> => ({
        kind: "hosts",
        hosts: [{ name: domain, addresses: ["127.0.0.1"], tls: { kind: "opportunistic" }, nameIsSure: false }],
        findings,
      }),
    },
    deliver: (host, envelope, message) => client.deliver({ ...host, port: portOf(host.name) }, envelope, message),
    mail: memoryMailStore({ clock }),
    directory,
    clock,
    log: () => {},
    hostName: "bench.test",
    contact: "postmaster@bench.test",
  });
  const running = runner.run(stop.signal);
  try {
    return await work(() => runner.wake());
  } finally {
    stop.abort();
    await running;
  }
}

async function arrived({ sink }: World, addresses: readonly string[]): Promise<void> {
  while (!addresses.every((address) => sink.arrivals.has(address))) await pause(clock, 2);
}

const fresh = (count: number): readonly string[] => {
  const run = randomBytes(4).toString("hex");
  return Array.from({ length: count }, (_, n) => `r${n}.${run}@live${n % LIVE_DOMAINS}.test`);
};

type Figures = { readonly perS: number; readonly cpuMs: number; readonly p50Ms: number; readonly p99Ms: number };

async function measureLive(queue: OutboundQueue, world: World, wake: () => void): Promise<Figures> {
  const known = fresh(LIVE_DOMAINS);
  for (const address of known) await add(queue, 0, address);
  wake();
  await arrived(world, known);
  const steady = fresh(STEADY);
  const begun = performance.now();
  const sent = new Map<string, number>();
  for (const [n, address] of steady.entries()) {
    const due = begun + (n * 1000) / STEADY_PER_S;
    if (due > performance.now()) await pause(clock, due - performance.now());
    sent.set(address, performance.now());
    await add(queue, 0, address);
    wake();
  }
  await arrived(world, steady);
  const times = steady.map((address) => (world.sink.arrivals.get(address) ?? 0) - (sent.get(address) ?? 0));
  times.sort((a, b) => a - b);
  const burst = fresh(BURST);
  const start = performance.now();
  const cpu = process.cpuUsage();
  await Promise.all(burst.map((address) => add(queue, 0, address)));
  wake();
  await arrived(world, burst);
  const perS = (BURST * 1000) / (performance.now() - start);
  const { user, system } = process.cpuUsage(cpu);
  return {
    perS,
    cpuMs: (user + system) / 1000 / BURST,
    p50Ms: times[STEADY >> 1] ?? 0,
    p99Ms: times[Math.floor(STEADY * 0.99)] ?? 0,
  };
}

async function fill(queue: OutboundQueue, { destinations, kind }: Shape, queued: number): Promise<void> {
  for (let n = 0; n < queued; n += 500)
    await Promise.all(
      Array.from({ length: Math.min(500, queued - n) }, (_, k) =>
        add(queue, 1 + ((n + k) % SENDERS), `r${n + k}@${kind}${(n + k) % destinations}.test`),
      ),
    );
}

const open = (folder: string): Promise<OutboundQueue> =>
  openSqliteOutboundQueue({
    file: join(folder, `${randomBytes(4).toString("hex")}.db`),
    key: randomBytes(32) as Uint8Array as FileKey,
  });

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

/** Prints a table: for each shape, medians of alternating runs alone and beside the dead. */
export async function measureDeadHosts({
  folder,
  runs,
  queued,
}: {
  readonly folder: string;
  readonly runs: number;
  readonly queued: number;
}): Promise<void> {
  using _alive = stayAlive();
  const sink = new Sink();
  const silent = createServer((socket) => void socket.on("error", () => {}));
  const closed = createServer();
  const ports = {
    live: await listening(sink.server),
    refused: await listening(closed),
    silent: await listening(silent),
  };
  closed.close();
  const world: World = { sink, ports };
  process.stdout.write(
    `\n| ${queued} messages for | alone /s | beside /s | ratio | CPU ms a message alone, beside | alone p50, p99 ms | beside p50, p99 ms | ratio of p50 |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n`,
  );
  for (const shape of shapes) {
    await using alone = await open(folder);
    await using beside = await open(folder);
    const began = performance.now();
    await fill(beside, shape, queued);
    process.stderr.write(`${queued} messages queued in ${Math.round(performance.now() - began)} ms\n`);
    const seen = { alone: [] as Figures[], beside: [] as Figures[] };
    for (let run = 1; run <= runs; run++)
      for (const [label, queue] of [
        ["alone", alone],
        ["beside", beside],
      ] as const) {
        const figures = await whileRunning(queue, world, (wake) => measureLive(queue, world, wake));
        seen[label].push(figures);
        process.stderr.write(`run ${run}, ${shape.name}, ${label}: ${JSON.stringify(figures)}\n`);
      }
    const of = (label: "alone" | "beside", figure: keyof Figures): number =>
      median(seen[label].map((figures) => figures[figure]));
    const [a, b] = [of("alone", "perS"), of("beside", "perS")];
    const [p, q] = [of("alone", "p50Ms"), of("beside", "p50Ms")];
    process.stdout.write(
      `| ${shape.name} | ${a.toFixed(0)} | ${b.toFixed(0)} | ${(b / a).toFixed(2)} | ${of("alone", "cpuMs").toFixed(2)}, ${of("beside", "cpuMs").toFixed(2)} | ${p.toFixed(1)}, ${of("alone", "p99Ms").toFixed(1)} | ${q.toFixed(1)}, ${of("beside", "p99Ms").toFixed(1)} | ${(q / p).toFixed(2)} |\n`,
    );
  }
  for (const server of [sink.server, silent]) server.close();
}
