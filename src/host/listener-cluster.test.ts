import assert from "node:assert/strict";
import cluster, { type Worker } from "node:cluster";
import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import { test } from "node:test";

async function start(): Promise<{ readonly worker: Worker; readonly port: number }> {
  const worker = cluster.fork();
  const [message] = (await once(worker, "message")) as [{ port: number }];
  return { worker, port: message.port };
}

async function ask(port: number): Promise<number> {
  const socket = connect({ host: "127.0.0.1", port });
  let text = "";
  for await (const part of socket as AsyncIterable<Buffer>) text += part.toString();
  return Number(text);
}

test("workers of a cluster share one port; when one is killed the others go on serving it", async () => {
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  cluster.setupPrimary({ exec: join(import.meta.dirname, "listener-worker.fixture.ts"), execArgv: [], silent: false });
  const [first, second] = await Promise.all([start(), start()]);
  assert.equal(first.port, second.port);
  const pids = new Set([first.worker.process.pid, second.worker.process.pid]);
  const answers = await Promise.all(Array.from({ length: 40 }, () => ask(first.port)));
  for (const pid of answers) assert.ok(pids.has(pid));
  const dead = once(first.worker, "exit");
  first.worker.process.kill("SIGKILL");
  await dead;
  assert.equal(await ask(second.port), second.worker.process.pid);
  const ended = once(second.worker, "exit");
  second.worker.send("close");
  await ended;
  await assert.rejects(ask(second.port));
});
