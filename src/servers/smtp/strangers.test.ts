/** How a session keeps the limits on strangers: what it asks, how it waits, what it says and notes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { turns } from "../../../test/world/fake-clock.ts";
import { SECOND } from "../../host/clock.ts";
import { limitReply } from "../../service/peer-limits/limit-replies.ts";
import { freeVisit, type PeerGate, type PeerVerdict, type Visit } from "../../service/peer-limits/peer-limits.ts";
import { idOf, Peer } from "./peer.fixture.ts";

const delay: PeerVerdict = { kind: "delay", delayMs: 10 * SECOND };
const refuse = (limit: "messages" | "open" | "recipient", scope: "host" | "recipient" = "host"): PeerVerdict => ({
  kind: "refuse",
  limit,
  scope,
  waitMs: SECOND,
  reply: limitReply(limit, SECOND),
});

/** A gate that says what a test wants, and notes what it is told. */
class Gate implements PeerGate {
  readonly told: unknown[] = [];
  open = 0;
  readonly #verdicts: Partial<Record<"admission" | "atMail" | "atRecipient" | "atBadCommand", PeerVerdict>>;

  constructor(verdicts: Partial<Record<"admission" | "atMail" | "atRecipient" | "atBadCommand", PeerVerdict>> = {}) {
    this.#verdicts = verdicts;
  }

  atConnect(address: string): Visit {
    this.open++;
    const { admission = freeVisit.admission } = this.#verdicts;
    const say = (at: "atMail" | "atRecipient" | "atBadCommand", ...told: readonly unknown[]): PeerVerdict => {
      this.told.push([at, ...told]);
      return this.#verdicts[at] ?? { kind: "go" };
    };
    this.told.push(["atConnect", address]);
    return {
      admission,
      atMail: () => say("atMail"),
      atRecipient: (found) => say("atRecipient", found),
      atBadCommand: () => say("atBadCommand"),
      atMessage: (bytes, takenFor) => void this.told.push(["atMessage", bytes, takenFor]),
      ended: () => void this.open--,
    };
  }
}

/** A peer that has guessed a name, and is kept waiting for the answer with a megabyte behind it. */
async function waiting(): Promise<{ readonly peer: Peer; readonly gate: Gate }> {
  const gate = new Gate({ atRecipient: delay });
  const peer = await Peer.ready({ gate });
  peer.send(`MAIL FROM:<>\r\nRCPT TO:<n1@example.test>\r\n`);
  // What was said before is not kept from it.
  await peer.expect(/^250 2\.1\.0 [^\r]*\r\n$/);
  peer.send("NOOP\r\n".repeat(10));
  await turns(5);
  return { peer, gate };
}

test("a tarpit reads nothing, says nothing, and goes on where it stood", async () => {
  const { peer } = await waiting();
  await using _ = peer;
  for (let n = 0; n < 100; n++) peer.send("x".repeat(10_000));
  await peer.clock.advance(10 * SECOND - 1);
  assert.equal(peer.received, peer.heard, "nothing was said meanwhile");
  assert.ok(peer.unread > 800_000, `of a megabyte ${peer.unread} octets are still with the peer`);
  await peer.clock.advance(1);
  await peer.expect(/^550 5\.1\.1 [^\r]*\r\n(250 2\.0\.0 Nothing done\r\n){10}$/);
});

test("who is gone is not waited for, nor does the wait outlive the service", async () => {
  const gone = await waiting();
  gone.peer.vanish();
  await gone.peer.closed;
  assert.equal(gone.gate.open, 0);
  const stopped = await waiting();
  stopped.peer.stop.abort();
  await stopped.peer.expect(/^550 5\.1\.1 [^\r]*\r\n421 4\.3\.2 /);
  await stopped.peer.closed;
  assert.equal(stopped.gate.open, 0);
  for (const { peer } of [gone, stopped]) await peer[Symbol.asyncDispose]();
});

