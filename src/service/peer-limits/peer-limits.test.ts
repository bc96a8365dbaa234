import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { FakeClock } from "../../../test/world/fake-clock.ts";
import { DAY, HOUR, MINUTE } from "../../host/clock.ts";
import { accountId } from "../../store/ids.ts";
import { limitReply } from "./limit-replies.ts";
import { type PeerLimits, peerLimits, shareOf } from "./limits.ts";
import { createPeerGate, type PeerGate, type PeerVerdict } from "./peer-limits.ts";

const account = accountId("a".repeat(32));
const other = accountId("b".repeat(32));
const known = { kind: "known", account } as const;
const unknown = { kind: "unknown" } as const;
const small: PeerLimits = { ...peerLimits, strangers: 1024, recipients: 1024 };

function world(limits: PeerLimits = small): { readonly clock: FakeClock; readonly gate: PeerGate } {
  const clock = new FakeClock("2026-03-01T10:00:00Z");
  return { clock, gate: createPeerGate({ clock, limits }) };
}
/** What was refused, and for whom. */
const refused = (verdict: PeerVerdict): string | undefined =>
  verdict.kind === "refuse" ? `${verdict.scope} ${verdict.limit}` : undefined;

test("10,000 guessed recipients from one network end in refusals early, and harm nobody else", () => {
  const { gate } = world();
  let told = 0;
  let guesses = 0;
  for (let host = 0; guesses < 10_000; host++) {
    const visit = gate.atConnect(`192.0.2.${host % 256}`);
    for (let n = 0; n < 50 && guesses < 10_000; n++) {
      guesses++;
      if (visit.admission.kind === "refuse") continue;
      if (visit.atRecipient(unknown).kind !== "refuse") told++;
    }
    visit.ended();
  }
  assert.ok(told <= small.network.unknown.most, `${told} guesses were answered`);
  const last = gate.atConnect("192.0.2.9").admission;
  assert.equal(refused(last), "network unknown");
  const neighbour = gate.atConnect("192.0.3.9");
  assert.deepEqual(neighbour.admission, { kind: "go" });
  assert.deepEqual(neighbour.atMail(), { kind: "go" });
  assert.deepEqual(neighbour.atRecipient(known), { kind: "go" });
});

test("one bad host does not shut out its neighbours, and is let in again when its hour is over", async () => {
  const { clock, gate } = world();
  const bad = gate.atConnect("2001:db8:1:2::1");
  while (bad.atRecipient(unknown).kind !== "refuse");
  bad.ended();
  assert.equal(refused(gate.atConnect("2001:db8:1:2:ffff::9").admission), "host unknown");
  assert.deepEqual(gate.atConnect("2001:db8:1:3::1").admission, { kind: "go" });
  await clock.advance(2 * HOUR);
  assert.deepEqual(gate.atConnect("2001:db8:1:2::1").admission, { kind: "go" });
});

test("who has guessed too often is not told who exists", () => {
  const { gate } = world();
  const visit = gate.atConnect("192.0.2.1");
  while (visit.atRecipient(unknown).kind !== "refuse");
  assert.equal(refused(visit.atRecipient(known)), "host unknown");
});

test("who brings mail that is taken may err more often, but not without end", () => {
  const { gate } = world();
  const guess = (taken: number): number => {
    const visit = gate.atConnect(`192.0.${taken % 200}.1`);
    for (let n = 0; n < taken; n++) visit.atMessage(100, [accountId(n.toString(16).padStart(32, "0"))]);
    let errors = 0;
    while (visit.atRecipient(unknown).kind !== "refuse") errors++;
    return errors;
  };
  assert.deepEqual([guess(0), guess(50), guess(5001)], [30, 80, 300]);
});

test("guessing is answered later and later, then not at all; waiting holds nothing here", () => {
  const { gate } = world();
  const visit = gate.atConnect("192.0.2.1");
  const delays: number[] = [];
  for (;;) {
    const verdict = visit.atRecipient(unknown);
    if (verdict.kind === "refuse") break;
    delays.push(verdict.kind === "delay" ? verdict.delayMs : 0);
  }
  assert.deepEqual(delays.slice(0, 9), [0, 0, 0, 0, 0, 0, 0, 0, 500]);
  assert.deepEqual(
    delays.toSorted((a, b) => a - b),
    delays,
  );
  assert.equal(delays.at(-1), small.tarpit.mostMs);
});

