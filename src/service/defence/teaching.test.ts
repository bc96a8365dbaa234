import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock, turns } from "../../../test/world/fake-clock.ts";
import { SECOND } from "../../host/clock.ts";
import { ANSWERED } from "../../store/flags.ts";
import { type AccountId, accountId, type MailboxId } from "../../store/ids.ts";
import type { MailStore } from "../../store/mail-store.ts";
import { memoryDefenceMemory } from "../../store/memory/defence-memory.ts";
import { memoryMailStore } from "../../store/memory/mail-store.ts";
import { StoreError } from "../../store/store-error.ts";
import { contentOf, firstOctets } from "../../store/content-of.ts";
import { fromNumbers, type NumberSet, range } from "../../syntax/bytes/number-set.ts";
import { parseMessage } from "../../syntax/message/parse.ts";
import type { SpamTeacher } from "../delivery/inbound-scanner.ts";
import { correspondenceLimits } from "./correspondence.ts";
import { createDefence, type Defence } from "./defence.ts";
import type { DefenceLog } from "./defence-log.ts";
import type { HolderAct } from "./holder-act.ts";
import { createTeaching, type Teaching, type TeachingLimits, teachingLimits } from "./teaching.ts";

const ann = accountId("a".repeat(32));
const ben = accountId("b".repeat(32));
const HOST = "mx.example.test";
const verified = `Authentication-Results: ${HOST}; dmarc=pass header.from=shop.test; iprev=pass policy.iprev=192.0.2.7`;
const letterOf = (n: number, ...header: readonly string[]): string =>
  [...header, "From: Eve <eve@shop.test>", `Subject: offer${n}`, "", `cheap pills number${n}`, ""].join("\r\n");
const question = {
  authors: ["eve@shop.test"],
  names: ["author eve@shop.test", "network 192.0.2"],
  words: () => ["cheap", "s:offer1"],
  leastLessons: 0,
  contact: { first: "1", origin: "2" },
};

type Told = { readonly as: "spam" | "ham"; readonly user: string; readonly text: string };
type Stage = AsyncDisposable & {
  readonly mail: MailStore;
  readonly memory: ReturnType<typeof memoryDefenceMemory>;
  readonly teaching: Teaching;
  readonly clock: FakeClock;
  readonly told: Told[];
  readonly events: { readonly name: string; readonly fields: unknown }[];
  box(account: AccountId, name: string): Promise<MailboxId>;
  put(account: AccountId, name: string, ...texts: readonly string[]): Promise<NumberSet>;
};

type StageOptions = {
  readonly limits?: Partial<TeachingLimits>;
  readonly defence?: (defence: Defence) => Pick<Defence, "learn" | "wrote"> | undefined;
  readonly scanner?: SpamTeacher["learn"];
};

async function stage({ limits = {}, defence: change = (one) => one, scanner }: StageOptions = {}): Promise<Stage> {
  const clock = new FakeClock("2026-06-01T12:00:00Z");
  const mail = memoryMailStore({ clock });
  for (const account of [ann, ben]) await mail.create(account, { quotaBytes: 1e9 });
  const memory = memoryDefenceMemory();
  const told: Told[] = [];
  const events: Stage["events"] = [];
  const log: DefenceLog = (name, fields) => void events.push({ name, fields });
  const teacher: SpamTeacher = {
    async learn(content, as, user) {
      told.push({ as, user, text: Buffer.from(await firstOctets(content, 1e6)).toString("latin1") });
      return (await scanner?.(content, as, user)) ?? { kind: "learned" };
    },
  };
  const teaching = createTeaching({
    mail,
    defence: change(createDefence({ memory, clock, log })),
    teacher,
    hostName: HOST,
    clock,
    log,
    limits: { ...teachingLimits, ...limits },
  });
  const box: Stage["box"] = async (account, name) => (await mail.read(account).mailbox(name))?.id ?? assert.fail(name);
  return {
    mail,
    memory,
    teaching,
    clock,
    told,
    events,
    box,
    async put(account, name, ...texts) {
      const mails = texts.map((text) => {
        const octets = Buffer.from(text, "latin1");
        const flags = { system: 0, keywords: [] };
        return { content: contentOf(octets), derived: parseMessage(octets), flags, internalDate: 0, zoneMinutes: 0 };
      });
      const done = await mail.write(account).append(await box(account, name), mails);
      return done.kind === "appended" ? fromNumbers(done.uids) : assert.fail(done.kind);
    },
    async [Symbol.asyncDispose]() {
      await teaching[Symbol.asyncDispose]();
      await mail[Symbol.asyncDispose]();
    },
  };
}

