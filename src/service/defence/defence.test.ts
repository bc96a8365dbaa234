import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../../../test/world/fake-clock.ts";
import { DAY, MINUTE } from "../../host/clock.ts";
import { doubtfulFrom, verifiedFrom } from "../../rules/reputation/origin.fixture.ts";
import type { SiteEvidence, Verdict } from "../../rules/reputation/verdict.ts";
import { type DefenceMemory, defenceMemoryLimits } from "../../store/defence-memory.ts";
import { accountId } from "../../store/ids.ts";
import { memoryDefenceMemory } from "../../store/memory/defence-memory.ts";
import { StoreError } from "../../store/store-error.ts";
import { type ArrivedMail, createDefence, type Defence, type TaughtMail } from "./defence.ts";
import { CORRESPONDENT_DAYS, forgetOld, OTHER_DAYS } from "./expiry.ts";
import { verdictReply } from "./verdict-replies.ts";

const ann = accountId("a".repeat(32));
const ben = accountId("b".repeat(32));
const policy = { kind: "accept" } as const;

const verified = verifiedFrom("shop.test");
const doubtful = doubtfulFrom("shop.test");
const site = (more: Partial<SiteEvidence> = {}): SiteEvidence => ({
  origin: verified,
  virus: undefined,
  spam: undefined,
  lists: [],
  listMarks: { junk: 1, refuse: undefined },
  ...more,
});
const marked = site({ spam: { kind: "spam", mark: "junk", score: 7, symbols: [] } });
const spamWords = "win cheap pills casino bonus jackpot now today offer click";
const hamWords = "meeting minutes garden school tomorrow dinner train tickets grandma soup";
const text = (words: string): ArrivedMail["text"] => ({ subject: "", from: "", text: words });

const arrived = (more: Partial<ArrivedMail> = {}): ArrivedMail => ({
  sender: "eve@shop.test",
  authors: ["eve@shop.test"],
  text: text("hello"),
  site: site(),
  session: "s",
  ...more,
});
const taught = (message: string, more: Partial<TaughtMail> = {}): TaughtMail => ({
  message,
  authors: ["eve@shop.test"],
  text: text("hello"),
  origin: verified,
  ...more,
});

type World = {
  readonly clock: FakeClock;
  readonly memory: DefenceMemory;
  readonly defence: Defence;
  readonly events: { readonly name: string; readonly fields: Readonly<Record<string, unknown>> }[];
  readonly verdict: (mail: ArrivedMail, account?: typeof ann) => Promise<Verdict>;
};

function world(memory: DefenceMemory = memoryDefenceMemory()): World {
  const clock = new FakeClock("2026-03-01T10:00:00Z");
  const events: World["events"] = [];
  const defence = createDefence({ memory, clock, log: (name, fields) => void events.push({ name, fields }) });
  const verdict: World["verdict"] = async (mail, account = ann) => {
    const [one] = await defence.judge(mail, [{ account, policy }]);
    return one ?? assert.fail("there is a verdict for each recipient");
  };
  return { clock, memory, defence, events, verdict };
}

test("F6: a mail that is moved to Junk sends the next one of its author there, one that is moved out brings it back", async () => {
  const { defence, verdict } = world();
  assert.equal((await verdict(arrived())).kind, "inbox");
  await defence.learn(ann, taught("1"), "unwanted");
  assert.deepEqual([(await verdict(arrived())).kind, (await verdict(arrived())).rule], ["junk", "standing"]);
  await defence.learn(ann, taught("1"), "wanted");
  assert.equal((await verdict(arrived())).kind, "inbox");
  assert.equal((await verdict(arrived({ site: marked }))).rule, "correspondent", "also against the scanner's mark");
});

test("F6: words that were learned decide, once enough of both kinds was", async () => {
  const { defence, verdict } = world();
  const spam = arrived({ text: text(spamWords), authors: ["new@else.test"] });
  for (let n = 0; n < 12; n++) {
    await defence.learn(ann, taught(`spam${n}`, { text: text(spamWords), origin: undefined }), "unwanted");
    await defence.learn(ann, taught(`ham${n}`, { text: text(hamWords), origin: undefined }), "wanted");
    if (n === 8) assert.equal((await verdict(spam)).kind, "inbox", "too few lessons");
  }
  const { kind, rule } = await verdict(spam);
  assert.deepEqual([kind, rule], ["junk", "words"]);
  assert.equal((await verdict(arrived({ text: text(hamWords), authors: ["new@else.test"] }))).kind, "inbox");
});

