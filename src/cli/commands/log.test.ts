import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { FakeClock } from "../../../test/world/fake-clock.ts";
import { HOUR } from "../../host/clock.ts";
import { createLogWriter } from "../../host/log/writer.ts";
import { createLogReader } from "../../service/logs/log-reader.ts";
import { accountId } from "../../store/ids.ts";
import type { Given, Operator, Outcome } from "../command.ts";
import { createLogCommands } from "./log.ts";

const ADA = accountId("a".repeat(32));
const dayKey = (day: string): Uint8Array => createHash("sha256").update(day).digest();

type Run = (name: string, given?: Given) => Promise<{ readonly outcome: Outcome; readonly lines: readonly string[] }>;

/** Three commands of Ada and one of a stranger, an hour between; then half an hour. */
async function world(): Promise<{ readonly run: Run } & AsyncDisposable> {
  const folder = mkdtempSync(join(tmpdir(), "altmail-log-command-"));
  const clock = new FakeClock("2026-03-01T08:00:00Z");
  const writer = await createLogWriter({ folder, dayKey, clock, show: () => {} });
  for (const account of [ADA, ADA, undefined, ADA]) {
    const who = { session: "s1", account, address: account === undefined ? "198.51.100.9" : "192.0.2.1" };
    writer.log("imap.command", { ...who, client: "mutt", command: "NOOP", bytes: 5, result: "OK", code: undefined });
    await writer.flush();
    await clock.advance(HOUR);
  }
  await clock.advance(-HOUR / 2);
  const logs = createLogReader({ folder, dayKey, clock, days: 10 });
  const accounts = async (): Promise<readonly unknown[]> => [{ id: ADA, primary: "ada@example.test" }];
  const operator = { logs, directory: { accounts } } as unknown as Operator;
  const commands = createLogCommands(clock);
  return {
    async run(name, given = {}) {
      const command = commands.find((candidate) => candidate.name === name);
      assert.ok(command);
      const lines: string[] = [];
      const leaving = new AbortController();
      const report = { line: async (text: string) => void lines.push(text), progress() {}, signal: leaving.signal };
      return { outcome: await command.work(operator, given, report), lines };
    },
    async [Symbol.asyncDispose]() {
      await writer[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true });
    },
  };
}

const sentenceOf = ({ outcome }: { readonly outcome: Outcome }): string =>
  outcome.kind === "refused" ? outcome.sentence : "";

test("A7: every command of the log that can show a person is gated; the others cannot name one", () => {
  const commands = createLogCommands(new FakeClock("2026-03-01T00:00:00Z"));
  const gated = commands.filter(({ access }) => access !== "content-free");
  assert.deepEqual(
    gated.map(({ name, access }) => ({ name, access })),
    [{ name: "log search", access: { scope: "logs", account: "account" } }],
  );
  for (const { options, arguments: words } of commands.filter(({ access }) => access === "content-free"))
    assert.deepEqual(
      [...options, ...words].filter(({ name }) => !["since", "until", "event"].includes(name)),
      [],
    );
});

test("A7: log show says what happened in the last hour and not to whom, whatever it is given", async () => {
  await using it = await world();
  const person = { account: "ada@example.test", client: "192.0.2.1", session: "s1" };
  const asked = await it.run("log show", person);
  assert.match(sentenceOf(asked), /log search/);
  assert.deepEqual(asked.lines, []);
  const shown = await it.run("log show");
  assert.deepEqual(shown.lines, ["2026-03-01T11:00:00.000Z imap.command command=NOOP bytes=5 result=OK"]);
  assert.deepEqual(shown.outcome, { kind: "done", value: undefined });
});

test("times are moments of UTC, days, or so long ago", async () => {
  await using it = await world();
  const count = async (given: Given): Promise<number> => (await it.run("log show", given)).lines.length;
  assert.equal(await count({ since: "3d" }), 4);
  assert.equal(await count({ since: "150m" }), 3);
  assert.equal(await count({ since: "149m" }), 2);
  assert.equal(await count({ since: "2026-03-01" }), 4);
  assert.equal(await count({ since: "2026-03-01T09:00", until: "2026-03-01T10:00:00.000Z" }), 1);
  for (const since of ["yesterday", "2026-13-01", "5", "1w", "2026-03-01 10:00"])
    assert.match(sentenceOf(await it.run("log show", { since })), /a moment in UTC/);
  assert.match(sentenceOf(await it.run("log show", { since: "1h", until: "2h" })), /nothing between/);
  assert.match(sentenceOf(await it.run("log show", { event: "imap.comand" })), /no such event/);
});

test("A7: with an access of one account, log search shows its lines alone; without an account, those of all", async () => {
  await using it = await world();
  const own = await it.run("log search", { account: "ADA@example.test", since: "1d" });
  assert.equal(own.lines.length, 3);
  for (const line of own.lines) assert.match(line, / account=a{32} address=192\.0\.2\.1 client=mutt /);
  const all = await it.run("log search", { client: "198.51.100.0/24", json: true });
  assert.deepEqual(
    all.lines.map((line) => (JSON.parse(line) as { address: string }).address),
    ["198.51.100.9"],
  );
  assert.match(sentenceOf(await it.run("log search", { account: "bob@example.test" })), /no account/);
  assert.match(sentenceOf(await it.run("log search", { client: "192.0.2.0/99" })), /no network/);
});

test("log days tells how much there is and when it ends, nothing of what is in it", async () => {
  await using it = await world();
  const { outcome } = await it.run("log days");
  assert.ok(outcome.kind === "done");
  const command = createLogCommands(new FakeClock("2026-03-01T00:00:00Z")).find(({ name }) => name === "log days");
  assert.match(command?.show(outcome.value as never) ?? "", /^2026-03-01 +\d+ octets {2}ends 2026-03-11 00:00 UTC$/);
});
