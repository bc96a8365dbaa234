import assert from "node:assert/strict";
import { performance } from "node:perf_hooks";
import { test } from "node:test";
import { HOUR } from "../../host/clock.ts";
import type { EventName } from "../../host/events/events.ts";
import { events } from "../../host/events/events.ts";
import { sealedLine } from "../../host/log/line.ts";
import type { Figure } from "../../store/figures.ts";
import { measures } from "./measures.ts";
import { rollUp } from "./roll-up.ts";

const DAY = "2026-11-20";
const START = Date.parse(`${DAY}T00:00:00Z`);
const never = new AbortController().signal;
const idOf = (n: number): string => n.toString(16).padStart(32, "0");

type Fields = Readonly<Record<string, string | number | boolean | undefined>>;
const line = (hour: number, name: EventName, fields: Fields): string => sealedLine(START + hour * HOUR, name, fields);

async function* each(lines: Iterable<string>): AsyncGenerator<string> {
  yield* lines;
}

async function figures(lines: Iterable<string>, measure: string): Promise<readonly Partial<Figure>[]> {
  const made = await rollUp(DAY, each(lines), never);
  return made.figures
    .filter((one) => one.measure === measure)
    .map(({ hour, hours, labels, count, sum }) => ({ hour, hours, labels, count, sum }));
}

const command = (n: number, hour = 9, more: Fields = {}): string =>
  line(hour, "imap.command", {
    session: "s",
    account: idOf(n),
    address: "192.0.2.7",
    client: "canary-client",
    command: "FETCH",
    bytes: 5 * 1024 * 1024,
    result: "OK",
    code: undefined,
    ...more,
  });

test("L4: a day's lines become figures that name no account, no client and no address", async () => {
  const lines = Array.from({ length: 20 }, (_, n) => command(n));
  const made = await rollUp(DAY, each(lines), never);
  assert.deepEqual(made.figures, [
    {
      measure: "imap-commands",
      hour: 9,
      hours: 1,
      labels: { command: "FETCH", result: "OK" },
      count: 20,
      sum: 100,
    },
  ]);
  assert.equal(made.lines, 20);
});

test("L4: what a peer made up is counted as other, whatever it is", async () => {
  const lines = Array.from({ length: 20 }, (_, n) => command(n, 9, { command: `CANARY${n}` }));
  assert.deepEqual(await figures(lines, "imap-commands"), [
    { hour: 0, hours: 24, labels: { command: "other", result: "other" }, count: 20, sum: 100 },
  ]);
});

test("log-ins are counted once, not again as commands; those to no account at all are not counted", async () => {
  const lines = Array.from({ length: 30 }, (_, n) => [
    line(3, "login.accepted", { account: idOf(n), appPassword: n < 15, remembered: false }),
    line(3, "login.refused", { account: undefined, reason: "no such name" }),
    command(n, 3, { command: "LOGIN", bytes: 1 }),
  ]).flat();
  const made = await rollUp(DAY, each(lines), never);
  assert.deepEqual(
    made.figures.map(({ measure, labels, count }) => [measure, labels, count]),
    [
      ["accounts-active", {}, 30],
      ["log-ins", { result: "accepted", password: "account" }, 20],
      ["log-ins", { result: "accepted", password: "app" }, 20],
    ],
  );
});

test("L4: mail from outside is shown only where it is known to have gone to 10 accounts", async () => {
  const message = (n: number, crowd: number | undefined): string =>
    sealedLine(START, "smtp.message", {
      session: "s",
      client: `192.0.2.${n}`,
      helo: "h",
      verb: "DATA",
      bytes: 1000,
      recipients: 1,
      tls: true,
      code: 250,
      enhanced: "2.0.0",
      ...(crowd === undefined ? {} : { crowd }),
    });
  const of = (crowdOf: (n: number) => number | undefined): Promise<readonly unknown[]> =>
    figures(
      Array.from({ length: 100 }, (_, n) => message(n, crowdOf(n))),
      "mail-received",
    );
  assert.deepEqual(await of(() => undefined), []);
  assert.deepEqual(await of((n) => n % 9), []);
  assert.equal((await of((n) => n % 10)).length, 1);
});

test("damaged lines, foreign events and events of nobody count for nothing", async () => {
  const lines = [
    "",
    "{",
    '{"at":1,"event":"imap.command"',
    '{"at":1,"event":"imap.command","account":7}x',
    line(1, "worker.started", { worker: 1 }),
    ...Array.from({ length: 20 }, (_, n) => command(n, 9, { account: undefined })),
  ];
  assert.deepEqual((await rollUp(DAY, each(lines), never)).figures, []);
});

test("a roll-up that is broken off keeps nothing", async () => {
  const stop = new AbortController();
  const lines = function* (): Generator<string> {
    for (let n = 0; n < 5000; n++) {
      if (n === 2500) stop.abort();
      yield command(n);
    }
  };
  await assert.rejects(rollUp(DAY, each(lines()), stop.signal), { name: "AbortError" });
});

test("L4: every event feeds one measure at most, besides the number of people", () => {
  const fed = measures
    .filter(({ what }) => what === "events")
    .flatMap(({ sources }) => sources.map(({ event }) => event));
  assert.equal(new Set(fed).size, fed.length);
});

test("measures read events and fields that are declared", () => {
  for (const { name, sources, who, amount } of measures)
    for (const { event } of sources) {
      assert.ok(Object.hasOwn(events, event), `${name}: ${event}`);
      const { fields } = events[event as EventName];
      for (const field of [...(who === "crowd" ? [] : [who]), ...(amount === undefined ? [] : [amount.field])])
        assert.ok(Object.hasOwn(fields, field), `${name}: ${event} has no ${field}`);
    }
});

test("memory does not grow with what happens, but for one name an account", async () => {
  const ACCOUNTS = 2000;
  const lines = function* (): Generator<string> {
    for (let n = 0; n < 60_000; n++) yield command(n % ACCOUNTS, n % 24, { result: n % 3 === 0 ? "NO" : "OK" });
  };
  const from = performance.now();
  const made = await rollUp(DAY, each(lines()), never);
  assert.equal(made.figures.length, 24);
  const microseconds = ((performance.now() - from) * 1000) / made.lines;
  assert.ok(microseconds < 100, `${microseconds.toFixed(1)} microseconds a line`);
});
