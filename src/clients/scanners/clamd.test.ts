import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../../../test/world/fake-clock.ts";
import type { ContentSource } from "../../store/mail-store.ts";
import { createClamd } from "./clamd.ts";
import { hear, LargeMessage, message, openPeer } from "./scanner-peer.fixture.ts";

const clock = new FakeClock("2026-11-21T10:00:00Z");

/** What INSTREAM carries: undefined when its form is wrong. */
function unstream(text: string): string | undefined {
  const octets = Buffer.from(text, "latin1");
  if (!text.startsWith("zINSTREAM\0")) return undefined;
  let at = 10;
  let message = "";
  while (at + 4 <= octets.length) {
    const length = octets.readUInt32BE(at);
    at += 4;
    if (length === 0) return at === octets.length ? message : undefined;
    message += octets.toString("latin1", at, at + length);
    at += length;
  }
  return undefined;
}

test("F3: a message reaches clamd in chunks, octet by octet as it is", async () => {
  let heard: string | undefined;
  await using peer = await openPeer((socket) => {
    hear(
      socket,
      (text) => text.endsWith("\0\0\0\0"),
      (text) => {
        heard = unstream(text);
        socket.end("stream: A.Virus FOUND\0");
      },
    );
  });
  const scanner = createClamd({ place: peer.place, clock });
  const octets = Array.from({ length: 300_000 }, (_, n) => String.fromCharCode((n % 255) + 1)).join("");
  for (const content of [message(octets), message("x"), message("")] satisfies ContentSource[]) {
    assert.deepEqual(await scanner.scan(content), { kind: "virus", name: "A.Virus" });
    assert.equal(heard, content.bytes === undefined ? "" : Buffer.from(content.bytes).toString("latin1"));
  }
});

test("F3: what clamd says before it has heard all counts: its limit makes a message unscanned, not clean", async () => {
  await using peer = await openPeer((socket) => {
    let octets = 0;
    socket.on("data", (piece: Buffer) => {
      octets += piece.length;
      if (octets < 100_000 || socket.writableEnded) return;
      socket.pause();
      socket.end("INSTREAM size limit exceeded. ERROR\0");
    });
  });
  const scanner = createClamd({ place: peer.place, clock });
  const large = new LargeMessage(20_000_000);
  assert.deepEqual(await scanner.scan(large), { kind: "unscanned", why: "too-large" });
  assert.ok(large.pulled < 10_000_000 && large.isReleased);
});

test("an operator is told of clamd's version and of signatures that are missing or old", async () => {
  let version = "";
  await using peer = await openPeer((socket) => {
    hear(
      socket,
      (text) => text === "zVERSION\0",
      () => void socket.end(`${version}\0`),
    );
  });
  const status = async (): Promise<string> => {
    const { kind, findings } = await createClamd({ place: peer.place, clock }).status();
    return `${kind}: ${findings.join(" ")}`;
  };
  version = "ClamAV 1.4.6/27400/Sat Nov 21 06:00:00 2026";
  assert.equal(await status(), "alive: ");
  version = "ClamAV 1.4.6/27400/Sat Nov  7 06:00:00 2026";
  assert.match(await status(), /^alive: .*14 days old/);
  version = "ClamAV 1.4.6";
  assert.match(await status(), /^alive: .*no signatures/);
  version = "something else";
  assert.equal(await status(), "unavailable: ");
});

test("an operator is told that mail to a scanner elsewhere crosses the net in the clear", async () => {
  const signal = AbortSignal.abort();
  const place = { kind: "port", host: "scanner.example", port: 3310 } as const;
  const status = await createClamd({ place, clock, signal }).status();
  assert.match(status.findings[0] ?? "", /unencrypted/);
});
