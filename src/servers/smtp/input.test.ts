import assert from "node:assert/strict";
import { type Duplex, duplexPair } from "node:stream";
import { test } from "node:test";
import { FakeClock, turns } from "../../../test/world/fake-clock.ts";
import { Input } from "./input.ts";

type Setup = {
  readonly peer: Duplex;
  readonly stream: Duplex;
  readonly input: Input;
  readonly clock: FakeClock;
  readonly stop: AbortController;
};

function setup(maxLineBytes = 20): Setup {
  const [peer, stream] = duplexPair();
  const clock = new FakeClock("2026-06-01T12:00:00Z");
  const stop = new AbortController();
  return { peer, stream, clock, stop, input: new Input(stream, clock, stop.signal, maxLineBytes) };
}

const text = (octets: Uint8Array | string | undefined): string | undefined =>
  typeof octets === "object" ? Buffer.from(octets).toString("latin1") : octets;

/** All lines of `wire`, cut as given. */
async function lines(wire: string, ...cuts: readonly number[]): Promise<(string | undefined)[]> {
  const { peer, input, clock } = setup();
  const found: (string | undefined)[] = [];
  const places = [0, ...cuts, wire.length];
  for (let n = 1; n < places.length; n++) {
    const piece = wire.slice(places[n - 1], places[n]);
    if (piece === "") continue;
    peer.write(Buffer.from(piece, "latin1"));
    assert.equal(await input.more(clock.now() + 1000), "octets");
    for (let line = input.takeLine(); line !== undefined; line = input.takeLine()) found.push(text(line));
  }
  return found;
}

test("only CRLF ends a line, and a line that is too long is told once, cut at every octet", async () => {
  const wire = `a\r\n\r\nb\nc\rd\r\n${"x".repeat(20)}\r\n${"y".repeat(21)}\r\n${"z".repeat(90)}\r\nend\r\n`;
  const expected = ["a", "", "b\nc\rd", "x".repeat(20), "too-long", "too-long", "end"];
  for (let cut = 0; cut <= wire.length; cut++) assert.deepEqual(await lines(wire, cut), expected, `cut at ${cut}`);
  assert.deepEqual(await lines(wire, ...wire.split("").keys()), expected);
});

test("octets are taken as many as wanted and given back", async () => {
  const { peer, input, clock } = setup();
  peer.write("abcdefNOOP\r\n");
  await input.more(clock.now() + 1000);
  assert.equal(text(input.take(3)), "abc");
  const rest = input.take();
  input.giveBack(rest.subarray(3));
  assert.equal(text(input.takeLine()), "NOOP");
  assert.ok(input.isEmpty);
});

test("a wait ends by octets, time, the peer's end, or the service's stop", async () => {
  const late = setup();
  const waiting = late.input.more(late.clock.now() + 1000);
  await late.clock.advance(1000);
  assert.equal(await waiting, "timeout");

  const gone = setup();
  gone.peer.end("last");
  assert.equal(await gone.input.more(gone.clock.now() + 1000), "octets");
  assert.equal(await gone.input.more(gone.clock.now() + 1000), "gone");
  assert.equal(await gone.input.more(gone.clock.now() + 1000), "gone");

  const broken = setup();
  const interrupted = broken.input.more(broken.clock.now() + 1000);
  broken.stream.destroy(new Error("reset by the test"));
  assert.equal(await interrupted, "gone");

  const stopped = setup();
  const stopping = stopped.input.more(stopped.clock.now() + 1000);
  stopped.stop.abort();
  assert.equal(await stopping, "shutdown");
  assert.equal(await stopped.input.more(stopped.clock.now() + 1000), "shutdown");
});

test("a peer that sends while nobody reads is held up", async () => {
  const { peer, stream, input, clock } = setup();
  peer.write("a");
  assert.equal(await input.more(clock.now() + 1000), "octets");
  for (let n = 0; n < 100; n++) {
    peer.write(Buffer.alloc(10_000));
    await turns(1);
  }
  assert.ok(stream.isPaused());
  assert.ok(peer.writableLength + stream.readableLength > 900_000);
});
