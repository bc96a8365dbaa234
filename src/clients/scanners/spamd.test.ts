import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../../../test/world/fake-clock.ts";
import { hear, mail, message, openPeer, type Peer } from "./scanner-peer.fixture.ts";
import { createSpamd } from "./spamd.ts";

const clock = new FakeClock("2026-11-21T10:00:00Z");
const MAIL = message("Subject: hello\r\n\r\nhello\r\n");
const OK = "SPAMD/1.1 0 EX_OK\r\n";
const scored = (score: number): string => `${OK}Content-length: 3\r\nSpam: True ; ${score} / 5.0\r\n\r\nA,B`;

type Talk = { said: string; answer: string };
const openSpamd = (talk: Talk): Promise<Peer> =>
  openPeer((socket) => {
    hear(
      socket,
      (text) => text.endsWith("\r\n\r\nhello\r\n") || text.endsWith("mail server.\r\n"),
      (text) => {
        talk.said = text;
        socket.end(talk.answer);
      },
    );
  });

test("F3: spamd is told the message and nothing else, and our marks decide, not its own", async () => {
  const talk: Talk = { said: "", answer: "" };
  await using peer = await openSpamd(talk);
  const { scanner } = createSpamd({ place: peer.place, perUser: false, clock });
  const symbols = ["A", "B"].map((name) => ({ name, score: undefined }));
  const scan = (score: number) => {
    talk.answer = scored(score);
    return scanner.scan(mail(MAIL, { user: "person-1" }), { junk: 6, refuse: 12 });
  };
  assert.deepEqual(await scan(5.9), { kind: "clean", score: 5.9, symbols });
  assert.deepEqual(await scan(6), { kind: "spam", mark: "junk", score: 6, symbols });
  assert.deepEqual(await scan(12), { kind: "spam", mark: "refuse", score: 12, symbols });
  assert.equal(talk.said, "SYMBOLS SPAMC/1.5\r\nContent-length: 25\r\n\r\nSubject: hello\r\n\r\nhello\r\n");
});

test("only a spamd that keeps statistics for each person learns, and hears of whom, never by address", async () => {
  const talk: Talk = { said: "", answer: `${OK}DidSet: local\r\n\r\n\r\n` };
  await using peer = await openSpamd(talk);
  assert.equal(createSpamd({ place: peer.place, perUser: false, clock }).teacher, undefined);
  const { scanner, teacher } = createSpamd({ place: peer.place, perUser: true, clock });
  assert.ok(teacher !== undefined);
  assert.deepEqual(await teacher.learn(MAIL, "spam", "person-1"), { kind: "learned" });
  assert.match(
    talk.said,
    /^TELL SPAMC\/1\.5\r\nMessage-class: spam\r\nSet: local\r\nUser: person-1\r\nContent-length: 25\r\n\r\n/,
  );
  talk.answer = `${OK}\r\n\r\n`;
  assert.deepEqual(await teacher.learn(MAIL, "ham", "person-1"), { kind: "unchanged" });
  assert.match(talk.said, /\r\nMessage-class: ham\r\n/);
  talk.answer = "SPAMD/1.0 69 Service Unavailable\r\n";
  assert.deepEqual(await teacher.learn(MAIL, "ham", "person-1"), { kind: "unavailable", why: "failed" });
  talk.said = "";
  for (const user of ["bob@example.net", "a\r\nSet: remote", ""])
    assert.deepEqual(await teacher.learn(MAIL, "spam", user), { kind: "unavailable", why: "failed" });
  assert.equal(talk.said, "");
  talk.answer = scored(1);
  await scanner.scan(mail(MAIL, { user: "person-1" }), { junk: 6, refuse: undefined });
  assert.match(talk.said, /\r\nUser: person-1\r\n/);
});

test("an operator is told of spamd's version", async () => {
  const body = "X-Spam-Checker-Version: SpamAssassin 4.0.1 (2024-03-26) on host\r\n\r\n";
  const talk: Talk = { said: "", answer: `${OK}Content-length: ${body.length}\r\n\r\n${body}` };
  await using peer = await openSpamd(talk);
  const { scanner } = createSpamd({ place: peer.place, perUser: false, clock });
  assert.deepEqual(await scanner.status(), { kind: "alive", version: "4.0.1", findings: [] });
});