test("who closes its side behind pipelined commands waits for each answer all the same", async () => {
  const { peer } = await waiting();
  await using _ = peer;
  peer.end();
  await peer.clock.advance(10 * SECOND - 1);
  assert.equal(peer.received, peer.heard);
  await peer.clock.advance(1);
  await peer.expect(/^550 5\.1\.1 [^\r]*\r\n(250 2\.0\.0 Nothing done\r\n){10}$/);
  await peer.closed;
});

test("the gate is told of real recipients, of every message and of bad commands, and when the visit ends", async () => {
  const gate = new Gate();
  await using peer = await Peer.ready({ gate });
  peer.send(
    "MAIL FROM:<>\r\nRCPT TO:<u1@example.test>\r\nRCPT TO:<u1+tag@example.test>\r\nRCPT TO:<nobody@example.test>\r\nDATA\r\n",
  );
  await peer.expect(/354 /);
  peer.send("\r\n.\r\nHALLO\r\nMAIL FROM:<>\r\nRCPT u2@example.test\r\nRCPT TO:<u2@example.test>\r\nDATA\r\n");
  await peer.expect(/354 /);
  assert.equal(gate.open, 1);
  peer.send("broken off");
  await turns(5);
  peer.vanish();
  await peer.closed;
  assert.equal(gate.open, 0);
  assert.deepEqual(gate.told, [
    ["atConnect", "192.0.2.7"],
    ["atMail"],
    ["atRecipient", { kind: "known", account: idOf("u1") }],
    ["atRecipient", { kind: "known", account: idOf("u1") }],
    ["atRecipient", { kind: "unknown" }],
    ["atMessage", 2, [idOf("u1")]],
    ["atBadCommand"],
    ["atMail"],
    ["atBadCommand"],
    ["atRecipient", { kind: "known", account: idOf("u2") }],
    ["atMessage", 10, []],
  ]);
});

test("want of room is no guess, and a chunk that nobody wants counts all the same", async () => {
  const gate = new Gate();
  await using peer = await Peer.ready({ gate });
  peer.send("BDAT 4 LAST\r\nabcdMAIL FROM:<> SIZE=2000000\r\nRCPT TO:<u1@example.test>\r\nNOOP\r\n");
  await peer.expect(/^503 [^]*552 5\.2\.3 [^]*Nothing done/);
  assert.deepEqual(gate.told.slice(1), [
    ["atMessage", 4, []],
    ["atBadCommand"],
    ["atMail"],
    ["atRecipient", { kind: "turned-away" }],
  ]);
});

test("L1: a limit that is reached is one event: which, and of whom", async () => {
  for (const [verdicts, commands, reply, limit, scope] of [
    [{ admission: refuse("open") }, "", /^421 mx\.example\.test Too many [^\r]*\r\n$/, "open", "host"],
    [{ atMail: refuse("messages") }, "MAIL FROM:<>\r\nNOOP\r\n", /421 4\.7\.0 [^\r]*\r\n$/, "messages", "host"],
    [
      { atRecipient: refuse("recipient", "recipient") },
      "MAIL FROM:<>\r\nRCPT TO:<u1@example.test>\r\nQUIT\r\n",
      /450 4\.2\.0 [^\r]*\r\n221 /,
      "recipient",
      "recipient",
    ],
  ] as const) {
    const gate = new Gate(verdicts);
    await using peer = await Peer.open({ gate });
    if (commands !== "") peer.send(`EHLO client.example.net\r\n${commands}`);
    await peer.expect(reply);
    await peer.closed;
    const events = peer.events.filter(([name]) => name === "smtp.limited");
    assert.deepEqual(
      events.map(([, fields]) => ({ ...fields, session: undefined })),
      [
        {
          session: undefined,
          client: "192.0.2.7",
          helo: commands === "" ? undefined : "client.example.net",
          limit,
          scope,
        },
      ],
    );
    assert.equal(peer.events.at(-1)?.[1]["reason"], scope === "recipient" ? "quit" : "limited");
    assert.equal(gate.open, 0);
  }
});
