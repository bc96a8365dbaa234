import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { askService } from "./control-client.ts";
import { silentTelling, type Telling } from "./control-message.ts";
import { type ControlHandler, ControlServer } from "./control-server.ts";
import { controlPath } from "./socket-path.ts";

async function serving(t: TestContext, handler: ControlHandler): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "altmail-control-"));
  const path = join(folder, "control");
  const server = await ControlServer.open(path, handler);
  t.after(async () => {
    await server[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });
  return path;
}

test("a command goes to the service and its answer comes back whole", async (t) => {
  const path = await serving(t, async (request) => ({ kind: "done", value: request }));
  const request = { command: "account add", arguments: { address: "ü@example.test", note: "x".repeat(200_000) } };
  assert.deepEqual(await askService(path, request), { kind: "done", value: request });
});

test("the socket is the owner's alone", async (t) => {
  const path = await serving(t, async () => ({ kind: "done", value: null }));
  assert.equal(statSync(path).mode & 0o777, 0o600);
});

test("where no service runs, or a dead one left its socket, the answer is undefined", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "altmail-control-"));
  t.after(() => rmSync(folder, { recursive: true }));
  assert.equal(await askService(join(folder, "control"), { command: "status", arguments: {} }), undefined);
});

test("what a dead process left at the path is replaced", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "altmail-control-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "control");
  writeFileSync(path, "");
  await using server = await ControlServer.open(path, async () => ({ kind: "done", value: 1 }));
  assert.ok(server);
  assert.deepEqual(await askService(path, { command: "x", arguments: {} }), { kind: "done", value: 1 });
});

test("a handler that throws is answered with a neutral sentence", async (t) => {
  const path = await serving(t, () => Promise.reject(new Error("u1@example.test is odd")));
  const answer = await askService(path, { command: "x", arguments: {} });
  assert.deepEqual(answer, { kind: "refused", sentence: "the service failed at this command" });
});

test("what is not a request is refused, and the service goes on", async (t) => {
  const path = await serving(t, async () => ({ kind: "done", value: 1 }));
  for (const octets of ["nonsense\n", "{}\n", '{"command":1}\n', "[]\n", "half a line"]) {
    const socket = createConnection({ path, allowHalfOpen: true });
    socket.end(octets);
    const [data] = (await once(socket, "data")) as [Buffer];
    assert.match(data.toString(), /"refused"/);
    socket.destroy();
  }
  assert.deepEqual(await askService(path, { command: "x", arguments: {} }), { kind: "done", value: 1 });
});

/** Keeps what it is told, in order. */
function listening(more: Partial<Telling> = {}): Telling & { readonly heard: unknown[] } {
  const heard: unknown[] = [];
  return {
    heard,
    line: async (text) => void heard.push(text),
    progress: (...step) => void heard.push(step),
    signal: silentTelling.signal,
    ...more,
  };
}

test("what a command tells comes before its answer, in order, whatever its signs", async (t) => {
  const path = await serving(t, async (_request, telling) => {
    await telling.line("first\u2028line\r");
    telling.progress("reading", 1, 2);
    await new Promise(setImmediate);
    telling.progress("reading", 2, undefined);
    await telling.line("");
    return { kind: "done", value: 1 };
  });
  const telling = listening();
  assert.deepEqual(await askService(path, { command: "x", arguments: {} }, telling), { kind: "done", value: 1 });
  assert.deepEqual(telling.heard, ["first\u2028line\r", ["reading", 1, 2], ["reading", 2, undefined], ""]);
});

test("a client that takes lines slowly holds the work back", async (t) => {
  let told = 0;
  const { promise: started, resolve: start } = Promise.withResolvers<void>();
  const { promise: may, resolve: go } = Promise.withResolvers<void>();
  const path = await serving(t, async (_request, telling) => {
    for (; told < 5000; told++) await telling.line("x".repeat(1000));
    return { kind: "done", value: told };
  });
  let taken = 0;
  const answer = askService(
    path,
    { command: "x", arguments: {} },
    listening({
      async line() {
        taken += 1;
        start();
        await may;
      },
    }),
  );
  await started;
  for (let turn = 0, before = -1; before !== told || turn < 50; turn++) {
    before = told;
    await new Promise(setImmediate);
  }
  assert.ok(told < 2500, `${told} lines wait`);
  go();
  assert.deepEqual(await answer, { kind: "done", value: 5000 });
  assert.equal(taken, 5000);
});

test("work is told when its client goes, and lines to nobody hold nothing back", async (t) => {
  const { promise: ended, resolve: end } = Promise.withResolvers<string>();
  const path = await serving(t, async (_request, telling) => {
    await telling.line("begun");
    await once(telling.signal, "abort");
    for (let n = 0; n < 1000; n++) await telling.line("x".repeat(10_000));
    end("ended");
    return { kind: "done", value: 1 };
  });
  const leaving = new AbortController();
  const telling = listening({ line: async () => leaving.abort(), signal: leaving.signal });
  await assert.rejects(askService(path, { command: "x", arguments: {} }, telling), { name: "HostError" });
  assert.equal(await ended, "ended");
});

test("a service that ends amid the news is told of by the sentence for that", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "altmail-control-"));
  const path = join(folder, "control");
  t.after(() => rmSync(folder, { recursive: true }));
  const server = await ControlServer.open(path, async (_request, telling) => {
    await telling.line("begun");
    await once(telling.signal, "abort");
    return { kind: "done", value: 1 };
  });
  const telling = listening({ line: () => server[Symbol.asyncDispose]() });
  await assert.rejects(askService(path, { command: "x", arguments: {} }, telling), /ended before it answered/);
});

test("a home with a path too long for a socket is refused with a sentence", () => {
  assert.throws(() => controlPath(`/${"long/".repeat(40)}`), { name: "HostError", message: /too long/ });
});
