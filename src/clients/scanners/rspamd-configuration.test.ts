import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../../../test/world/fake-clock.ts";
import { createReadConfiguration } from "./rspamd-configuration.ts";

const clock = new FakeClock("2026-11-21T10:00:00Z");
const read = (program: string, ...more: readonly string[]): Promise<Uint8Array | undefined> =>
  createReadConfiguration({ clock, program, more })();

test("the program's words are the configuration, when it ends well", async () => {
  assert.equal(Buffer.from((await read("echo", "-n")) ?? []).toString(), "configdump -C");
  assert.equal(await read("false"), undefined);
  assert.equal(await read("/nonexistent/rspamadm"), undefined);
});

test("a program that does not end is ended", async () => {
  const configuration = read(process.execPath, "--eval", "setInterval(() => {}, 1000)", "--");
  await clock.advance(30_000);
  assert.equal(await configuration, undefined);
});
