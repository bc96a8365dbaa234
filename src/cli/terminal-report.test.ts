import assert from "node:assert/strict";
import { PassThrough, Writable } from "node:stream";
import { test } from "node:test";
import { FakeClock } from "../../test/world/fake-clock.ts";
import { MINUTE } from "../host/clock.ts";
import { reportTo, type TerminalReport } from "./terminal-report.ts";

type Shown = {
  readonly report: TerminalReport;
  readonly clock: FakeClock;
  readonly leaving: AbortController;
  readonly out: () => string;
  readonly error: () => string;
};

function showing(isTTY: boolean, stdout: Writable = new PassThrough()): Shown {
  const clock = new FakeClock("2026-03-01T00:00:00Z");
  const leaving = new AbortController();
  const stderr = Object.assign(new PassThrough(), { isTTY, columns: 60 });
  const text = (stream: Writable): string => (stream instanceof PassThrough ? String(stream.read() ?? "") : "");
  const report = reportTo({ stdout, stderr }, clock, leaving.signal);
  return { report, clock, leaving, out: () => text(stdout), error: () => text(stderr) };
}

test("on a terminal: a bar that makes way for lines and goes at the end", async () => {
  const { report, out, error } = showing(true);
  report.progress("accounts", 5, 10);
  assert.equal(error(), "\r\u001B[Kaccounts  [############............]  5 of 10 (50 %)");
  report.progress("accounts", 6, 10);
  assert.equal(error(), "", "not drawn again at once");
  await report.line("found one");
  assert.equal(error(), "\r\u001B[K");
  assert.equal(out(), "found one\n");
  report.progress("accounts", 10, 10);
  assert.match(error(), /10 of 10 \(100 %\)$/);
  report.clear();
  report.clear();
  assert.equal(error(), "\r\u001B[K");
});

test("elsewhere: a line a minute, and none for what is short", async () => {
  const { report, clock, error } = showing(false);
  report.progress("accounts", 1, 10);
  assert.equal(error(), "");
  await clock.advance(MINUTE);
  report.progress("accounts", 2, 10);
  report.progress("accounts", 3, 10);
  assert.equal(error(), "altmail: accounts: 2 of 10 (20 %)\n");
  await clock.advance(MINUTE);
  report.progress("octets", 4096, undefined);
  assert.equal(error(), "altmail: octets: 4096\n");
});

test("a bar is never longer than the terminal is wide", () => {
  const { report, error } = showing(true);
  report.progress("x".repeat(200), 1, 2);
  assert.ok(error().length < 60 + "\r\u001B[K".length);
});

test("a line waits until stdout takes it, or until nobody wants it any more", async () => {
  const taken: (() => void)[] = [];
  const slow = new Writable({ highWaterMark: 1, write: (_chunk, _encoding, done) => void taken.push(done) });
  const { report, leaving } = showing(false, slow);
  let count = 0;
  const first = report.line("1").then(() => (count += 1));
  await new Promise(setImmediate);
  assert.equal(count, 0);
  taken.shift()?.();
  await first;
  const second = report.line("2").then(() => (count += 1));
  leaving.abort();
  await second;
  await report.line("3");
  assert.equal(count, 2);
});
