/** Scanners that are dead, slow, wrong or die: for every kind of client a value comes out, in time, and memory is bounded. */
import assert from "node:assert/strict";
import { once } from "node:events";
import type { Socket } from "node:net";
import { test } from "node:test";
import { FakeClock, turns } from "../../../test/world/fake-clock.ts";
import type { Clock } from "../../host/clock.ts";
import type { ContentSource } from "../../store/mail-store.ts";
import { createClamd } from "./clamd.ts";
import { clamdLimits, rspamdLimits, type ScannerLimits, spamdLimits } from "./limits.ts";
import type { Place } from "./place.ts";
import { createRspamd } from "./rspamd.ts";
import { hear, LargeMessage, mail, message, openPeer } from "./scanner-peer.fixture.ts";
import { createSpamd } from "./spamd.ts";

const MARKS = { junk: 5, refuse: 15 };
const MiB = 1024 * 1024;
const START = "2026-11-21T10:00:00Z";

type Options = {
  readonly place: Place;
  readonly clock: Clock;
  readonly limits: ScannerLimits;
  readonly signal?: AbortSignal;
};
type Kind = {
  readonly name: string;
  readonly limits: ScannerLimits;
  readonly scan: (options: Options) => (content: ContentSource) => Promise<{ readonly kind: string }>;
  /** An answer that says that all is well. */
  readonly clean: string;
};

const BODY = '{"score":0.5,"required_score":15,"action":"no action","symbols":{}}';
const KINDS: readonly Kind[] = [
  {
    name: "clamd",
    limits: clamdLimits,
    scan: (options) => {
      const scanner = createClamd(options);
      return (content) => scanner.scan(content);
    },
    clean: "stream: OK\0",
  },
  {
    name: "spamd",
    limits: spamdLimits,
    scan: (options) => {
      const { scanner } = createSpamd({ ...options, perUser: false });
      return (content) => scanner.scan(mail(content), MARKS);
    },
    clean: "SPAMD/1.1 0 EX_OK\r\nContent-length: 4\r\nSpam: False ; 0.5 / 5.0\r\n\r\nNONE",
  },
  {
    name: "rspamd",
    limits: rspamdLimits,
    scan: (options) => {
      const { scanner } = createRspamd({ ...options, perUser: false });
      return (content) => scanner.scan(mail(content), MARKS);
    },
    clean: `HTTP/1.1 200 OK\r\nConnection: close\r\nServer: rspamd/3.4\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`,
  },
];

const MAIL = message("Subject: hello\r\n\r\nhello\r\n");
const isHeard = (text: string): boolean => text.includes("hello\r\n\r\nhello\r\n");

