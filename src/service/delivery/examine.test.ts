/** Mail from the world, by the real reception: what is refused, what goes where, and what the header says of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { MINUTE } from "../../host/clock.ts";
import { failing } from "../../rules/authentication/judging.fixture.ts";
import { memoryDefenceMemory } from "../../store/memory/defence-memory.ts";
import { StoreError } from "../../store/store-error.ts";
import { createDefence } from "../defence/defence.ts";
import { type Delivering, idOf } from "./delivering.fixture.ts";
import {
  BANK,
  BOTH,
  clean,
  examining,
  FRIEND,
  fieldsOf,
  forgivenBy,
  fromFriend,
  nothingLeft,
  said,
  silent,
  spamAt,
  spamSaying,
  U1,
  verifierSaying,
  virusFound,
  virusSaying,
} from "./examining.fixture.ts";
import type { MailToScan } from "./inbound-scanner.ts";

const verdictsOf = ({ records }: Delivering): readonly string[] =>
  records.flatMap(({ name, fields }) =>
    name === "defence.verdict" ? [`${String(fields["verdict"])} ${String(fields["rule"])}`] : [],
  );

test("F3: the header says who was verified, what scanners found and why the mail lies there", async () => {
  await using world = await examining({ spam: spamSaying(clean), virus: virusSaying({ kind: "clean" }) }, fromFriend);
  assert.equal(said(await world.receive(U1, FRIEND)), "250 2.0.0");
  const [mail = ""] = await world.mails("u1");
  assert.deepEqual(
    fieldsOf(mail).map((field) => field.replace(/ id .*/, "")),
    [
      "Return-Path: <ann@friend.test>",
      "X-Spam-Verdict: Inbox, rule=nothing; nothing speaks against it",
      "Authentication-Results: mx.example.test; iprev=pass policy.iprev=192.0.2.7; spf=pass smtp.mailfrom=friend.test; " +
        "dkim=none; dmarc=pass header.from=friend.test policy.dmarc=reject",
      "X-Spam-Status: No, score=0.5 required=6.0 refuse=15.0 scanner=rspamd tests=none",
      "X-Virus-Status: Clean, scanner=clamd",
      "Received: from client.example.net ([192.0.2.7]) by mx.example.test with ESMTP",
      "From: Ann <ann@friend.test>",
      "Subject: hello",
    ],
  );
  assert.ok(mail.endsWith(FRIEND));
  assert.deepEqual(verdictsOf(world), ["inbox nothing"]);
});

test("F6: fields of our name and of scanners that came from outside are out, those of others stay", async () => {
  await using world = await examining({ verifier: undefined });
  const others = "Authentication-Results: mx.other.test; dmarc=pass\r\nX-Spamming: is no claim of ours? it is\r\n";
  const forged =
    "Authentication-Results: MX.example.test;\r\n\tdmarc=pass\r\nAuthentication-Results: example.test. 1; spf=pass\r\n" +
    "Authentication-Results :\r\n mx.example.test; spf=pass\r\nX-Spam-Verdict: Inbox, rule=correspondent\r\n" +
    "X-SPAM-Status: No\r\nX-Virus-Status: Clean\r\n";
  await world.receive(U1, `${forged}${others}${FRIEND}`);
  const [mail = ""] = await world.mails("u1");
  assert.deepEqual(
    fieldsOf(mail).filter((field) => /^(?:auth|x-)/i.test(field)),
    [
      "X-Spam-Verdict: Inbox, rule=nothing; nothing speaks against it",
      "Authentication-Results: mx.other.test; dmarc=pass",
    ],
  );
  assert.ok(mail.endsWith(FRIEND));
});

test("F6: a policy that asks for rejection alone sends mail to Junk with the reason; together with a spam mark it is refused", async () => {
  {
    await using world = await examining();
    assert.equal(said(await world.receive(U1, BANK)), "250 2.0.0");
    const [mail = ""] = await world.mails("u1", "Junk");
    assert.match(fieldsOf(mail)[1] ?? "", /^X-Spam-Verdict: Junk, rule=policy; .* asks for rejection$/);
  }
  {
    await using world = await examining({ spam: spamSaying(spamAt("junk")) });
    const reply = await world.receive(U1, BANK);
    assert.equal(said(reply), "554 5.7.1");
    assert.match(reply.text, /asks for rejection; besides, it looks like spam/);
    await nothingLeft(world);
    assert.deepEqual(verdictsOf(world), ["refuse policy"]);
  }
});

test("F3: a virus is refused, and so is what the spam scanner is sure of; above the junk mark it is Junk", async () => {
  for (const [parts, reply] of [
    [{ virus: virusSaying(virusFound) }, "554 5.7.1"],
    [{ spam: spamSaying(spamAt("refuse")) }, "554 5.7.1"],
    [{ spam: spamSaying(spamAt("junk")) }, "250 2.0.0"],
  ] as const) {
    await using world = await examining(parts, fromFriend);
    assert.equal(said(await world.receive(BOTH, FRIEND)), reply);
    if (reply !== "250 2.0.0") await nothingLeft(world);
    else assert.equal((await world.mails("u2", "Junk")).length, 1);
  }
});

