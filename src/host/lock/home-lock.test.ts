import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { lockHome } from "./home-lock.ts";

const fixture = fileURLToPath(new URL("./home-lock.fixture.ts", import.meta.url));

test("a second process is refused with the first one's pid; a killed one leaves no lock behind", {
  timeout: 20_000,
}, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "altmail-lock-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const holder = fork(fixture, [folder]);
  await once(holder, "message");
  assert.throws(() => lockHome(folder), {
    name: "HostError",
    message: new RegExp(`another altmail runs with this home \\(pid ${holder.pid}\\)`),
  });
  const gone = once(holder, "exit");
  holder.kill("SIGKILL");
  await gone;
  using lock = lockHome(folder);
  assert.ok(lock);
});

test("the lock is free again once disposed, and its folder is the owner's alone", (t) => {
  const parent = mkdtempSync(join(tmpdir(), "altmail-lock-"));
  t.after(() => rmSync(parent, { recursive: true }));
  const folder = join(parent, "run");
  lockHome(folder)[Symbol.dispose]();
  lockHome(folder)[Symbol.dispose]();
  assert.equal(statSync(folder).mode & 0o777, 0o700);
});
