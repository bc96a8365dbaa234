import assert from "node:assert/strict";
import { test } from "node:test";
import { turns } from "../../../test/world/fake-clock.ts";
import { HOUR, MINUTE, SECOND } from "../../host/clock.ts";
import type { LogEntry } from "../../service/logs/log-entry.ts";
import type { LogReader } from "../../service/logs/log-reader.ts";
import { answer, QueueWorld } from "../../service/queue/queue-world.fixture.ts";
import { ALICE, BOB } from "../../store/contract/outbound-samples.ts";
import { deliveryId } from "../../store/ids.ts";
import type { Given, Operator, Report } from "../command.ts";
import { retrySchedule } from "../../rules/retry.ts";
import { createQueueCommands } from "./queue.ts";
import { span } from "./queue-text.ts";

const ID = deliveryId("0123456789abcdef".repeat(2));
const silent: Report = { line: async () => {}, progress() {}, signal: new AbortController().signal };

/** Runs a command; gives what it shows, or the sentence of a refusal. */
async function run(
  world: QueueWorld,
  name: string,
  given: Given = {},
  {
    report = silent,
    logs,
    isServing = true,
  }: { readonly report?: Report; readonly logs?: Pick<LogReader, "search">; readonly isServing?: boolean } = {},
): Promise<string> {
  const command = createQueueCommands(world.clock).find((one) => one.name === `queue ${name}`) ?? assert.fail(name);
  const { queue: outbound, directory } = world;
  const operator = {
    outbound,
    directory,
    logs,
    schedule: retrySchedule,
    isServing,
    wakeQueue: () => world.runner.wake(),
  } as unknown as Operator;
  const wrong = command.wrong?.(given);
  if (wrong !== undefined) return `usage: ${wrong}`;
  const outcome = await command.work(operator, given, report);
  return outcome.kind === "refused" ? `refused: ${outcome.sentence}` : command.show(outcome.value as never);
}

/** One message for three recipients at two destinations; both put it off. */
async function putOff(world: QueueWorld): Promise<void> {
  for (const host of ["a", "b"])
    world.behaviours.set(`mx.${host}.example`, (to) => ({
      kind: "answered",
      outcomes: to.map(() => answer("temporary", 451, "4.7.1")),
      dsnPassedOn: true,
    }));
  world.start();
  await world.send(["one@a.example", "two@a.example", "three@b.example"], { id: ID, tlsWish: "required" });
  await world.clock.advance(SECOND);
}

test("the list is a table of what waits, and counts recipients instead of naming them", async () => {
  await using world = await QueueWorld.open();
  assert.equal(await run(world, "list"), "the queue is empty");
  await putOff(world);
  await run(world, "hold", { destination: "b.example" });
  const table = await run(world, "list");
  assert.equal(
    table,
    [
      "1 message in 2 parts: 1 held",
      "",
      "ID          AGE  FROM               TO         RCPT  TRIES  STATE               TIME LEFT  LAST ANSWER",
      "0123456789  1s   alice@example.org  a.example  2     1      next in 5m 59s      4d 23h     451 4.7.1 as told",
      "0123456789  1s   alice@example.org  b.example  1     1      held (by operator)  9d 22h     451 4.7.1 as told",
    ].join("\n"),
  );
  assert.doesNotMatch(table, /one@|three@|secret/);
  await world.queue.retryNow({ kind: "account", account: ALICE });
  await world.queue.rest("a.example", world.clock.now() + HOUR, undefined);
  assert.match(await run(world, "list"), /host asked for less, 1h/);
  assert.match(await run(world, "list", { limit: "1" }), /a\.example.*\n\nthere is more: --limit shows it$/);
  assert.match(await run(world, "list", { destination: "c.example" }), /^1 message in 2 parts.*\nnothing of it fits$/);
  assert.match(await run(world, "list", { account: "eve@example.org" }), /^refused: There is no account/);
  for (const limit of ["0", "x", "10001", "1.5"])
    assert.match(await run(world, "list", { limit }), /^usage: .*from 1 to 10000/);
});

