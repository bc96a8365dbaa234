import assert from "node:assert/strict";
import { test } from "node:test";
import { HOUR, MINUTE, SECOND } from "../../host/clock.ts";
import { BOB } from "../../store/contract/outbound-samples.ts";
import { longFull } from "../delivery/verdict.ts";
import { found, foundHere } from "./findings.ts";
import { answer, failing, nowhere, QueueWorld } from "./queue-world.fixture.ts";
import { REFUSAL } from "./route-refusal.ts";

const recipientsIn = (letter: string): readonly string[] =>
  [...letter.matchAll(/^Final-Recipient: rfc822; (.+)\r$/gm)].map((found) => found[1] ?? "").toSorted();

test("many destinations that refuse are one letter to the sender, and many that are silent another", async () => {
  await using world = await QueueWorld.open({ limits: { lookAgainMs: MINUTE } });
  const numbers = Array.from({ length: 20 }, (_, n) => 10 + n);
  for (const n of numbers) {
    world.routes.set(`no${n}.example`, nowhere("permanent", 556, "5.1.10"));
    world.behaviours.set(`mx.dead${n}.example`, () => world.silentFor(n * SECOND));
  }
  world.start();
  const [refusing, silent] = ["no", "dead"].map((kind) => numbers.map((n) => `x@${kind}${n}.example`));
  assert.ok(refusing && silent);
  await world.send([...refusing, ...silent]);
  await world.clock.advance(3 * MINUTE);
  assert.deepEqual((await world.inbox()).map(recipientsIn), [refusing]);
  await world.clock.advance(4 * HOUR);
  assert.deepEqual((await world.inbox()).map(recipientsIn), [refusing, silent]);
  await world.clock.advance(4 * HOUR);
  assert.equal((await world.inbox()).length, 2, "that it takes long is told once");
});

test("the only recipient's refusal is told at the next look", async () => {
  await using world = await QueueWorld.open();
  world.routes.set("no.example", nowhere("permanent", 556, "5.1.10"));
  world.start();
  await world.send(["x@no.example"]);
  await world.clock.advance(11 * SECOND);
  assert.equal((await world.inbox()).length, 1);
});

test("a stop between letter and queue makes no second letter, and what was refused since has its own", async () => {
  let isBroken = true;
  await using world = await QueueWorld.open({
    calls: failing("reported", "io", () => isBroken),
  });
  for (const kind of ["one", "two", "late"]) {
    world.behaviours.set(`mx.${kind}.example`, (to, attempt) => ({
      kind: "answered",
      outcomes: to.map(() => answer(kind === "late" && attempt === 1 ? "temporary" : "permanent", 550, "5.1.1")),
      dsnPassedOn: true,
    }));
  }
  world.start();
  await world.send(["x@one.example", "x@two.example", "x@late.example"]);
  await world.clock.advance(MINUTE);
  const both = ["x@one.example", "x@two.example"];
  assert.deepEqual((await world.inbox()).map(recipientsIn), [both]);
  await world.stop();
  world.start();
  await world.clock.advance(0);
  await world.clock.advance(10 * MINUTE);
  assert.deepEqual((await world.inbox()).map(recipientsIn), [both, ["x@late.example"]]);
  isBroken = false;
  await world.clock.advance(5 * MINUTE);
  assert.equal((await world.inbox()).length, 2);
  assert.equal((await world.queue.sums()).messages, 0);
});

/** The letters that one message to these recipients leads to. */
async function lettersTo(
  world: QueueWorld,
  to: Parameters<QueueWorld["send"]>[0],
  text = "Subject: =?utf-8?q?br=C3=B6d?=\r\n and butter\r\n\r\nbody\r\n",
): Promise<readonly string[]> {
  world.start();
  await world.send(to, { messageId: "m1@client.example" }, text);
  await world.clock.advance(30 * SECOND);
  return world.inbox();
}

test("a report names the message, and shows the reply as it came", async () => {
  await using world = await QueueWorld.open();
  const { reply } = answer("permanent", 550, "5.7.1");
  const said = "5.7.1 first line\n5.7.1 second line";
  world.behaviours.set("mx.two.example", (to) => ({
    kind: "answered",
    outcomes: to.map(() => ({ kind: "permanent", reply: { ...reply, words: "first line second line", said } })),
    dsnPassedOn: true,
  }));
  world.behaviours.set("mx.bare.example", (to) => ({
    kind: "answered",
    outcomes: to.map(() => ({ kind: "permanent", reply: { ...reply, enhanced: "5.0.0", said: "bare words" } })),
    dsnPassedOn: true,
  }));
  const [letter = ""] = await lettersTo(world, ["x@two.example", "x@bare.example"]);
  for (const part of [
    "Return-Path: <>\r\nFrom: ",
    "In-Reply-To:\r\n <m1@client.example>\r\nReferences:\r\n <m1@client.example>\r\n",
    "This is about your message “bröd and butter”, sent on Monday 1 June\r\n2026, 12:00 UTC.\r\n",
    "  x@two.example\r\n  mx.example.net said: 550 5.7.1 first line second line\r\n",
    "  x@bare.example\r\n  mx.example.net said: 550 bare words\r\n",
    "Status: 5.7.1\r\nRemote-MTA: dns; mx.example.net\r\nDiagnostic-Code: smtp; 550-5.7.1 first line\r\n 550 5.7.1 second line\r\n",
    "Status: 5.0.0\r\nRemote-MTA: dns; mx.example.net\r\nDiagnostic-Code: smtp; 550 bare words\r\n",
  ])
    assert.ok(letter.includes(part), `${part}\n${letter}`);
  assert.doesNotMatch(letter, /Last-Attempt-Date/);
});

