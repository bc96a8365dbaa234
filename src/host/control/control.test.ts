import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { askService } from "./control-client.ts";
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

test("a home with a path too long for a socket is refused with a sentence", () => {
  assert.throws(() => controlPath(`/${"long/".repeat(40)}`), { name: "HostError", message: /too long/ });
});
