/**
 * Strangers at port 25 of the real service: smuggled messages, slow senders, floods, guessed names. Every host of the
 * test has an address of its own on loopback, and is counted as a host of the world is.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { HOUR, SECOND } from "../../src/host/clock.ts";
import { peerLimits } from "../../src/service/peer-limits/limits.ts";
import { ImapClient } from "../clients/imap-client.ts";
import { DOMAIN, type Lab, PASSWORD } from "./lab.ts";
import { need } from "./program.ts";
import { ClockHand } from "./world/clock-hand.ts";
import { Inbox } from "./world/inbox.ts";
import { startForStrangers } from "./world/stranger-service.ts";
import { Stranger } from "./world/stranger.ts";
import { until } from "./world/until.ts";

const KNOWN = `u1@${DOMAIN}`;
const OTHER = `u2@${DOMAIN}`;
const BOB = "bob@example.net";
/** Within which mail of others comes through while somebody floods. */
const AT_ONCE_MS = 5 * SECOND;

const DRIP_MS = 20;

const letter = (subject: string): string => `From: ${BOB}\r\nSubject: ${subject}\r\n\r\nA few words.\r\n`;

/** Delivers as somebody who has done nothing bad, sees it arrive, and says how long that took. */
async function delivers({ smtpPort, imapPort }: Lab, from: string, to: string, subject: string): Promise<number> {
  const start = performance.now();
  using host = await Stranger.greeted({ port: smtpPort, from });
  const reply = await host.send(BOB, to, letter(subject));
  assert.match(reply, /^250 /);
  using inbox = await Inbox.open(imapPort, to);
  await inbox.arrived(`Subject: ${subject}\r\n`);
  return performance.now() - start;
}

/** What may stand where laxer servers see the end of a message (published 2023 and later), and near relatives. */
const ENDS: readonly string[] = [
  "\n.\n",
  "\n.\r\n",
  "\r\n.\n",
  "\r.\r",
  "\r.\r\n",
  "\r\n.\r",
  "\r.\n",
  "\n.\r",
  "\n\n.\r\n",
  "\r\r\n.\r\r\n",
  "\r\n.\r\r\n",
  "\n\r.\r\n",
  "\r\n\0.\r\n",
  "\r\n.\0\r\n",
  "\r\n.\r\0\n",
  "\r\n.\0\n",
  "\r\n..\r\n",
  "\r\n. \r\n",
  "\r\n.\t\r\n",
  "\r\n.\v\r\n",
  "\r\n\u0085.\u0085\r\n",
  "\u2028.\u2028",
];
/** Of these no octet is wrong, but they are no end either; what they are part of is taken as the one message it is. */
const HARMLESS = new Set(ENDS.filter((end) => !/(?<!\r)\n|\r(?!\n)/.test(end)));

test("smuggling: no variant makes two messages; it is refused, or stays within the one", async () => {
  await using lab = await startForStrangers();
  const carried: string[] = [];
  for (const [n, end] of ENDS.entries())
    for (const way of ["whole", "octets"]) {
      using host = await Stranger.greeted({ port: lab.smtpPort, from: `127.0.${way === "whole" ? 1 : 2}.${n + 1}` });
      const name = `variant ${n} ${way}`;
      await host.begin(BOB, KNOWN);
      const smuggled = `MAIL FROM:<boss@${DOMAIN}>\r\nRCPT TO:<${OTHER}>\r\nDATA\r\n${letter(`smuggled by ${name}`)}`;
      const octets = Buffer.from(`${letter(name)}above${end}${smuggled}\r\n.\r\nNOOP\r\n`).toString("latin1");
      for (const part of way === "whole" ? [octets] : octets) host.write(part);
      const said = await host.reply();
      assert.match(said, HARMLESS.has(end) ? /^250 2\.0\.0 Accepted/ : /^550 5\.6\.11 /, JSON.stringify(end));
      assert.equal(await host.reply(), "250 2.0.0 Nothing done", `one reply to one message: ${JSON.stringify(end)}`);
      if (HARMLESS.has(end)) carried.push(name);
    }
  using inbox = await Inbox.open(lab.imapPort, KNOWN);
  const mails = await inbox.messages();
  assert.deepEqual(
    mails.map((mail) => /^Subject: (variant .*)\r$/m.exec(mail)?.[1]),
    carried,
  );
  for (const mail of mails) assert.match(mail, /above[^]*MAIL FROM:<boss@[^]*Subject: smuggled/, "all of it, as text");
  using other = await Inbox.open(lab.imapPort, OTHER);
  assert.deepEqual(await other.messages(), []);
});