test("counted by destination or account: most parts first, with the age of the oldest", async () => {
  await using world = await QueueWorld.open();
  assert.equal(await run(world, "list", { by: "destination" }), "the queue is empty");
  await world.send(["one@a.example", "two@a.example", "three@b.example"]);
  await world.clock.advance(HOUR);
  await world.send(["four@b.example"], { account: BOB, tlsWish: "optional" });
  await world.send(["five@c.example"], { account: undefined });
  await run(world, "hold", { account: "bob@example.org" });
  assert.equal(
    await run(world, "list", { by: "destination" }),
    [
      "3 messages in 4 parts: 1 held",
      "",
      "PARTS  RCPT  HELD  OLDEST  DESTINATION",
      "2      2     1     1h      b.example",
      "1      2     0     1h      a.example",
      "1      1     0     0s      c.example",
    ].join("\n"),
  );
  assert.deepEqual((await run(world, "list", { by: "account" })).split("\n").slice(3), [
    "2      3     0     1h      alice@example.org",
    "1      1     1     0s      bob@example.org",
    "1      1     0     0s      (the service itself, or an account that is gone)",
  ]);
  const own = await run(world, "list", { by: "destination", account: "bob@example.org" });
  assert.deepEqual(own.split("\n").slice(3), ["1      1     1     0s      b.example"]);
  const one = await run(world, "list", { by: "destination", limit: "1", destination: "b.example" });
  assert.deepEqual(one.split("\n").slice(3), ["2      2     1     1h      b.example"]);
  assert.match(await run(world, "list", { by: "destination", limit: "1" }), /b\.example\n\nthere is more/);
  assert.match(
    await run(world, "list", { by: "account", account: "eve@example.org" }),
    /^refused: There is no account/,
  );
  assert.match(await run(world, "list", { by: "size" }), /^usage: --by takes destination or account$/);
});

