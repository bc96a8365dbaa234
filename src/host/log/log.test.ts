import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { appendFile, mkdtemp, open, readdir, readFile, rm, stat, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { test } from "node:test";
import * as fc from "fast-check";
import { entropy } from "../../../test/world/entropy.ts";
import { type Clock, systemClock } from "../clock.ts";
import { publicLine, sealedLine } from "./line.ts";
import { createLogSender, type LogBatch } from "./sender.ts";
import { readSegment } from "./segment.ts";
import { createLogWriter, type LogWriter, type WriterOptions } from "./writer.ts";

async function folder(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), "altmail-log-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

/** A clock that stands until it is moved. */
class TestClock implements Clock {
  #now: number;
  readonly #waiting: { at: number; callback: () => void }[] = [];
  constructor(start: string) {
    this.#now = Date.parse(start);
  }
  now(): number {
    return this.#now;
  }
  steady(): number {
    return this.#now;
  }
  after(delayMs: number, callback: () => void): Disposable {
    const entry = { at: this.#now + delayMs, callback };
    this.#waiting.push(entry);
    return { [Symbol.dispose]: () => void this.#waiting.splice(this.#waiting.indexOf(entry), 1) };
  }
  move(ms: number): void {
    this.#now += ms;
    for (const entry of this.#waiting.filter((one) => one.at <= this.#now)) {
      this.#waiting.splice(this.#waiting.indexOf(entry), 1);
      entry.callback();
    }
  }
}

const dayKey = (day: string): Uint8Array => createHash("sha256").update(day).digest();

async function lines(file: string, key: Uint8Array): Promise<readonly string[]> {
  return Array.fromAsync(readSegment(file, key));
}

async function writer(path: string, clock: Clock, more: Partial<WriterOptions> = {}): Promise<LogWriter> {
  return createLogWriter({ folder: path, dayKey, clock, show: () => {}, ...more });
}

const CLIENT = "192.0.2.77";
const refuse = (log: LogWriter["log"], n: number): void =>
  log("connection.refused", { listener: `smtp${n}`, reason: "full", client: CLIENT });

test("L1: every event is one line in its UTC day's segment, with time, name and fields", async () => {
  await using home = await folder();
  const clock = new TestClock("2026-03-01T23:59:59.950Z");
  await using log = await writer(home.path, clock);
  refuse(log.log, 1);
  clock.move(100);
  refuse(log.log, 2);
  await log.flush();
  assert.deepEqual((await readdir(home.path)).toSorted(), ["2026-03-01.seg", "2026-03-02.seg"]);
  assert.deepEqual(await lines(join(home.path, "2026-03-01.seg"), dayKey("2026-03-01")), [
    '{"at":1772409599950,"event":"connection.refused","listener":"smtp1","reason":"full","client":"192.0.2.77"}',
  ]);
  assert.equal((await lines(join(home.path, "2026-03-02.seg"), dayKey("2026-03-02"))).length, 1);
});

test("D3: a segment is noise, private to its owner, and opens with its day's key alone", async () => {
  await using home = await folder();
  const clock = new TestClock("2026-03-01T12:00:00Z");
  await using log = await writer(home.path, clock);
  for (let n = 0; n < 3000; n++) {
    refuse(log.log, n);
    if (n % 10 === 0) await log.flush();
  }
  await log.flush();
  const file = join(home.path, "2026-03-01.seg");
  const octets = await readFile(file);
  assert.equal(octets.includes(CLIENT), false);
  assert.equal(octets.includes("connection"), false);
  assert.ok(entropy(octets) > 7.99);
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  assert.deepEqual(await lines(file, randomBytes(32)), []);
  assert.equal((await lines(file, dayKey("2026-03-01"))).length, 3000);
});

test("a writer goes on after the last whole frame, whatever a crash left behind it", async () => {
  await using home = await folder();
  const clock = new TestClock("2026-03-01T12:00:00Z");
  const file = join(home.path, "2026-03-01.seg");
  const again = async (n: number): Promise<void> => {
    await using log = await writer(home.path, clock);
    refuse(log.log, n);
  };
  await again(1);
  const { size } = await stat(file);
  await again(2);
  await truncate(file, size + 30);
  await again(3);
  await appendFile(file, randomBytes(500));
  await again(4);
  await appendFile(file, new Uint8Array(500));
  assert.deepEqual(
    (await lines(file, dayKey("2026-03-01"))).map((line) => (JSON.parse(line) as { listener: string }).listener),
    ["smtp1", "smtp3", "smtp4"],
  );
});

test("damage anywhere costs the lines of the frames it hits, never more than those behind the cut", async () => {
  await using home = await folder();
  const clock = new TestClock("2026-03-01T12:00:00Z");
  const file = join(home.path, "2026-03-01.seg");
  {
    await using log = await writer(home.path, clock);
    for (let n = 0; n < 8; n++) {
      refuse(log.log, n);
      await log.flush();
    }
  }
  const whole = await lines(file, dayKey("2026-03-01"));
  const octets = await readFile(file);
  const frame = octets.length / 8;
  await fc.assert(
    fc.asyncProperty(
      fc.nat(octets.length - 1),
      fc.integer({ min: 1, max: 255 }),
      fc.boolean(),
      async (at, flip, isCut) => {
        const damaged = Uint8Array.from(isCut ? octets.subarray(0, at) : octets);
        if (!isCut) damaged[at] = (damaged[at] ?? 0) ^ flip;
        await writeFile(file, damaged);
        const left = await lines(file, dayKey("2026-03-01"));
        const hit = Math.floor(at / frame);
        assert.deepEqual(left.slice(0, hit), whole.slice(0, hit));
        for (const line of left) assert.ok(whole.includes(line));
        if (!isCut && at % frame >= 16) assert.deepEqual(left, whole.toSpliced(hit, 1));
      },
    ),
    { numRuns: 60 },
  );
});

test("L2: public output of warnings and errors names no pseudonymous and no personal field; the rest says nothing", () => {
  const line = publicLine(Date.parse("2026-03-01T12:00:00Z"), "store.suspect", {
    account: "abc",
    code: "EIO",
    step: "sync",
  });
  assert.equal(line, '2026-03-01T12:00:00.000Z error store.suspect code="EIO" step="sync"');
  assert.equal(publicLine(0, "connection.refused", { listener: "smtp", reason: "full", client: CLIENT }), undefined);
});

test("warnings and errors are shown by the writer, wherever they happened", async () => {
  await using home = await folder();
  const clock = new TestClock("2026-03-01T12:00:00Z");
  const shown: string[] = [];
  await using log = await writer(home.path, clock, { show: (line) => shown.push(line) });
  const sender = createLogSender({
    clock,
    send: (batch, sent) => {
      log.take(JSON.parse(JSON.stringify(batch)) as LogBatch);
      sent();
    },
  });
  sender.log("store.suspect", { account: "abc", code: "EIO", step: "sync" });
  sender.flush();
  log.log("log.dropped", { count: 3 });
  await log.flush();
  assert.deepEqual(shown, [
    '2026-03-01T12:00:00.000Z error store.suspect code="EIO" step="sync"',
    "2026-03-01T12:00:00.000Z warning log.dropped count=3",
  ]);
});

test("a sender gathers, holds a bounded number, and says how many it dropped", () => {
  const clock = new TestClock("2026-03-01T12:00:00Z");
  const batches: { batch: LogBatch; sent: () => void }[] = [];
  const sender = createLogSender({
    clock,
    send: (batch, sent) => batches.push({ batch, sent }),
    limits: { delayMs: 100, batch: 3, held: 5, onTheWay: 1 },
  });
  refuse(sender.log, 0);
  assert.equal(batches.length, 0);
  clock.move(100);
  assert.equal(batches[0]?.batch.count, 1);
  for (let n = 0; n < 9; n++) refuse(sender.log, n);
  clock.move(100);
  assert.equal(batches.length, 1, "one batch is on its way: the rest waits");
  batches[0]?.sent();
  assert.equal(batches[1]?.batch.count, 5);
  assert.equal(batches[1]?.batch.dropped, 4);
  sender[Symbol.dispose]();
  assert.equal(batches.length, 2);
});

test("a line has a bound; strings that are too long are cut", () => {
  const line = sealedLine(0, "connection.failed", { listener: "x".repeat(100_000), error: "E", at: "" });
  assert.ok(line.length < 1000);
  assert.equal((JSON.parse(line) as { error: string }).error, "E");
});

test("a disk that fails and a key that is missing cost lines, never the service", async () => {
  await using home = await folder();
  const clock = new TestClock("2026-03-01T12:00:00Z");
  const shown: string[] = [];
  await using log = await writer(home.path, clock, {
    show: (line) => shown.push(line),
    dayKey: (day) => {
      if (day === "2026-03-01") throw new Error("destroyed");
      return dayKey(day);
    },
    maxWaitingBytes: 300,
  });
  refuse(log.log, 1);
  await log.flush();
  assert.match(shown[0] ?? "", /error log\.failed code="unknown" count=1$/);
  clock.move(24 * 3_600_000);
  refuse(log.log, 2);
  await log.flush();
  assert.equal((await lines(join(home.path, "2026-03-02.seg"), dayKey("2026-03-02"))).length, 1);
  for (let n = 0; n < 100; n++) refuse(log.log, n);
  await log.flush();
  assert.match(shown[1] ?? "", /warning log\.dropped count=100$/);
});

test("a segment is never followed through a link", async () => {
  await using home = await folder();
  const shown: string[] = [];
  await (await open(join(home.path, "elsewhere"), "w")).close();
  await symlink(join(home.path, "elsewhere"), join(home.path, "2026-03-01.seg"));
  await using log = await writer(home.path, new TestClock("2026-03-01T12:00:00Z"), {
    show: (line) => shown.push(line),
  });
  refuse(log.log, 1);
  await log.flush();
  assert.match(shown[0] ?? "", /log\.failed code="ELOOP"/);
});

test("an event costs its process a few microseconds", () => {
  let count = 0;
  const sender = createLogSender({
    clock: systemClock,
    send: (batch, sent) => {
      count += batch.count;
      sent();
    },
  });
  for (let n = 0; n < 20_000; n++) refuse(sender.log, n);
  const start = performance.now();
  for (let n = 0; n < 50_000; n++) refuse(sender.log, n);
  const microseconds = ((performance.now() - start) * 1000) / 50_000;
  sender[Symbol.dispose]();
  assert.equal(count, 70_000);
  // The goal is 5; the bound leaves room for a machine that is busy with other tests.
  assert.ok(microseconds < 25, `${microseconds.toFixed(2)} microseconds an event`);
});