test("slow senders: a message that drips ends at its bound, and others are served meanwhile", async (context) => {
  if (!need(context, "faketime")) return;
  using clock = new ClockHand("all waits");
  await using lab = await startForStrangers({ under: clock.under });
  const { open } = peerLimits.host;
  const place = { port: lab.smtpPort, from: "127.0.1.1" };
  const slow = await Promise.all(Array.from({ length: open }, () => Stranger.greeted(place)));
  using more = Stranger.open(place);
  await more.expect("421");
  for (const each of slow) await each.begin(BOB, KNOWN);
  const dripping = setInterval(() => {
    for (const each of slow) each.write("x");
  }, DRIP_MS);
  try {
    const took = await delivers(lab, "127.0.2.1", KNOWN, "while others drip");
    assert.ok(took < AT_ONCE_MS, `${took} ms`);
    clock.forward(HOUR);
    const farewells = await Promise.all(slow.map((each) => each.reply()));
    assert.deepEqual(
      farewells,
      slow.map(() => "421 4.4.2 Waited too long; closing"),
    );
  } finally {
    clearInterval(dripping);
    for (const each of slow) each[Symbol.dispose]();
  }
  using again = await Stranger.greeted(place);
  assert.match(await again.send(BOB, KNOWN, letter("in its time")), /^250 /);
  using inbox = await Inbox.open(lab.imapPort, KNOWN);
  assert.equal((await inbox.messages()).length, 2, "of what dripped nothing was taken");
});

test("A1: while one host floods port 25 and is told to come again, others deliver and holders read", async () => {
  await using lab = await startForStrangers();
  using reader = await ImapClient.open(lab.imapPort, OTHER, PASSWORD);
  await reader.command("SELECT INBOX");
  const over = new AbortController();
  const answers = new Map<string, number>();
  const knock = async (): Promise<void> => {
    while (!over.signal.aborted) {
      using host = Stranger.open({ port: lab.smtpPort, from: "127.0.1.5" });
      const greeting = await host.reply().catch(() => "gone");
      const [, what = greeting] = /^(?:220|421) \S+ (.*?)(?:; .*)?$/.exec(greeting) ?? [];
      answers.set(what, (answers.get(what) ?? 0) + 1);
    }
  };
  const bomb = async (): Promise<readonly string[]> => {
    using host = await Stranger.greeted({ port: lab.smtpPort, from: "127.0.1.6" });
    for (let n = 0; ; n++) {
      await host.ask(`MAIL FROM:<${BOB}>`, "250");
      const rcpt = await host.ask(`RCPT TO:<${KNOWN}>`);
      if (!rcpt.startsWith("250")) return [String(n), rcpt, await host.ask(`RCPT TO:<${OTHER}>`)];
      await host.ask("DATA", "354");
      host.write(`${letter(`bomb ${n}`)}.\r\n`);
      await host.expect("250");
    }
  };
  const flood = Promise.all([bomb(), ...Array.from({ length: 8 }, knock)]);
  try {
    for (let n = 0; n < 5; n++) {
      const took = await delivers(lab, `127.0.2.${n + 1}`, OTHER, `amid the flood ${n}`);
      assert.ok(took < AT_ONCE_MS, `mail of others took ${took} ms`);
      const start = performance.now();
      await reader.command("UID FETCH 1:* (FLAGS BODY.PEEK[])");
      assert.ok(performance.now() - start < AT_ONCE_MS);
    }
    await until("the flood is stemmed", () => (answers.get("Too many connections from your network") ?? 0) > 1000);
  } finally {
    over.abort();
  }
  const [[taken, refusal, neighbour]] = await flood;
  assert.equal(Number(taken), peerLimits.recipientFromNetwork);
  assert.match(refusal ?? "", /^450 4\.2\.0 The recipient gets too much mail just now; try again in \d+ minutes$/);
  assert.match(neighbour ?? "", /^250 /, "the bound is of one recipient");
  assert.ok((answers.get("ESMTP") ?? 0) <= 2 * peerLimits.host.connections.most, JSON.stringify([...answers]));
  assert.ok((await delivers(lab, "127.0.2.9", KNOWN, "to the one that was bombed")) < AT_ONCE_MS);
});