test("D2: nothing that one account does changes another's verdict", async () => {
  const { defence, verdict } = world();
  const mails = [arrived(), arrived({ site: marked }), arrived({ text: text(spamWords), authors: ["new@else.test"] })];
  const verdicts = async (): Promise<readonly Verdict[]> => Promise.all(mails.map((mail) => verdict(mail, ben)));
  const before = await verdicts();
  for (let n = 0; n < 20; n++) {
    await defence.learn(ann, taught(`spam${n}`, { text: text(spamWords) }), "unwanted");
    await defence.learn(ann, taught(`ham${n}`, { text: text(hamWords), origin: undefined }), "wanted");
  }
  await defence.wrote([{ account: ann, addresses: ["eve@shop.test"] }]);
  assert.deepEqual(await verdicts(), before);
  assert.equal((await verdict(arrived())).kind, "junk", "it did change her own");
  await defence.setOn(ann, false);
  assert.deepEqual(await verdicts(), before);
});

test("whom the holder has written to is let through, but not who only says to be it", async () => {
  const { defence, verdict } = world();
  await defence.wrote([{ account: ann, addresses: ["eve@shop.test"] }]);
  assert.equal((await verdict(arrived({ site: marked }))).rule, "correspondent");
  const forged = { ...verified, isAuthorVerified: false, isDmarcPass: false };
  assert.equal((await verdict(arrived({ site: { ...marked, origin: forged } }))).kind, "junk");
});

test("who names a known author beside itself is not let through as that author, and does not become known", async () => {
  const { defence, verdict } = world();
  await defence.wrote([{ account: ann, addresses: ["eve@shop.test"] }]);
  const authors = ["eve@shop.test", "mallory@shop.test"];
  assert.equal((await verdict(arrived({ authors, site: marked }))).rule, "scanner");
  await defence.learn(ann, taught("1", { authors }), "wanted");
  assert.equal((await verdict(arrived({ authors: ["mallory@shop.test"], site: marked }))).rule, "scanner");
});

test("who is forged does not become known by a mail that is moved out of Junk", async () => {
  const { defence, verdict } = world();
  const forged = { ...verified, isAuthorVerified: false, isDmarcPass: false };
  await defence.learn(ann, taught("1", { origin: forged }), "wanted");
  assert.equal((await verdict(arrived({ site: marked }))).rule, "scanner");
});

test("a doubtful first contact is asked to come again, once; then it comes in from there for good", async () => {
  const { clock, verdict } = world();
  const mail = arrived({ site: site({ origin: doubtful }) });
  const first = await verdict(mail);
  assert.equal(first.kind, "greylist");
  assert.equal(verdictReply(first)?.code, 451);
  await clock.advance(MINUTE);
  assert.equal((await verdict(mail)).kind, "greylist", "too soon");
  await clock.advance(4 * MINUTE);
  assert.equal((await verdict(mail)).kind, "inbox");
  assert.equal((await verdict(mail)).kind, "inbox");
  assert.equal((await verdict({ ...mail, sender: "other@shop.test" })).kind, "inbox");
  assert.equal((await verdict(mail, ben)).kind, "greylist", "another account does not know it");
});

test("a mail that also goes to somebody who takes it is not put off, and nobody is remembered as asked", async () => {
  const { defence, memory } = world();
  await memory.setOn(ben, false);
  const mail = arrived({ site: site({ origin: doubtful }) });
  const both = [ann, ben].map((account) => ({ account, policy }));
  for (const verdict of await defence.judge(mail, both)) assert.equal(verdict.kind, "inbox");
  assert.equal((await memory.holdings(ann)).contacts.count, 0);
});

