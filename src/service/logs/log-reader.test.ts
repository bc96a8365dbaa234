import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { FakeClock } from "../../../test/world/fake-clock.ts";
import { type Clock, DAY, SECOND } from "../../host/clock.ts";
import { createLogWriter, type LogWriter } from "../../host/log/writer.ts";
import { accountId } from "../../store/ids.ts";
import { entryJson, entryText, type LogEntry } from "./log-entry.ts";
import { isClientName, isEventName, type LogFilter } from "./log-filter.ts";
import { createLogReader, type LogReader, type LogSearch } from "./log-reader.ts";

const ADA = accountId("a".repeat(32));
const BOB = accountId("b".repeat(32));
const dayKey = (day: string): Uint8Array => createHash("sha256").update(day).digest();

type World = {
  readonly clock: FakeClock;
  readonly writer: LogWriter;
  readonly reader: LogReader;
  readonly folder: string;
  readonly find: (filter: LogFilter, more?: Partial<LogSearch>) => Promise<readonly LogEntry[]>;
};

async function world(now: string): Promise<World & AsyncDisposable> {
  const folder = mkdtempSync(join(tmpdir(), "altmail-reader-"));
  const clock = new FakeClock(now);
  const writer = await createLogWriter({ folder, dayKey, clock, show: () => {} });
  const reader = createLogReader({ folder, dayKey, clock, days: 10 });
  return {
    clock,
    writer,
    reader,
    folder,
    async find(filter, more) {
      await writer.flush();
      const search = { filter, detail: "all", follow: false, signal: new AbortController().signal, ...more } as const;
      return Array.fromAsync(reader.search(search));
    },
    async [Symbol.asyncDispose]() {
      await writer[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true });
    },
  };
}

function command({ writer }: World, account: typeof ADA | undefined, address: string, verb = "FETCH"): void {
  const client = account === BOB ? "Bob\u2019s phone" : undefined;
  writer.log("imap.command", {
    session: `s-${address}`,
    account,
    address,
    client,
    command: verb,
    bytes: 1,
    result: "OK",
    code: undefined,
  });
}

test("what is asked for is found: by time, event, account, session, address, network, and name", async () => {
  await using it = await world("2026-03-01T23:59:59.000Z");
  command(it, ADA, "192.0.2.1", "LOGIN");
  await it.clock.advance(2 * SECOND);
  command(it, BOB, "192.0.2.10", "NOOP");
  command(it, undefined, "2001:db8::1", "LOGIN");
  it.writer.log("service.started", { workers: 2 });
  const verbs = async (filter: LogFilter): Promise<readonly unknown[]> =>
    (await it.find(filter)).map(({ fields }) => `${fields["command"]} ${fields["address"]}`);
  const [ada, bob, nobody] = ["LOGIN 192.0.2.1", "NOOP 192.0.2.10", "LOGIN 2001:db8::1"];
  assert.equal((await it.find({})).length, 4);
  assert.deepEqual(await it.reader.days(), ["2026-03-01", "2026-03-02"]);
  assert.deepEqual(await verbs({ account: ADA }), [ada]);
  assert.deepEqual(await verbs({ event: "imap" }), [ada, bob, nobody]);
  assert.deepEqual(await verbs({ event: "ima" }), []);
  assert.deepEqual(await verbs({ event: "imap.command", until: Date.parse("2026-03-02T00:00:00Z") }), [ada]);
  assert.deepEqual(await verbs({ event: "imap.command", since: Date.parse("2026-03-02T00:00:00Z") }), [bob, nobody]);
  assert.deepEqual(await verbs({ client: "192.0.2.1" }), [ada]);
  assert.deepEqual(await verbs({ client: "192.0.2.0/24" }), [ada, bob]);
  assert.deepEqual(await verbs({ client: "2001:db8::/32" }), [nobody]);
  assert.deepEqual(await verbs({ client: "bob\u2019S" }), [bob]);
  assert.deepEqual(await verbs({ client: "FETCH" }), [], "a public field is no client");
  assert.deepEqual(await verbs({ session: "s-192.0.2.10" }), [bob]);
});

test("A7: without an access a line holds public fields alone, and nobody is searched for", async () => {
  await using it = await world("2026-03-01T12:00:00Z");
  command(it, BOB, "192.0.2.1");
  const [entry] = await it.find({}, { detail: "public" });
  assert.deepEqual(entry?.fields, { command: "FETCH", bytes: 1, result: "OK" });
  for (const filter of [{ account: BOB }, { client: "192.0.2.1" }, { session: "s" }])
    await assert.rejects(it.find(filter, { detail: "public" }), RangeError);
});