test("connections, messages, octets and bad commands have bounds, each with its sentence", async () => {
  const { clock, gate } = world();
  for (let n = 0; n < 120; n++) gate.atConnect("192.0.2.1").ended();
  const { admission } = gate.atConnect("192.0.2.1");
  assert.equal(refused(admission), "host connections");
  assert.deepEqual(admission.kind === "refuse" ? admission.reply : undefined, {
    code: 421,
    enhanced: "4.7.0",
    text: "Too many connections from your network; try again in 2 minutes",
  });
  await clock.advance(2 * MINUTE);
  const visit = gate.atConnect("192.0.2.1");
  for (let n = 0; n < 6000; n++) visit.atMessage(0, []);
  assert.equal(refused(visit.atMail()), "host messages");
  const heavy = gate.atConnect("198.51.100.1");
  heavy.atMessage(2 * 1024 ** 3, []);
  assert.equal(refused(heavy.atMail()), "host kibibytes");
  const rude = gate.atConnect("203.0.113.1");
  let commands = 0;
  while (rude.atBadCommand().kind !== "refuse") commands++;
  assert.equal(commands, 99);
  assert.equal(refused(gate.atConnect("203.0.113.1").admission), "host badCommands");
});

test("open connections are counted until they end, also those that were refused", () => {
  const { gate } = world();
  const visits = Array.from({ length: 20 }, () => gate.atConnect("192.0.2.1"));
  const more = gate.atConnect("192.0.2.1");
  assert.equal(refused(more.admission), "host open");
  more.ended();
  more.ended();
  visits[0]?.ended();
  assert.deepEqual(gate.atConnect("192.0.2.1").admission, { kind: "go" });
  assert.equal(refused(gate.atConnect("192.0.2.1").admission), "host open");
});

test("a network cannot shut a mailbox to others; what is too much from all comes again later", () => {
  const { gate } = world();
  const bring = (address: string, times: number): PeerVerdict => {
    const visit = gate.atConnect(address);
    for (let n = 0; n < times; n++) visit.atMessage(1, [account]);
    return visit.atRecipient(known);
  };
  assert.equal(refused(bring("192.0.2.1", 150)), "recipient recipient");
  assert.deepEqual(gate.atConnect("192.0.2.1").atRecipient({ kind: "known", account: other }), { kind: "go" });
  for (const network of [3, 4, 5]) assert.equal(refused(bring(`192.0.${network}.1`, 149)), undefined);
  const last = bring("192.0.6.1", 3);
  assert.equal(refused(last), "recipient recipient");
  assert.equal(last.kind === "refuse" ? last.reply.code : 0, 450);
});

test("nobody can name a recipient often enough to shut it: only mail that was taken counts", () => {
  const { gate } = world();
  const visit = gate.atConnect("192.0.2.1");
  for (let n = 0; n < 2000; n++) assert.deepEqual(visit.atRecipient(known), { kind: "go" });
});

test("D2: with another day nobody is known any more, and connections that go on are counted anew", async () => {
  const { clock, gate } = world();
  const visit = gate.atConnect("192.0.2.1");
  while (visit.atRecipient(unknown).kind !== "refuse");
  await clock.advance(DAY);
  assert.deepEqual(visit.atRecipient(unknown), { kind: "go" });
  visit.ended();
  for (let n = 0; n < 20; n++) assert.deepEqual(gate.atConnect("192.0.2.1").admission, { kind: "go" });
  assert.equal(refused(gate.atConnect("192.0.2.1").admission), "host open");
});

test("an address mapped into IPv6 is the same stranger, what is no address is let through, exempt ones are not counted", () => {
  const { clock, gate } = world();
  const visit = gate.atConnect("::ffff:192.0.2.1");
  while (visit.atRecipient(unknown).kind !== "refuse");
  assert.equal(refused(gate.atConnect("192.0.2.1").admission), "host unknown");
  const odd = gate.atConnect("");
  for (let n = 0; n < 500; n++) assert.deepEqual(odd.atRecipient(unknown), { kind: "go" });
  const own = createPeerGate({ clock, limits: small, isExempt: (address) => address === "127.0.0.1" });
  const local = own.atConnect("127.0.0.1");
  for (let n = 0; n < 500; n++) assert.deepEqual(local.atRecipient(unknown), { kind: "go" });
});

test("shares of workers together let through at most twice a bound, and at least one of everything", () => {
  assert.deepEqual(shareOf(peerLimits, 1), peerLimits);
  assert.deepEqual(shareOf(peerLimits, 2), peerLimits);
  for (const workers of [3, 8, 64]) {
    const share = shareOf(peerLimits, workers);
    assert.ok(share.host.messages.most * workers <= 2 * peerLimits.host.messages.most + workers);
    assert.ok(share.host.open >= 1 && share.recipientFromNetwork >= 1);
  }
});

test("a limit tells when to come again, and never more than its postmaster needs", () => {
  assert.equal(
    limitReply("unknown", 61_000).text,
    "Too many recipients from your network that do not exist here; check your addresses; try again in 2 minutes",
  );
});

test("A1: reading mail is never shut by limits on strangers: neither IMAP nor submission knows them", () => {
  const sources = globSync("src/servers/{imap,submission}/**/*.ts");
  assert.ok(sources.length > 50);
  assert.deepEqual(
    sources.filter((file) => readFileSync(file, "utf8").includes("peer-limits/")),
    [],
  );
});