test("who cannot be remembered is not asked to come again: no mail is put off for ever", async () => {
  const full = world(memoryDefenceMemory({ ...defenceMemoryLimits, waiting: 1 }));
  const from = (sender: string): ArrivedMail => arrived({ sender, site: site({ origin: doubtful }) });
  assert.equal((await full.verdict(from("a@x.test"))).kind, "greylist");
  assert.equal((await full.verdict(from("b@x.test"))).kind, "inbox");

  const memory = memoryDefenceMemory();
  const broken = world({
    ...memory,
    addContact: async () => {
      throw new StoreError("busy", "Another process holds the lock.");
    },
    [Symbol.asyncDispose]: async () => {},
  });
  assert.equal((await broken.verdict(from("a@x.test"))).kind, "inbox");
  assert.deepEqual(broken.events[0], {
    name: "defence.failed",
    fields: { step: "contact", code: "busy", account: ann },
  });
});

test("a memory that fails stops no mail and forgets no verdict of the site", async () => {
  const memory = memoryDefenceMemory();
  await memory[Symbol.asyncDispose]();
  const { defence, verdict, events } = world(memory);
  assert.equal((await verdict(arrived({ site: site({ origin: doubtful }) }))).kind, "inbox");
  assert.equal((await verdict(arrived({ site: marked }))).kind, "junk");
  await defence.learn(ann, taught("1"), "unwanted");
  await defence.wrote([{ account: ann, addresses: ["x@y.test"] }]);
  const steps = events.filter(({ name }) => name === "defence.failed").map(({ fields }) => fields["step"]);
  assert.deepEqual(steps, ["recall", "recall", "learn", "correspondents"]);
});

test("every verdict has one event, with its reason and nothing of the message", async () => {
  const { defence, events } = world();
  const both = [ann, ben].map((account) => ({ account, policy }));
  await defence.judge(arrived({ site: marked }), both);
  assert.deepEqual(
    events,
    [ann, ben].map((account) => ({
      name: "defence.verdict",
      fields: {
        session: "s",
        account,
        verdict: "junk",
        rule: "scanner",
        reason: "the spam scanner takes it for spam",
      },
    })),
  );
});

test("D2: what is held can be shown, cleared and switched off", async () => {
  const { defence, verdict } = world();
  await defence.learn(ann, taught("1"), "unwanted");
  const { lessons, words, isOn } = await defence.holdings(ann);
  assert.deepEqual([lessons.count, words.count, isOn], [1, 1, true]);
  await defence.clear(ann);
  assert.equal((await verdict(arrived())).kind, "inbox");
  await defence.setOn(ann, false);
  await defence.learn(ann, taught("2"), "unwanted");
  await defence.setOn(ann, true);
  assert.equal((await defence.holdings(ann)).lessons.count, 0);
});

test("D2: correspondents are forgotten after twelve months, all else after ninety days", async () => {
  const { clock, defence, memory } = world();
  await defence.wrote([{ account: ann, addresses: ["eve@shop.test"] }]);
  await defence.learn(ann, taught("1", { authors: [] }), "unwanted");
  const held = async (): Promise<readonly number[]> => {
    await forgetOld(memory, clock.now());
    const { correspondents, senders, words, lessons } = await defence.holdings(ann);
    return [correspondents.count, senders.count, words.count, lessons.count];
  };
  await clock.advance(OTHER_DAYS * DAY);
  assert.deepEqual(await held(), [1, 2, 1, 1]);
  await clock.advance(DAY);
  assert.deepEqual(await held(), [1, 0, 0, 0]);
  await clock.advance((CORRESPONDENT_DAYS - OTHER_DAYS) * DAY);
  assert.deepEqual(await held(), [0, 0, 0, 0]);
});

test("who is refused is told why, in ASCII and in one line; who is taken is told nothing here", () => {
  const refused = verdictReply({ kind: "refuse", rule: "policy", reason: `it is forged\r\n${"x".repeat(900)}` });
  assert.equal(refused?.code, 554);
  assert.match(refused.text, /^The message is refused: it is forged__x+; send it by a host that [ -~]+$/);
  assert.ok(refused.text.length < 500);
  assert.equal(verdictReply({ kind: "junk", rule: "words", reason: "r" }), undefined);
});
