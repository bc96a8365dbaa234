import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock, turns } from "../../../test/world/fake-clock.ts";
import { SECOND } from "../clock.ts";
import { collectMetrics, type CollectOptions } from "./collect.ts";
import { createProcessMetrics, type ProcessMetrics, type Snapshot } from "./process-metrics.ts";
import { metricsText } from "./text.ts";

const EVERY = 5 * SECOND;

class Fleet implements Disposable {
  readonly clock = new FakeClock("2026-11-21T12:00:00Z");
  readonly workers = new Map<number, ProcessMetrics>();
  readonly supervisor = createProcessMetrics({ role: "supervisor", gauges: {} });
  readonly told: Snapshot[] = [];

  fork(pid: number): ProcessMetrics {
    const worker = createProcessMetrics({ role: "worker", gauges: { connections: () => ({ imap: pid }) } });
    this.workers.set(pid, worker);
    return worker;
  }

  /** As over the channel. */
  readonly ask: CollectOptions["ask"] = () =>
    Promise.all(
      this.workers.entries().map(async ([pid, worker]) => ({
        pid,
        snapshot: JSON.parse(JSON.stringify(await worker.snapshot())) as Snapshot,
      })),
    );

  get options(): CollectOptions {
    return {
      ask: this.ask,
      own: () => this.supervisor.snapshot(),
      tell: (total) => this.told.push(total),
      clock: this.clock,
    };
  }

  async value(series: string): Promise<number | undefined> {
    const lines = (await metricsText(this.told.at(-1) ?? [])).split("\n");
    const line = lines.find((text) => text.startsWith(`${series} `));
    return line === undefined ? undefined : Number(line.slice(series.length));
  }

  [Symbol.dispose](): void {
    for (const worker of this.workers.values()) worker[Symbol.dispose]();
    this.supervisor[Symbol.dispose]();
  }
}

const LOST = "altmail_log_lost_events_total";

test("L3: the counters and gauges of all processes are one", async () => {
  using fleet = new Fleet();
  for (const pid of [11, 12]) {
    const worker = fleet.fork(pid);
    worker.observe("log.dropped", { count: pid });
    for (const bytes of [1, 20_000]) worker.observe("smtp.message", { code: 250, bytes });
  }
  fleet.supervisor.observe("worker.died", {});
  using _ = collectMetrics(fleet.options);
  await fleet.clock.advance(EVERY);
  assert.equal(await fleet.value(LOST), 23);
  assert.equal(await fleet.value("altmail_worker_deaths_total"), 1);
  assert.equal(await fleet.value("altmail_workers"), 2);
  assert.equal(await fleet.value('altmail_connections{listener="imap"}'), 23);
  assert.equal(await fleet.value('altmail_smtp_message_bytes_bucket{le="10240"}'), 2);
  assert.equal(await fleet.value('altmail_smtp_message_bytes_bucket{le="+Inf"}'), 4);
  assert.equal(await fleet.value("altmail_smtp_message_bytes_sum"), 40_002);
  const delay = await fleet.value("altmail_event_loop_delay_p99_seconds");
  assert.ok(delay !== undefined && delay < 10, "the largest, in seconds");
});

test("counters never go backwards when workers die and others take their place; gauges end with their worker", async () => {
  using fleet = new Fleet();
  using collection = collectMetrics(fleet.options);
  // The first look is over.
  await turns(3);
  let total = 0;
  for (let pid = 1; pid <= 5; pid++) {
    fleet.fork(pid).observe("log.dropped", { count: 10 });
    await fleet.clock.advance(EVERY);
    total += 10;
    assert.equal(await fleet.value(LOST), total);
    assert.equal(await fleet.value("altmail_workers"), 1);
    fleet.workers.delete(pid);
    collection.bury(pid);
    await fleet.clock.advance(EVERY);
    assert.equal(await fleet.value(LOST), total);
    assert.equal(await fleet.value("altmail_workers"), undefined);
  }
});

test("a worker that dies between question and answer is not counted twice", async () => {
  using fleet = new Fleet();
  fleet.fork(1).observe("log.dropped", { count: 10 });
  let arrive = (): void => {};
  const held = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  let asks = 0;
  const ask: CollectOptions["ask"] = async () => {
    const answers = await fleet.ask();
    asks += 1;
    if (asks === 2) await held;
    return answers;
  };
  using collection = collectMetrics({ ...fleet.options, ask });
  await fleet.clock.advance(EVERY);
  fleet.workers.delete(1);
  collection.bury(1);
  arrive();
  await fleet.clock.advance(2 * EVERY);
  assert.equal(await fleet.value(LOST), 10);
  assert.equal(await fleet.value("altmail_workers"), undefined);
});

test("while a worker hangs nothing is told; a question that fails is asked again", async () => {
  using fleet = new Fleet();
  fleet.fork(1);
  let release = (): void => {};
  const answers: Promise<void>[] = [
    Promise.reject(new Error("the channel is closed")),
    new Promise((resolve) => {
      release = resolve;
    }),
  ];
  answers[0]?.catch(() => {});
  const ask: CollectOptions["ask"] = async () => {
    await answers.shift();
    return fleet.ask();
  };
  using _ = collectMetrics({ ...fleet.options, ask });
  await fleet.clock.advance(4 * EVERY);
  assert.equal(fleet.told.length, 0);
  release();
  await fleet.clock.advance(EVERY);
  assert.ok(fleet.told.length > 0);
});