const GUESSES = 10_000;
/** The heap of Node grows to some 115 MB above its rest under any traffic, and then stands still (measured: 50,000 guesses). */
const MOST_GROWTH_BYTES = 128 * 1024 * 1024;

function workerBytes(lab: Lab): number {
  const [worker] = lab.pids().workers;
  const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${worker}/status`, "utf8")) ?? [];
  return Number(kib) * 1024;
}

test("10,000 guessed recipients: answered later and later, then not at all, and others notice nothing", async () => {
  await using lab = await startForStrangers();
  const port = lab.smtpPort;

  using tarpitted = await Stranger.greeted({ port, from: "127.0.3.1" });
  await tarpitted.ask(`MAIL FROM:<${BOB}>`, "250");
  const waits: number[] = [];
  for (let n = 0; n < 12; n++) {
    const start = performance.now();
    await tarpitted.ask(`RCPT TO:<guess${n}@${DOMAIN}>`, "550");
    waits.push(performance.now() - start);
  }
  const { stepMs, from } = peerLimits.tarpit;
  const free = Math.floor(peerLimits.host.unknown.most * from);
  for (const [n, wait] of waits.entries())
    assert.ok(wait >= (n - free) * stepMs - 1, `answer ${n} came after ${wait} ms`);
  assert.ok(waits.slice(0, free).every((wait) => wait < SECOND));

  const asked: Stranger[] = [];
  for (const name of [KNOWN, `nobody@${DOMAIN}`]) {
    const host = await Stranger.greeted({ port, from: `127.0.1.${200 + asked.length}` });
    await host.ask(`MAIL FROM:<${name}>`, "250");
    asked.push(host);
  }
  const before = workerBytes(lab);
  let guesses = 0;
  let told = 0;
  const guess = async (): Promise<void> => {
    while (guesses < GUESSES) {
      using host = Stranger.open({ port, from: `127.0.1.${1 + (guesses % 199)}` });
      const greeting = await host.reply();
      guesses++;
      if (greeting.startsWith("421")) continue;
      await host.ask("EHLO guesser.example", "250");
      await host.ask(`MAIL FROM:<${BOB}>`, "250");
      for (let n = 0; n < free; n++) {
        const reply = await host.ask(`RCPT TO:<guess${guesses++}@${DOMAIN}>`);
        if (reply.startsWith("421")) break;
        told++;
      }
    }
  };
  const guessing = Promise.all(Array.from({ length: 10 }, guess));
  const took = await delivers(lab, "127.0.2.7", KNOWN, "from somebody else");
  assert.ok(took < AT_ONCE_MS, `${took} ms`);
  await guessing;
  assert.ok(told <= peerLimits.network.unknown.most, `${told} guesses were answered`);
  const grown = workerBytes(lab) - before;
  assert.ok(grown < MOST_GROWTH_BYTES, `the worker grew by ${Math.round(grown / 1024)} KiB`);

  const replies = await Promise.all(
    asked.map((host, n) => host.ask(`RCPT TO:<${n === 0 ? KNOWN : `nobody@${DOMAIN}`}>`)),
  );
  assert.match(replies[0] ?? "", /^421 4\.7\.0 Too many recipients from your network that do not exist here/);
  assert.equal(replies[0], replies[1], "who has guessed too often is not told who exists");
  using unknown = Stranger.open({ port, from: "127.0.1.250" });
  assert.match(await unknown.rest(), /^421 \S+ Too many recipients/);
  for (const host of asked) host[Symbol.dispose]();
});