test("F6: a move into Junk teaches memory and scanner of its holder alone, a move back takes it back", async () => {
  await using at = await stage();
  const { teaching, memory } = at;
  const [inbox, junk] = [await at.box(ann, "INBOX"), await at.box(ann, "Junk")];
  const text = letterOf(1, verified);
  const inJunk = await at.put(ann, "Junk", text);
  teaching.taught(ann, { kind: "moved", from: inbox, mailbox: junk, uids: inJunk });
  await teaching.settle();
  const unwanted = { wanted: 0, unwanted: 1 };
  const known = await memory.recall(ann, question);
  assert.deepEqual(
    [known?.words, known?.names, known?.lessons],
    [[unwanted, unwanted], [unwanted, unwanted], unwanted],
  );
  assert.equal((await memory.recall(ben, question))?.lessons.unwanted, 0);
  assert.deepEqual(at.told, [{ as: "spam", user: ann, text }]);

  const moved = await at.mail.write(ann).move(junk, inJunk, inbox);
  const uids = moved.kind === "copied" ? moved.to : assert.fail();
  for (let n = 0; n < 2; n++) teaching.taught(ann, { kind: "moved", from: junk, mailbox: inbox, uids });
  await teaching.settle();
  const after = await memory.recall(ann, question);
  assert.deepEqual(after?.lessons, { wanted: 1, unwanted: 0 });
  assert.equal(after.isCorrespondent, true, "who was verified and is wanted is known");
  assert.deepEqual(
    at.told.map(({ as }) => as),
    ["spam", "ham"],
    "the scanner is told once",
  );
});

test("F6: answers and keywords teach where mail arrives, and neither drafts nor sent mail do", async () => {
  await using at = await stage();
  const mark = async (name: string, system: number, ...keywords: readonly string[]): Promise<void> => {
    const uids = await at.put(ann, name, letterOf(1));
    at.teaching.taught(ann, { kind: "marked", flags: { system, keywords }, mailbox: await at.box(ann, name), uids });
    await at.teaching.settle();
  };
  for (const name of ["Sent", "Drafts"]) await mark(name, ANSWERED, "$NotJunk");
  assert.equal(at.told.length, 0);
  await mark("INBOX", ANSWERED);
  await mark("INBOX", 0, "$Junk");
  assert.deepEqual((await at.memory.recall(ann, question))?.lessons, { wanted: 1, unwanted: 1 });
  assert.equal((await at.memory.recall(ann, question))?.isCorrespondent, false, "nobody has verified who wrote");
});

test("D2: for a holder who has switched the memory off, or of whom that is not known, no scanner learns either", async () => {
  await using at = await stage();
  const [inbox, junk] = [await at.box(ann, "INBOX"), await at.box(ann, "Junk")];
  const act = { kind: "moved", from: inbox, mailbox: junk, uids: await at.put(ann, "Junk", letterOf(1)) } as const;
  await at.memory.setOn(ann, false);
  at.teaching.taught(ann, act);
  await at.teaching.settle();
  await at.memory[Symbol.asyncDispose]();
  at.teaching.taught(ann, act);
  await at.teaching.settle();
  assert.deepEqual(at.told, []);

  await using without = await stage({ defence: () => undefined });
  const uids = await without.put(ann, "Junk", letterOf(1));
  without.teaching.taught(ann, {
    ...act,
    from: await without.box(ann, "INBOX"),
    uids,
    mailbox: await without.box(ann, "Junk"),
  });
  without.teaching.wrote(ann, ["bob@good.test"]);
  await without.teaching.settle();
  assert.equal(without.told.length, 1, "where there is no memory at all the scanner's own statistics decide");
});

test("whom the holder writes to is known a second later", async () => {
  await using at = await stage();
  const isKnown = async (): Promise<unknown> => (await at.memory.recall(ann, question))?.isCorrespondent;
  at.teaching.wrote(ann, ["eve@shop.test"]);
  at.teaching.wrote(ann, []);
  await turns(20);
  assert.equal(await isKnown(), false);
  await at.clock.advance(SECOND);
  await turns(20);
  assert.equal(await isKnown(), true);
});

test("for whom nothing is noted because there is no room is said", async () => {
  await using at = await stage();
  const { addressesOfAccount } = correspondenceLimits;
  for (let n = 0; n < 3; n++)
    at.teaching.wrote(
      ann,
      Array.from({ length: addressesOfAccount }, (_, of) => `${n}.${of}@y.test`),
    );
  at.teaching.wrote(ann, ["x@y.test"]);
  await at.teaching.settle();
  assert.equal((await at.memory.holdings(ann)).correspondents.count, 2 * addressesOfAccount);
  assert.deepEqual(at.events, [{ name: "defence.unheard", fields: { acts: 2 } }]);
});

