import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock, turns } from "../../../test/world/fake-clock.ts";
import { smtpClientLimits } from "./limits.ts";
import { type Script, startPeer } from "./peer.fixture.ts";
import { Wire } from "./wire.ts";

const MOST_BYTES = 10_000;

async function open(port: number): Promise<Wire> {
  const clock = new FakeClock("2026-11-21T12:00:00Z");
  const limits = { ...smtpClientLimits, maxUnreadBytes: MOST_BYTES };
  const to = { address: "127.0.0.1", port, localAddress: undefined };
  const wire = await Wire.open(to, { clock, limits, signal: undefined });
  assert.ok(!("kind" in wire));
  return wire;
}

/** What is heard, reply by reply, of a host that has said all that it says before anybody listened. */
async function heardOf(script: Script): Promise<readonly string[]> {
  await using peer = await startPeer(script);
  const wire = await open(peer.port);
  for (let n = 0; n < 10_000 && wire.loss === undefined; n++) await turns(1);
  const heard: string[] = [];
  if (wire.loss === undefined) wire.lose("shutdown");
  for (;;) {
    const next = await wire.hear(1);
    if (next.kind === "lost") return [...heard, next.why];
    heard.push(String(next.reply.code));
  }
}

test("a host that says large things unasked is not listened to, and what it said is not kept", async () => {
  const large = `250 ${"x".repeat(1000)}`;
  const talks: Script = async (p) => {
    p.say("220 ready", ...Array.from({ length: 20 }, () => large));
    await p.rest();
  };
  // The first may be the answer to what we said.
  assert.deepEqual(await heardOf(talks), ["220", "not-smtp"]);
});

test("what a host said before it closed is heard to its end", async () => {
  const closes: Script = async (p) => {
    p.say("250 one", "550 two", "421 three");
    p.close();
  };
  assert.deepEqual(await heardOf(closes), ["250", "550", "421", "closed"]);
});

test("replies that are heard count no more, however much a host has to say", async () => {
  const reply = Array.from({ length: 6 }, (_, n) => `250${n === 5 ? " " : "-"}${"x".repeat(1000)}`);
  await using peer = await startPeer(async (p) => {
    for (let n = 0; n < 5; n++) {
      await p.line();
      p.say(...reply);
    }
    p.close();
  });
  const wire = await open(peer.port);
  const heard: string[] = [];
  for (let n = 0; n < 5; n++) {
    wire.write("NOOP\r\n");
    heard.push((await wire.hear(1)).kind);
  }
  assert.deepEqual(heard, Array<string>(5).fill("reply"));
  wire.lose("closed");
});