test("what nobody said is told as our own finding", async () => {
  await using world = await QueueWorld.open();
  world.routes.set("gone.example", nowhere("permanent", 550, "5.1.2"));
  const { reply } = answer("permanent", 550, "5.6.7");
  for (const [name, enhanced, words] of [
    ["narrow", "5.6.7", "The host takes no such letters"],
    ["dead", "4.4.1", "The host refuses connections"],
  ] as const)
    world.behaviours.set(`mx.${name}.example`, () => ({
      kind: "unfit",
      reply: { ...reply, host: `mx.${name}.example`, code: undefined, enhanced, words },
    }));
  const [letter = ""] = await lettersTo(
    world,
    ["x@gone.example", "x@narrow.example", "x@dead.example"],
    "\r\nbody\r\n",
  );
  for (const part of [
    "This is about your message without a subject, sent on ",
    "  x@gone.example\r\n  The domain takes no mail\r\n",
    "  x@narrow.example\r\n  What we found at mx.narrow.example: The host takes no such letters\r\n",
    "  x@dead.example\r\n  We could not reach mx.dead.example: The host refuses connections\r\n",
    "Status: 5.1.2\r\nDiagnostic-Code: x-altmail; The domain takes no mail\r\n",
    "Status: 4.4.1\r\nDiagnostic-Code: x-altmail; mx.dead.example: The host refuses connections\r\n",
  ])
    assert.ok(letter.includes(part), `${part}\n${letter}`);
  assert.doesNotMatch(letter, /Remote-MTA|smtp;/);
});

test("a Swedish sender reads our own findings in Swedish; hosts' words and what programs read stay as they are", async () => {
  await using world = await QueueWorld.open();
  world.routes.set("gone.example", {
    ...REFUSAL.noSuchDomain,
    findings: { stsPolicy: undefined, leftOut: [], failures: [] },
  });
  const { reply } = answer("permanent", 550, "5.3.4");
  for (const [name, more] of [
    ["small", { code: undefined, ...found("too-large", 1000) }],
    ["old", { code: undefined, words: "The host takes no such letters" }],
    ["full", { host: "mail.example.org", code: 552, enhanced: "5.2.2", ...foundHere(longFull) }],
    ["said", { words: "The host does not answer" }],
  ] as const)
    world.behaviours.set(`mx.${name}.example`, (to) => ({
      kind: "answered",
      outcomes: to.map(() => ({ kind: "permanent", reply: { ...reply, host: `mx.${name}.example`, ...more } })),
      dsnPassedOn: false,
    }));
  world.start();
  const names = ["gone", "small", "old", "full", "said"];
  await world.send(
    names.map((name) => `x@${name}.example`),
    { account: BOB },
  );
  await world.clock.advance(30 * SECOND);
  const [letter = ""] = await world.inbox(BOB);
  for (const part of [
    "  x@gone.example\r\n  Domänen i den här adressen finns inte. Titta efter ett skrivfel efter @-tecknet.\r\n",
    "  x@small.example\r\n  Vad vi fann hos mx.small.example: Brevet är större än de 1000 byte som servern tar emot\r\n",
    "  x@old.example\r\n  Vad vi fann hos mx.old.example: The host takes no such letters\r\n",
    "  x@full.example\r\n  Mottagarens brevlåda har varit full i mer än en vecka; försök nå mottagaren på annat sätt\r\n",
    "  x@said.example\r\n  mx.said.example svarade: 550 5.3.4 The host does not answer\r\n",
    "Diagnostic-Code: x-altmail; The domain of this address does not exist.",
    "The message is larger than the\r\n 1000 octets that the host takes\r\n",
    "Diagnostic-Code: smtp; 552 5.2.2 The recipient's mailbox has been full",
  ])
    assert.ok(letter.includes(part), `${part}\n${letter}`);
});

test("a mailbox of ours has words of its own, when it took the message and when it did not", async () => {
  await using world = await QueueWorld.open();
  const own = (kind: "accepted" | "permanent", code: number) => {
    const { reply } = answer(kind, code, kind === "accepted" ? "2.0.0" : "5.2.2");
    return { kind, reply: { ...reply, host: "mail.example.org", words: "The mailbox is full" } };
  };
  world.behaviours.set("mx.here.example", (to) => ({
    kind: "answered",
    outcomes: to.map((one) => (one.startsWith("full") ? own("permanent", 552) : own("accepted", 250))),
    dsnPassedOn: false,
    isFinal: true,
  }));
  const notify = { success: true, failure: true, delay: true };
  const to = ["well@here.example", "full@here.example"].map((address) => ({ address, notify, orcpt: undefined }));
  const [full = "", well = ""] = (await lettersTo(world, to)).toSorted(
    (a, b) => Number(/^Action: delivered/m.test(a)) - Number(/^Action: delivered/m.test(b)),
  );
  assert.ok(
    well.includes("It was delivered to these recipients, whose mailboxes are here:\r\n\r\n  well@here.example\r\n"),
  );
  assert.ok(full.includes("  full@here.example\r\n  The mailbox is full\r\n"));
  assert.ok(full.includes("Diagnostic-Code: smtp; 552 5.2.2 The mailbox is full\r\n"));
  for (const letter of [full, well]) assert.doesNotMatch(letter, /Remote-MTA|next host/);
});
