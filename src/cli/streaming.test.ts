/** The real command before a service that is played: what it shows while a command works, and how it ends. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import test, { type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { type ControlHandler, ControlServer } from "../host/control/control-server.ts";

const MAIN = fileURLToPath(new URL("./main.ts", import.meta.url));
const SETTINGS = `host-name = "localhost"
domains = ["example.test"]
operator = "u1@example.test"
[tls]
certificate = "server.pem"
key = "server.key"
`;

type Started = {
  readonly child: ChildProcess & { readonly stdout: Readable };
  readonly out: () => string;
  readonly error: () => string;
  readonly ended: Promise<readonly [code: number | null, signal: string | null]>;
};

/** Starts `altmail check` at a home whose service answers by `handler`. */
async function check(t: TestContext, handler: ControlHandler, ...options: readonly string[]): Promise<Started> {
  const home = mkdtempSync(join(tmpdir(), "altmail-streaming-"));
  mkdirSync(join(home, "run"));
  writeFileSync(join(home, "altmail.toml"), SETTINGS);
  const server = await ControlServer.open(join(home, "run", "control"), handler);
  const child = spawn(process.execPath, [MAIN, "check", "--home", home, ...options], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let error = "";
  child.stdout.on("data", (octets: Buffer) => (out += octets.toString()));
  child.stderr.on("data", (octets: Buffer) => (error += octets.toString()));
  t.after(async () => {
    child.kill("SIGKILL");
    await server[Symbol.asyncDispose]();
    rmSync(home, { recursive: true });
  });
  const ended = once(child, "close") as Promise<[number | null, string | null]>;
  return { child, out: () => out, error: () => error, ended };
}

const shown = (stream: Readable): Promise<unknown> => once(stream, "data");

test("lines come at once and ahead of the answer, on stdout alone", { timeout: 30_000 }, async (t) => {
  const { promise: seen, resolve: see } = Promise.withResolvers<void>();
  const run = await check(t, async (_request, telling) => {
    await telling.line("a line");
    telling.progress("accounts", 1, 2);
    await seen;
    return { kind: "done", value: { accounts: 1, findings: [] } };
  });
  await shown(run.child.stdout);
  assert.equal(run.out(), "a line\n", "before the command has ended");
  see();
  assert.deepEqual(await run.ended, [0, null]);
  assert.equal(run.out(), "a line\n1 account checked, nothing found\n");
  assert.equal(run.error(), "", "what is short needs no steps where nobody looks");
});

test("with --json an answer that is only lines ends with the last of them", { timeout: 30_000 }, async (t) => {
  const run = await check(
    t,
    async (_request, telling) => {
      await telling.line('{"at":1}');
      return { kind: "done", value: undefined };
    },
    "--json",
  );
  assert.deepEqual(await run.ended, [0, null]);
  assert.equal(run.out(), '{"at":1}\n');
});

test("Ctrl-C ends quietly, by the signal, and the work is told", { timeout: 30_000 }, async (t) => {
  const { promise: told, resolve: tell } = Promise.withResolvers<string>();
  const run = await check(t, async (_request, telling) => {
    await telling.line("begun");
    await once(telling.signal, "abort");
    tell("told");
    return { kind: "done", value: 1 };
  });
  await shown(run.child.stdout);
  run.child.kill("SIGINT");
  assert.deepEqual(await run.ended, [null, "SIGINT"]);
  assert.equal(run.error(), "");
  assert.equal(await told, "told");
});

test("a reader that has enough ends the command quietly", { timeout: 30_000 }, async (t) => {
  const { promise: told, resolve: tell } = Promise.withResolvers<string>();
  const run = await check(t, async (_request, telling) => {
    while (!telling.signal.aborted) await telling.line("x".repeat(1000));
    tell("told");
    return { kind: "done", value: 1 };
  });
  await shown(run.child.stdout);
  run.child.stdout.destroy();
  assert.deepEqual(await run.ended, [0, null]);
  assert.equal(run.error(), "");
  assert.equal(await told, "told");
});

test("a service that refuses amid its lines is told of by its sentence", { timeout: 30_000 }, async (t) => {
  const run = await check(t, async (_request, telling) => {
    await telling.line("one");
    return { kind: "refused", sentence: "the worker died at this command" };
  });
  assert.deepEqual(await run.ended, [1, null]);
  assert.equal(run.out(), "one\n");
  assert.equal(run.error(), "altmail: the worker died at this command\n");
});
