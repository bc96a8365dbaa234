/** Mail of senders whose policy asks for rejection, passed on by lists and forwarders: nothing is lost. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../../../test/world/fake-clock.ts";
import { type JudgeContext, type Judgement, judge } from "../../rules/authentication/judge.ts";
import { texts, type Zone } from "../../rules/authentication/zone.fixture.ts";
import { corpusText, needsCorpora } from "../../syntax/message/testdata.test.ts";
import { type Envelope, signed, signerOf, verifying } from "./verifying.fixture.ts";

const author = signerOf("author.test");
const list = signerOf("lists.test");
const zone: Zone = {
  ...texts({
    [author.name]: author.record,
    [list.name]: list.record,
    "_dmarc.author.test": "v=DMARC1; p=reject",
    "author.test": "v=spf1 ip4:192.0.2.1 -all",
    "evil.test": "v=spf1 ip4:192.0.2.66 -all",
  }),
  "forwarder.test": [{ TXT: "v=spf1 mx -all" }, { MX: [10, "relay.forwarder.test"] }],
  "relay.forwarder.test": [{ A: "192.0.2.7" }],
};
const MAIL = "From: a@author.test\nTo: list@lists.test\nSubject: s\n\nA line.\n";
const nothing: JudgeContext = { findings: [], trustedSealers: [], forwarders: [] };

async function judged(message: string, envelope: Envelope, context: Partial<JudgeContext> = {}): Promise<Judgement> {
  return judge(await verifying(zone)(message, envelope), { ...nothing, ...context });
}

const viaForwarder = { address: "192.0.2.7", helo: "relay.forwarder.test", sender: "srs0=x=a@forwarder.test" };

test("F6: what a forwarder passes on unchanged is the author's still", async () => {
  const message = `Received: x\n${await signed(MAIL, author)}`;
  assert.deepEqual(await judged(message, viaForwarder), { kind: "accept", exempt: undefined });
});

test("F6: what a forwarder changes goes to Junk, or to the INBOX of who has named it", async () => {
  const message = (await signed(MAIL, author)).replace("A line.", "A line.\nScanned by us.");
  assert.equal((await judged(message, viaForwarder)).kind, "junk");
  const named = { forwarders: ["forwarder.test"], findings: ["dns-list"] } as const;
  assert.deepEqual(await judged(message, viaForwarder, named), { kind: "accept", exempt: "forwarder" });
});

test("F6: what a list changes and signs arrives; who only says that he is one does not", async () => {
  const changed = (await signed(MAIL, author))
    .replace("Subject: s", "Subject: [list] s")
    .replace("A line.", "A line.\n--\nlist");
  const envelope = { address: "192.0.2.8", helo: "mx.lists.test", sender: "bounces@lists.test" };
  const titled = `List-Id: "The list" <talk.lists.test>\n${changed}`;
  assert.deepEqual(await judged(await signed(titled, list), envelope), { kind: "accept", exempt: "mailing-list" });
  assert.equal((await judged(titled, envelope)).kind, "junk");
  assert.equal((await judged(titled, envelope, { findings: ["spam-mark"] })).kind, "refuse");
});

test("F6: who writes in another's name goes to Junk, and is refused when more speaks against it", async () => {
  const evil = { address: "192.0.2.66", helo: "evil.test", sender: "x@evil.test" };
  assert.equal((await judged(MAIL, evil)).kind, "junk");
  assert.equal((await judged(MAIL, evil, { findings: ["bad-reputation"] })).kind, "refuse");
});

test(
  "F6: a mail of a real list is believed; a seal over a check that failed already is not",
  needsCorpora,
  async () => {
    const [head = "", ...rest] = corpusText("auth-stalwart/arc/001.txt").split(/(?<=\n)\r?\n/);
    const lines = head.trim().split(/\r?\n/);
    const keys = Object.fromEntries(lines.map((line) => line.split(/ (.*)/s).slice(0, 2) as [string, string]));
    const records = texts({ ...keys, "_dmarc.stalw.art": "v=DMARC1; p=reject" });
    const verify = verifying(records, {}, new FakeClock("2022-11-08T12:00:00Z"));
    const found = await verify(rest.join("\n"), { address: "192.0.2.9", helo: "x.test", sender: "x@x.test" });
    assert.deepEqual(
      [found.dmarc.result, found.dmarc.disposition, found.arc.sealers],
      ["fail", "reject", ["google.com"]],
    );
    assert.deepEqual(judge(found, nothing), { kind: "accept", exempt: "mailing-list" });
    assert.equal(found.arc.recorded?.server, "mx.google.com");
    const alone = { ...found, list: undefined };
    assert.equal(judge(alone, { ...nothing, trustedSealers: ["google.com"] }).kind, "junk");
  },
);