for (const { name, limits, scan, clean } of KINDS) {
  const with_ = (place: Place, clock: Clock, more: Partial<ScannerLimits> = {}, signal?: AbortSignal) =>
    scan({ place, clock, limits: { ...limits, ...more }, ...(signal === undefined ? {} : { signal }) });
  const clock = (): FakeClock => new FakeClock(START);

  for (const place of ["socket", "port"] as const)
    test(`${name} on a ${place} answers, whole or in single octets`, async () => {
      let isSlow = false;
      const drip = async (socket: Socket): Promise<void> => {
        for (const sign of clean) {
          socket.write(sign, "latin1");
          await turns(1);
        }
        socket.end();
      };
      await using peer = await openPeer((socket) => {
        hear(socket, isHeard, () => void (isSlow ? drip(socket) : socket.end(clean, "latin1")));
      }, place);
      const one = with_(peer.place, clock());
      assert.equal((await one(MAIL)).kind, "clean");
      isSlow = true;
      assert.equal((await one(MAIL)).kind, "clean");
    });

  test(`${name} that is not there is unreachable`, async () => {
    const nowhere: Place = { kind: "socket", path: "/nonexistent/scanner" };
    assert.deepEqual(await with_(nowhere, clock())(MAIL), { kind: "unavailable", why: "unreachable" });
    const peer = await openPeer(() => {}, "port");
    await peer[Symbol.asyncDispose]();
    assert.deepEqual(await with_(peer.place, clock())(MAIL), { kind: "unavailable", why: "unreachable" });
  });

  test(`${name} that says nothing is given up at the deadline`, async () => {
    const time = clock();
    await using peer = await openPeer((socket) => hear(socket, isHeard, () => heard.resolve()));
    const heard = Promise.withResolvers<void>();
    const verdict = with_(peer.place, time)(MAIL);
    await heard.promise;
    let isOver = false;
    void verdict.then(() => (isOver = true));
    await time.advance(limits.timeoutMs - 1);
    assert.equal(isOver, false);
    await time.advance(1);
    assert.deepEqual(await verdict, { kind: "unavailable", why: "timeout" });
  });

  test(`${name} that stops in its answer is no verdict, wherever it stops`, async () => {
    let length = 0;
    await using peer = await openPeer((socket) => {
      hear(socket, isHeard, () => void socket.end(clean.slice(0, length), "latin1"));
    });
    const one = with_(peer.place, clock());
    for (length = 0; length < clean.length; length++)
      assert.deepEqual(await one(MAIL), { kind: "unavailable", why: "closed" }, JSON.stringify(clean.slice(0, length)));
  });

  test(`${name} that dies in the middle of a message is no verdict, and the message is let go`, async () => {
    await using peer = await openPeer((socket) => {
      let octets = 0;
      socket.on("data", (piece: Buffer) => {
        octets += piece.length;
        if (octets > 200_000) socket.resetAndDestroy();
      });
    }, "port");
    const large = new LargeMessage(limits.maxMessageBytes);
    assert.deepEqual(await with_(peer.place, clock())(large), { kind: "unavailable", why: "closed" });
    assert.ok(large.isReleased);
  });

  test(`${name} that talks nonsense, or too much, is no verdict`, async () => {
    let nonsense = "";
    await using peer = await openPeer((socket) => hear(socket, isHeard, () => void socket.end(nonsense, "latin1")));
    const one = with_(peer.place, clock(), { maxAnswerBytes: 1000 });
    const long = `HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n${"x".repeat(5000)}`;
    for (nonsense of ["220 mail.example.org ESMTP\r\n", "\0\0\0\0", "x".repeat(100_000), long])
      assert.deepEqual(await one(MAIL), { kind: "unavailable", why: "garbled" }, nonsense.slice(0, 40));
  });

  test(`${name} that never ends its answer does not fill memory`, async () => {
    const time = clock();
    await using peer = await openPeer((socket) => {
      const pour = (): void => {
        while (!socket.destroyed && socket.write("HTTP/1.1 200 OK\r\n\r\n".repeat(1000)));
      };
      socket.on("drain", pour);
      hear(socket, isHeard, pour);
    });
    assert.deepEqual(await with_(peer.place, time)(MAIL), { kind: "unavailable", why: "garbled" });
  });

  test(`${name} that does not read holds no more than some pieces of a message`, async () => {
    const time = clock();
    await using peer = await openPeer((socket) => socket.pause());
    const large = new LargeMessage(25 * MiB);
    const verdict = with_(peer.place, time, { maxMessageBytes: 25 * MiB })(large);
    let before = -1;
    while (large.pulled !== before || before <= 0) {
      before = large.pulled;
      await turns(50);
    }
    assert.ok(large.pulled < 2 * MiB, `${large.pulled} octets were read`);
    await time.advance(limits.timeoutMs);
    assert.deepEqual(await verdict, { kind: "unavailable", why: "timeout" });
    assert.ok(large.isReleased);
  });

  test(`a message too large for ${name} is unscanned, and nothing of it is read`, async () => {
    await using peer = await openPeer(() => {});
    const large = new LargeMessage(limits.maxMessageBytes + 1);
    assert.deepEqual(await with_(peer.place, clock())(large), { kind: "unscanned", why: "too-large" });
    assert.equal(large.pulled, 0);
    assert.equal(peer.sockets.length, 0);
  });

  test(`a message that cannot be read never reaches ${name} as a whole one`, async () => {
    let heard = 0;
    await using peer = await openPeer((socket) => {
      socket.on("data", (octets: Buffer) => (heard += octets.length));
      socket.on("end", () => void socket.end(clean, "latin1"));
    });
    const one = with_(peer.place, clock());
    const unreadable = { kind: "unavailable", why: "unreadable" };
    assert.deepEqual(await one(new LargeMessage(400_000, 200_000)), unreadable);
    const text = Buffer.from("Subject: hello\r\n\r\nhello\r\n");
    for (const size of [text.length - 1, text.length + 1])
      assert.deepEqual(await one({ ...MAIL, size, bytes: text }), unreadable);
    assert.ok(heard < 400_000);
  });

  test(`${name} gets so many messages at a time, and the others wait or are told that it is busy`, async () => {
    const time = clock();
    const sockets: Socket[] = [];
    await using peer = await openPeer((socket) => hear(socket, isHeard, () => void sockets.push(socket)));
    const heard = async (count: number): Promise<void> => {
      while (sockets.length < count) await turns(1);
    };
    const one = with_(peer.place, time, { maxAtOnce: 2, maxWaiting: 2 });
    const verdicts = [one(MAIL), one(MAIL), one(MAIL), one(MAIL)];
    assert.deepEqual(await one(MAIL), { kind: "unavailable", why: "busy" });
    await heard(2);
    await turns(5);
    assert.equal(peer.sockets.length, 2);
    sockets[0]?.end(clean, "latin1");
    assert.equal((await verdicts[0])?.kind, "clean");
    await heard(3);
    sockets[1]?.end(clean, "latin1");
    await heard(4);
    await time.advance(limits.timeoutMs);
    const kinds = (await Promise.all(verdicts)).map(({ kind }) => kind);
    assert.deepEqual(kinds, ["clean", "clean", "unavailable", "unavailable"]);
    const again = one(MAIL);
    await heard(5);
    sockets[4]?.end(clean, "latin1");
    assert.equal((await again).kind, "clean");
  });

  test(`the end of the service ends the conversation with ${name}`, async () => {
    const ending = new AbortController();
    const heard = Promise.withResolvers<Socket>();
    await using peer = await openPeer((socket) => hear(socket, isHeard, () => heard.resolve(socket)));
    const one = with_(peer.place, clock(), {}, ending.signal);
    const verdict = one(MAIL);
    const socket = await heard.promise;
    const closed = once(socket, "close");
    ending.abort();
    assert.deepEqual(await verdict, { kind: "unavailable", why: "shutdown" });
    socket.end();
    await closed;
    assert.deepEqual(await one(MAIL), { kind: "unavailable", why: "shutdown" });
  });
}
