/** The whole life of the log with real keys: writer, nightly destruction, reader, over a month of the clock. */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { FakeClock } from "../../../test/world/fake-clock.ts";
import { DAY, HOUR } from "../../host/clock.ts";
import { dayOf } from "../../host/log/log-day.ts";
import { destroyOldDays } from "../../host/log/retention.ts";
import { createLogWriter, type LogWriter } from "../../host/log/writer.ts";
import { auditChain } from "../../host/record/chain.ts";
import { type Keys, openKeys } from "../../store/crypt/keys.ts";
import { generateRoot, type Root } from "../../store/crypt/root.ts";
import { StoreError } from "../../store/store-error.ts";
import { createLogReader, type LogReader } from "./log-reader.ts";

const START = "2026-03-01T00:00:00.000Z";
const LIMIT_MS = 240 * HOUR;
const CANARY = "203.0.113.199";

type Home = {
  readonly folder: string;
  readonly root: Root;
  readonly clock: FakeClock;
  readonly keys: Keys;
  readonly writer: LogWriter;
  readonly reader: LogReader;
  readonly night: (isSealed?: boolean) => Promise<void>;
};

async function home(): Promise<Home & AsyncDisposable> {
  const folder = mkdtempSync(join(tmpdir(), "altmail-ten-days-"));
  const at = (name: string): string => join(folder, name);
  for (const name of ["data", "data/log", "secret", "record", "copies"]) mkdirSync(at(name));
  const root = generateRoot(at("secret/root"));
  const keys = openKeys({ dataFolder: at("data"), secretFolder: at("secret"), root });
  const clock = new FakeClock(START);
  const logFolder = at("data/log");
  const dayKey = (day: string): Uint8Array => {
    const key = keys.dayKey(day, { create: true });
    assert.ok(key);
    return key;
  };
  const writer = await createLogWriter({ folder: logFolder, dayKey, clock, days: 10, show: () => {} });
  const reader = createLogReader({ folder: logFolder, dayKey: (day) => keys.dayKey(day), clock, days: 10 });
  return {
    folder,
    root,
    clock,
    keys,
    writer,
    reader,
    async night(isSealed = false) {
      if (!isSealed) await writer.turn();
      const chain = at("record/destruction.chain");
      const { left } = destroyOldDays({ logFolder, secretFolder: at("secret"), chain, clock, days: 10 });
      assert.deepEqual(left, []);
      if (!isSealed) keys.rotateEpoch();
    },
    async [Symbol.asyncDispose]() {
      await writer[Symbol.asyncDispose]();
      keys[Symbol.dispose]();
      rmSync(folder, { recursive: true });
    },
  };
}

async function timesIn(reader: LogReader): Promise<readonly number[]> {
  const search = { filter: {}, detail: "all", follow: false, signal: new AbortController().signal } as const;
  return (await Array.fromAsync(reader.search(search))).map(({ at }) => at);
}

/** What a copy of HOME/data gives to who has the secrets and the root of today. */
async function linesOfCopy(it: Home, copy: string): Promise<readonly number[]> {
  let keys: Keys;
  try {
    keys = openKeys({ dataFolder: copy, secretFolder: join(it.folder, "secret"), root: it.root });
  } catch (error) {
    assert.ok(error instanceof StoreError && error.code === "key");
    return [];
  }
  try {
    const folder = join(copy, "log");
    // Whoever has a copy keeps to no limit: only the keys may stop him.
    const reader = createLogReader({ folder, dayKey: (day) => keys.dayKey(day), clock: it.clock, days: 1000 });
    return await timesIn(reader);
  } finally {
    keys[Symbol.dispose]();
  }
}

function filesUnder(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
}

const write = (it: Home): void =>
  it.writer.log("connection.refused", { listener: "smtp", reason: "full", client: CANARY });

test("L2: over a month no line is readable for more than 240 hours, nor from any older copy of the data", async () => {
  await using it = await home();
  const copies: string[] = [];
  for (let day = 0; day < 30; day++) {
    await it.night();
    for (let part = 0; part < 4; part++) {
      write(it);
      await it.writer.flush();
      const times = await timesIn(it.reader);
      assert.equal(times.length, Math.min(day, 9) * 4 + part + 1, "nothing is lost before its time");
      for (const time of times) assert.ok(it.clock.now() - time < LIMIT_MS);
      if (part < 3) await it.clock.advance(6 * HOUR);
    }
    await it.clock.advance(6 * HOUR - 1);
    for (const time of await timesIn(it.reader)) assert.ok(it.clock.now() - time < LIMIT_MS);
    const copy = join(it.folder, "copies", String(day));
    cpSync(join(it.folder, "data"), copy, { recursive: true });
    if (day === 12) assert.equal((await linesOfCopy(it, copy)).length, 40, "a copy of today opens: the test can see");
    copies.push(copy);
    await it.clock.advance(1);
  }
  await it.night();
  for (const copy of copies) assert.deepEqual(await linesOfCopy(it, copy), []);

  const noted = auditChain(join(it.folder, "record/destruction.chain"));
  assert.ok(noted.kind === "whole");
  assert.deepEqual(
    noted.lines.map(({ says }) => says["day"]),
    Array.from({ length: 21 }, (_, n) => dayOf(Date.parse(START) + n * DAY)),
  );
  for (const file of filesUnder(it.folder))
    assert.equal(readFileSync(file).includes(CANARY), false, "no address rests readable");
});

test("L2: a service that stands sealed over days, and turns no epoch, keeps the 240 hours all the same", async () => {
  await using it = await home();
  for (let day = 0; day < 5; day++) {
    write(it);
    await it.writer.flush();
    await it.clock.advance(DAY);
  }
  const copy = join(it.folder, "copies", "sealed");
  cpSync(join(it.folder, "data"), copy, { recursive: true });
  assert.equal((await linesOfCopy(it, copy)).length, 5);
  for (let day = 5; day <= 14; day++) {
    await it.night(true);
    for (const time of await linesOfCopy(it, copy)) assert.ok(it.clock.now() - time < LIMIT_MS);
    await it.clock.advance(DAY);
  }
  assert.deepEqual(await linesOfCopy(it, copy), []);
  assert.deepEqual(readdirSync(join(it.folder, "data/log")), []);
});

test("L2: lines of a day that is over make neither its segment nor its secret anew", async () => {
  await using it = await home();
  write(it);
  await it.writer.flush();
  await it.clock.advance(10 * DAY);
  await it.night();
  it.writer.take({ day: "2026-03-01", lines: "{}", count: 1, shown: [], dropped: 0 });
  await it.writer.flush();
  assert.deepEqual(readdirSync(join(it.folder, "data/log")), []);
  assert.deepEqual(
    readdirSync(join(it.folder, "secret")).filter((name) => name !== "epoch" && name !== "root"),
    [],
  );
});