test("what a terminal would obey, or what is long, does not come through the table", async () => {
  await using world = await QueueWorld.open();
  await world.send([`one@${"long.".repeat(20)}example`], { sender: "a\u001b[31m\u202Eb@example.org" });
  const [, , , row = ""] = (await run(world, "list")).split("\n");
  assert.match(row, /a \[31m b@example\.org {2}long\.long\.long\.long\.long\.long….* due/);
  await world.directory.setState(ALICE, "paused");
  world.start();
  await world.clock.advance(MINUTE);
  assert.match(await run(world, "list"), /held \(account may not send\)/);
});

test("a message is shown with each recipient and what was heard about it", async () => {
  await using world = await QueueWorld.open();
  await putOff(world);
  assert.equal(
    await run(world, "show", { id: "0123" }),
    [
      `message ${ID}`,
      "from: alice@example.org",
      "account: alice@example.org",
      "submitted: 2026-06-01 12:00 UTC, 1s ago; 54 octets",
      "only over TLS that is sure: its sender demands it",
      "",
      "to a.example: next in 5m 59s, tried once",
      "  given up in 4d 23h, 2026-06-06 12:00 UTC",
      "  one@a.example",
      "    mx.example.net: 451 4.7.1 as told (TLSv1.3)",
      "  two@a.example",
      "    mx.example.net: 451 4.7.1 as told (TLSv1.3)",
      "",
      "to b.example: next in 5m 59s, tried once",
      "  given up in 4d 23h, 2026-06-06 12:00 UTC",
      "  three@b.example",
      "    mx.example.net: 451 4.7.1 as told (TLSv1.3)",
    ].join("\n"),
  );
  assert.match(await run(world, "show", { id: "ffff" }), /^refused: No message with this id waits/);
});

test("retry, hold, release and drop say what they did, and drop asks first", async () => {
  await using world = await QueueWorld.open();
  await putOff(world);
  const id = { id: "0123" };
  assert.equal(await run(world, "retry", id), "made 2 parts due");
  await turns(20);
  assert.equal(
    await run(world, "hold", { destination: "a.example" }),
    "held 1 part, to be returned ten days after submission unless released before",
  );
  assert.equal(await run(world, "hold", { destination: "a.example" }), "nothing was left to hold; 1 held before");
  assert.equal(await run(world, "retry", id), "made 1 part due; 1 is held and waits on");
  assert.equal(await run(world, "release", id), "released 1 part");
  assert.equal(await run(world, "release", id), "refused: Nothing of this is held.");
  await turns(20);
  world.behaviours.set("mx.b.example", (to) => world.takeAfter(to, 5 * MINUTE));
  await run(world, "retry", id);
  await turns(20);
  assert.match(await run(world, "hold", id), /^held 2 parts.*; 1 is being tried at this moment and may still leave$/);
  assert.match(await run(world, "drop", id), /^refused: this throws away 2 parts for 3 recipients for good.*--yes$/);
  assert.match(
    await run(world, "drop", { ...id, yes: true }),
    /^dropped 2 parts: .*; 1 of them was being handed over and may still arrive$/,
  );
  assert.match(await run(world, "drop", { ...id, yes: true }), /^refused: No message with this id waits/);
  assert.match(
    await run(world, "retry", { all: true, destination: "a.example" }),
    /^usage: .*--destination, or --all, one/,
  );
  assert.match(await run(world, "retry", { all: true }), /^refused: Nothing is in the queue/);
  for (const verb of ["retry", "hold", "release", "drop"]) {
    assert.match(await run(world, verb, { yes: true }), /^usage: say which mail/, verb);
    const both = { account: "alice@example.org", destination: "a.example" };
    assert.match(await run(world, verb, both), /^usage: say which mail/, verb);
  }
});

test("watch tells each change once, counts what is alike, and ends when nobody looks any more", async () => {
  await using world = await QueueWorld.open();
  const leaving = new AbortController();
  const lines: string[] = [];
  const report: Report = { ...silent, line: async (text) => void lines.push(text), signal: leaving.signal };
  let tell: (entry: LogEntry) => void = () => {};
  const logs: Pick<LogReader, "search"> = {
    async *search({ detail, filter, follow, signal }) {
      assert.deepEqual({ detail, follow, event: filter.event }, { detail: "public", follow: true, event: "queue" });
      while (!signal.aborted) {
        const entry = await new Promise<LogEntry | undefined>((resolve) => {
          tell = resolve;
          signal.addEventListener("abort", () => resolve(undefined));
        });
        if (entry !== undefined) yield entry;
      }
    },
  };
  const watching = run(world, "watch", {}, { report, logs });
  await turns(5);
  await world.clock.advance(3 * SECOND);
  assert.deepEqual(lines, ["12:00:00  the queue is empty"]);
  await world.send(["one@a.example"]);
  for (const [event, fields] of [
    ["queue.deferred", { host: "mx.b.example", code: 451, enhanced: "4.7.1" }],
    ["queue.delivered", { host: "mx.a.example", code: 250, tls: "TLSv1.3" }],
    ["queue.delivered", { host: "mx.a.example", code: 250, tls: "TLSv1.3" }],
    ["queue.resting", { enhanced: "4.4.1", failures: 1 }],
    ["queue.reported", { recipients: 1 }],
  ] as const) {
    tell({ at: world.clock.now(), event, fields });
    await turns(2);
  }
  await world.clock.advance(5 * SECOND);
  assert.deepEqual(lines.slice(1), [
    "12:00:04  1 message in 1 part",
    "          2 delivered: 250  mx.a.example",
    "          1 put off: 451 4.7.1  mx.b.example",
    "          1 destination rests, not reached: 4.4.1",
  ]);
  lines.length = 0;
  for (let n = 0; n < 300; n++) {
    tell({ at: world.clock.now(), event: "queue.delivered", fields: { host: `mx${n}.example`, code: 250 } });
    await turns(2);
  }
  await world.clock.advance(SECOND);
  assert.equal(lines.length, 202, "one look tells so many kinds at most");
  assert.equal(lines.at(-1)?.trim(), "100 more");
  leaving.abort();
  assert.equal(await watching, "");
});

test("without a service there is nothing to watch, and the home is left free for it", async () => {
  await using world = await QueueWorld.open();
  assert.match(await run(world, "watch", {}, { isServing: false }), /^refused: no service runs here/);
});

test("a log that cannot be read ends the watch with its error", async () => {
  await using world = await QueueWorld.open();
  const logs = {
    search: () => {
      throw new RangeError("unreadable");
    },
  };
  await assert.rejects(run(world, "watch", { json: true }, { logs }), RangeError);
});

test("spans are shown by their two largest units", () => {
  const DAY = 24 * HOUR;
  for (const [ms, text] of [
    [0, "0s"],
    [999, "0s"],
    [59 * SECOND, "59s"],
    [MINUTE, "1m"],
    [HOUR + SECOND, "1h"],
    [HOUR + 5 * MINUTE + SECOND, "1h 5m"],
    [4 * DAY + 23 * HOUR, "4d 23h"],
  ] as const)
    assert.equal(span(ms), text);
});