test("of a bulk move the newest teach; what is gone by then, and a mailbox that is gone, teach nothing", async () => {
  await using at = await stage({ limits: { messages: 3 } });
  const [inbox, junk] = [await at.box(ann, "INBOX"), await at.box(ann, "Junk")];
  await at.put(ann, "Junk", ...Array.from({ length: 10 }, (_, n) => letterOf(n)));
  await at.mail.write(ann).store(junk, fromNumbers([9]), { kind: "add", flags: { system: 8, keywords: [] } });
  await at.mail.write(ann).expunge(junk, range(1, 10));
  const uids = range(1, 10);
  at.teaching.taught(ann, { kind: "moved", from: inbox, mailbox: junk, uids });
  await at.teaching.settle();
  assert.deepEqual(
    at.told.map(({ text }) => /offer\d/.exec(text)?.[0]),
    ["offer7", "offer9"],
  );
  const made = await at.mail.write(ann).createMailbox("gone");
  const gone = made.kind === "made" ? made.mailbox.id : assert.fail();
  await at.mail.write(ann).deleteMailbox(gone);
  at.teaching.taught(ann, { kind: "moved", from: junk, mailbox: gone, uids });
  await at.teaching.settle();
  assert.deepEqual([at.told.length, at.events.filter(({ name }) => name === "defence.failed")], [2, []]);
});

test("a message of any size costs a bounded read, and the scanner gets all of it", async () => {
  await using at = await stage({ limits: { bytes: 1000 } });
  const text = letterOf(1) + "many more words\r\n".repeat(10_000);
  const uids = await at.put(ann, "Junk", text);
  const act = { kind: "moved", from: await at.box(ann, "INBOX"), mailbox: await at.box(ann, "Junk"), uids } as const;
  at.teaching.taught(ann, act);
  await at.teaching.settle();
  assert.equal(at.told[0]?.text, text);
  assert.deepEqual((await at.memory.recall(ann, question))?.words.length, 2);
});

test("the queue is bounded, for each account and for all; how many acts taught nothing is said once", async () => {
  const heard: AccountId[] = [];
  await using at = await stage({
    limits: { waiting: 5, waitingOfAccount: 3 },
    defence: () => ({
      async learn(account) {
        heard.push(account);
        return "learned";
      },
      wrote: async () => {},
    }),
  });
  const acts = new Map<AccountId, HolderAct>();
  for (const account of [ann, ben]) {
    const uids = await at.put(account, "Junk", letterOf(1));
    const from = await at.box(account, "INBOX");
    acts.set(account, { kind: "moved", from, mailbox: await at.box(account, "Junk"), uids });
  }
  const move = (account: AccountId): void => at.teaching.taught(account, acts.get(account) ?? assert.fail());
  for (const account of [ann, ben]) for (let n = 0; n < 20; n++) move(account);
  await at.teaching.settle();
  assert.ok(heard.filter((one) => one === ann).length <= 4 && heard.includes(ben));
  assert.deepEqual(at.events, [{ name: "defence.unheard", fields: { acts: 40 - heard.length } }]);
  move(ann);
  await at.teaching.settle();
  assert.equal(at.events.length, 1);
});

test("what fails is told and hinders nothing that comes after", async () => {
  let isBroken = true;
  const learned: string[] = [];
  await using at = await stage({
    defence: () => ({
      async learn(_account, { message }) {
        if (isBroken) throw new StoreError("io", "The disk is gone.");
        learned.push(message);
        return "learned";
      },
      wrote: async () => {},
    }),
  });
  const uids = await at.put(ann, "Junk", letterOf(1));
  const act = { kind: "moved", from: await at.box(ann, "INBOX"), mailbox: await at.box(ann, "Junk"), uids } as const;
  at.teaching.taught(ann, act);
  await at.teaching.settle();
  assert.deepEqual(at.events, [{ name: "defence.failed", fields: { step: "teach", code: "io", account: ann } }]);
  isBroken = false;
  at.teaching.taught(ann, act);
  await at.teaching.settle();
  assert.equal(learned.length, 1);
});

test("at the stop what waits is finished, and given up when time has run out", async () => {
  for (const isSlow of [false, true]) {
    const { promise, resolve } = Promise.withResolvers<void>();
    const scanner: SpamTeacher["learn"] = async () => {
      await promise;
      return { kind: "unavailable", why: "timeout" };
    };
    const at = await stage(isSlow ? { scanner } : {});
    const uids = await at.put(ann, "Junk", letterOf(1), letterOf(2));
    const act = { kind: "moved", from: await at.box(ann, "INBOX"), mailbox: await at.box(ann, "Junk"), uids } as const;
    at.teaching.taught(ann, act);
    for (let n = 0; n < 3; n++) {
      at.teaching.taught(ann, act);
      at.teaching.wrote(ann, [`${n}@y.test`]);
    }
    const ended = at.teaching[Symbol.asyncDispose]();
    at.teaching.wrote(ann, ["late@y.test"]);
    await turns(20);
    await at.clock.advance(teachingLimits.endMs);
    resolve();
    await ended;
    assert.equal(at.told.length, isSlow ? 1 : 2);
    assert.equal((await at.memory.holdings(ann)).correspondents.count, 3);
    const unheard = at.events.filter(({ name }) => name === "defence.unheard");
    assert.deepEqual(unheard, isSlow ? [{ name: "defence.unheard", fields: { acts: 3 } }] : []);
    await at.mail[Symbol.asyncDispose]();
  }
});
