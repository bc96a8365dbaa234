import assert from "node:assert/strict";
import { Duplex } from "node:stream";
import { test } from "node:test";
import { FakeClock } from "../../../test/world/fake-clock.ts";
import { Output } from "./output.ts";

/** A stream whose peer reads only when told to. */
function slowStream(): { readonly stream: Duplex; readonly written: string[]; read(): void } {
  const written: string[] = [];
  let done: (() => void) | undefined;
  const stream = new Duplex({
    writableHighWaterMark: 10,
    read() {},
    write(chunk: Buffer, _encoding, callback) {
      written.push(chunk.toString());
      done = callback;
    },
  });
  return { stream, written, read: () => done?.() };
}

const clock = new FakeClock("2026-06-01T12:00:00Z");

test("what was said leaves in one write, and only once", () => {
  const { stream, written } = slowStream();
  const output = new Output(stream, clock, 1000);
  output.say("a");
  output.say("b");
  assert.equal(output.flush(), true);
  assert.equal(output.flush(), true);
  assert.deepEqual(written, ["ab"]);
});

test("a peer that does not read is waited for, but not for ever", async () => {
  const patient = slowStream();
  const output = new Output(patient.stream, clock, 1000);
  output.say("x".repeat(20));
  const waiting = output.flush();
  assert.equal(typeof waiting, "object");
  patient.read();
  assert.equal(await waiting, true);

  output.say("y".repeat(20));
  const late = output.flush();
  await clock.advance(1000);
  assert.equal(await late, false);
  assert.equal(patient.stream.listenerCount("drain"), 0);
});

test("a peer that is gone hears nothing more", async () => {
  const { stream } = slowStream();
  const output = new Output(stream, clock, 1000);
  output.say("z".repeat(20));
  const waiting = output.flush();
  stream.destroy();
  assert.equal(await waiting, false);
  output.say("more");
  assert.equal(output.flush(), false);
});