test("F3: a silent virus scanner defers, a silent spam scanner marks, and the settings turn both", async () => {
  const spam = spamSaying(silent);
  const virus = virusSaying(silent);
  for (const [whenSilent, reply] of [
    [{ spam: "pass", virus: "defer" }, "451 4.7.1"],
    [{ spam: "defer", virus: "pass" }, "451 4.7.1"],
    [{ spam: "pass", virus: "pass" }, "250 2.0.0"],
  ] as const) {
    await using world = await examining({ spam, virus, whenSilent }, fromFriend);
    assert.equal(said(await world.receive(U1, FRIEND)), reply);
    assert.equal(world.events.filter((name) => name === "scan.unavailable").length, 2);
    if (reply !== "250 2.0.0") await nothingLeft(world);
    else {
      const fields = fieldsOf((await world.mails("u1"))[0] ?? "");
      assert.ok(fields.includes("X-Spam-Status: Unscanned, why=timeout scanner=rspamd"));
      assert.ok(fields.includes("X-Virus-Status: Unscanned, why=timeout scanner=clamd"));
    }
  }
});

test("F3: what no scanner will ever look at is not deferred, but marked", async () => {
  await using world = await examining({ virus: virusSaying({ kind: "unscanned", why: "too-large" }) }, fromFriend);
  assert.equal(said(await world.receive(U1, FRIEND)), "250 2.0.0");
  assert.ok(
    fieldsOf((await world.mails("u1"))[0] ?? "").includes("X-Virus-Status: Unscanned, why=too-large scanner=clamd"),
  );
});

test("a scanner hears of one account whose it is, of several nothing, and reads the peer from our Received field", async () => {
  const heard: MailToScan[] = [];
  await using world = await examining({ spam: spamSaying(clean, heard) }, fromFriend);
  await world.receive(["u1@example.test", "alias@example.test"], FRIEND);
  await world.receive(BOTH, `${FRIEND}2`);
  assert.deepEqual(
    heard.map(({ user, recipients, peer }) => [user, recipients.length, peer?.address]),
    [
      [idOf("u1"), 2, "192.0.2.7"],
      [undefined, 2, "192.0.2.7"],
    ],
  );
  assert.match(Buffer.from(heard[0]?.content.bytes ?? []).toString(), /^Return-Path: .*\r\nReceived: from client/);
});

test("F6: two recipients get one reply and each its own folder; what one forwarder is forgiven counts for its holder alone", async () => {
  await using world = await examining({ ...forgivenBy("u1"), spam: spamSaying(clean) });
  const text = `${BANK}${"line of a text\r\n".repeat(50)}`;
  assert.equal(said(await world.receive(BOTH, text)), "250 2.0.0");
  const [inbox = ""] = await world.mails("u1");
  const [junk = ""] = await world.mails("u2", "Junk");
  assert.match(inbox, /\r\nX-Spam-Verdict: Inbox, rule=nothing;/);
  assert.match(junk, /\r\nX-Spam-Verdict: Junk, rule=policy;/);
  assert.ok(inbox.endsWith(text) && junk.endsWith(text));
});

test("F6: refused for one and taken for another is taken for both; a holder's wishes that cannot be read refuse nothing", async () => {
  const spam = spamSaying(spamAt("junk"));
  {
    await using world = await examining({ ...forgivenBy("u1"), spam });
    assert.equal(said(await world.receive(BOTH, BANK)), "250 2.0.0");
    assert.equal((await world.mails("u1", "Junk")).length, 1, "the scanner took it for spam");
    assert.equal((await world.mails("u2", "Junk")).length, 1);
  }
  await using world = await examining({
    ...forgivenBy("u1"),
    spam,
    forwardersOf: () => Promise.reject(new StoreError("busy", "for tests")),
  });
  assert.equal(said(await world.receive(U1, BANK)), "250 2.0.0");
  assert.equal((await world.mails("u1", "Junk")).length, 1);
});

test("a doubtful first contact is asked to come again, leaves nothing, and comes in when it does", async () => {
  const doubtful = failing({
    dmarc: { result: "none", disposition: "none", policy: undefined },
    iprev: { result: "fail" },
  });
  await using world = await examining((w) => ({
    verifier: verifierSaying(doubtful),
    defence: createDefence({ memory: memoryDefenceMemory(), clock: w.clock, log: w.log }),
  }));
  assert.equal(said(await world.receive(BOTH, BANK)), "451 4.7.1");
  await nothingLeft(world);
  await world.clock.advance(6 * MINUTE);
  assert.equal(said(await world.receive(BOTH, BANK)), "250 2.0.0");
  assert.equal((await world.mails("u1")).length, 1);
  assert.equal((await world.mails("u2")).length, 1);
});

test("without a verifier nobody is asked to come again, and no field says that anybody looked", async () => {
  await using world = await examining((w) => ({
    verifier: undefined,
    defence: createDefence({ memory: memoryDefenceMemory(), clock: w.clock, log: w.log }),
  }));
  assert.equal(said(await world.receive(U1, BANK)), "250 2.0.0");
  assert.doesNotMatch((await world.mails("u1"))[0] ?? "", /Authentication-Results/);
});

test("a verifier that fails speaks against nobody, and is heard of", async () => {
  const verifier = { begin: () => ({ verify: () => Promise.reject(new Error("for tests")) }) };
  await using world = await examining({ verifier });
  assert.equal(said(await world.receive(U1, BANK)), "250 2.0.0");
  assert.match((await world.mails("u1"))[0] ?? "", /\r\nAuthentication-Results: mx\.example\.test;\s+dmarc=temperror/);
  assert.ok(world.events.includes("delivery.failed"));
});

test("an examiner that breaks its word costs no mail: the peer comes again", async () => {
  await using world = await examining(
    {},
    { examiner: () => ({ begin: () => ({ examine: () => Promise.reject(new Error("for tests")) }) }) },
  );
  assert.equal(said(await world.receive(U1, BANK)), "451 4.3.0");
  await nothingLeft(world);
});