test("A7: a field or an event that nobody declared is taken for personal", async () => {
  await using it = await world("2026-03-01T12:00:00Z");
  const line = JSON.stringify({ at: it.clock.now(), event: "imap.command", command: "NOOP", odd: "ada@example.test" });
  const other = JSON.stringify({ at: it.clock.now(), event: "of.another.version", who: "ada@example.test" });
  const lines = [line, other, "{", "[]", "7"].join("\n");
  it.writer.take({ day: "2026-03-01", lines, count: 5, shown: [], dropped: 0 });
  const entries = await it.find({}, { detail: "public" });
  assert.deepEqual(
    entries.map(({ fields }) => fields),
    [{ command: "NOOP" }, {}],
  );
});

test("who follows sees within a second what is written, over midnight too, until nobody listens", async () => {
  await using it = await world("2026-03-01T23:59:58.000Z");
  command(it, ADA, "192.0.2.1");
  await it.writer.flush();
  const leaving = new AbortController();
  const seen: string[] = [];
  let isAsleep = false;
  const clock: Clock = {
    now: () => it.clock.now(),
    steady: () => it.clock.steady(),
    after(delayMs, callback) {
      isAsleep = true;
      return it.clock.after(delayMs, () => {
        isAsleep = false;
        callback();
      });
    },
  };
  const reader = createLogReader({ folder: it.folder, dayKey, clock, days: 10 });
  const following = (async () => {
    const filter = { since: it.clock.now(), account: ADA };
    const search = { filter, detail: "all", follow: true, signal: leaving.signal } as const;
    for await (const { fields } of reader.search(search)) seen.push(String(fields["command"]));
  })();
  const settle = async (holds: () => boolean): Promise<void> => {
    for (let turn = 0; !holds() && turn < 2000; turn++) await new Promise(setImmediate);
    assert.ok(holds());
  };
  await settle(() => seen.length === 1 && isAsleep);
  for (const verb of ["TWO", "THREE", "FOUR"]) {
    command(it, ADA, "192.0.2.1", verb);
    command(it, BOB, "192.0.2.1", verb);
    await it.writer.flush();
    await it.clock.advance(SECOND);
    await settle(() => seen.at(-1) === verb && isAsleep);
  }
  assert.deepEqual(seen, ["FETCH", "TWO", "THREE", "FOUR"]);
  leaving.abort();
  await following;
});

test("L2: a day that ends while it is read stops there", async () => {
  await using it = await world("2026-03-01T12:00:00Z");
  for (let n = 0; n < 3; n++) {
    command(it, ADA, "192.0.2.1");
    await it.writer.flush();
  }
  const lines = it.reader.lines("2026-03-01")[Symbol.asyncIterator]();
  assert.equal((await lines.next()).done, false);
  await it.clock.advance(10 * DAY - 12 * 3_600_000);
  assert.equal((await lines.next()).done, true);
  assert.deepEqual(await it.reader.days(), []);
  assert.deepEqual(await it.find({}), []);
});

test("what is no day of the log, or has no key, is not read", async () => {
  await using it = await world("2026-03-01T12:00:00Z");
  writeFileSync(join(it.folder, "notes.seg"), "x");
  writeFileSync(join(it.folder, "2026-02-28.seg"), "x".repeat(1000));
  const keyless = createLogReader({ folder: it.folder, dayKey: () => undefined, clock: it.clock, days: 10 });
  assert.deepEqual(await keyless.days(), ["2026-02-28"]);
  assert.deepEqual(await Array.fromAsync(keyless.lines("2026-02-28")), []);
  assert.deepEqual(await keyless.overview(), [
    { day: "2026-02-28", bytes: 1000, endsAt: Date.parse("2026-03-10T00:00:00Z") },
  ]);
  const nowhere = createLogReader({ folder: join(it.folder, "none"), dayKey, clock: it.clock, days: 10 });
  assert.deepEqual(await nowhere.days(), []);
});

test("what a peer named itself reaches no terminal as a command to it", () => {
  const client = "a\u001B[2J\u009B2J\u202Eevil\n2026-03-01 fake";
  const entry = { at: 0, event: "imap.command", fields: { client, command: "NOOP", bytes: 3 } };
  const line = entryText(entry);
  assert.match(line, /^1970-01-01T00:00:00\.000Z imap\.command client=".*" command=NOOP bytes=3$/);
  for (const shown of [line, entryJson(entry)]) assert.doesNotMatch(shown, /[\p{Cc}\u202E]/u);
  assert.deepEqual(JSON.parse(entryJson(entry)), { at: 0, event: "imap.command", client, command: "NOOP", bytes: 3 });
});

test("names of events and of networks are checked before a search", () => {
  assert.deepEqual(["imap", "imap.command", "ima", "toString"].map(isEventName), [true, true, false, false]);
  const names = ["192.0.2.0/24", "192.0.2.0/33", "192.0.2/24", "::/0", "192.0.2.", "K-9 Mail", ""];
  assert.deepEqual(names.map(isClientName), [true, false, false, true, true, true, false]);
});
