/** What every `DefenceMemory` must do; each implementation registers these tests with a way to open a fresh one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type DefenceMemory,
  type DefenceMemoryLimits,
  defenceMemoryLimits,
  type DefenceQuestion,
  type Lesson,
  type Recollection,
} from "../defence-memory.ts";
import { accountId } from "../ids.ts";
import { StoreError } from "../store-error.ts";

const DAY = 86_400_000;
const a = accountId("a".repeat(32));
const b = accountId("b".repeat(32));
/** Some day, at noon. */
const now = 20_000 * DAY + DAY / 2;
const contact = { first: "192.0.2 eve@bad.test", origin: "192.0.2" };
const nobody = { firstAt: undefined, isPassed: false };

const lesson = (more: Partial<Lesson> = {}): Lesson => ({
  kind: "unwanted",
  message: "m1",
  names: ["domain bad.test", "network 192.0.2"],
  words: ["cheap", "pills"],
  ...more,
});
const question = (more: Partial<DefenceQuestion> = {}): DefenceQuestion => ({
  authors: ["eve@bad.test"],
  names: ["domain bad.test", "network 198.51.100"],
  words: () => ["cheap", "hello"],
  leastLessons: 0,
  contact,
  ...more,
});
const nothing: Recollection = {
  isCorrespondent: false,
  names: [
    { wanted: 0, unwanted: 0 },
    { wanted: 0, unwanted: 0 },
  ],
  words: [],
  lessons: { wanted: 0, unwanted: 0 },
  contact: nobody,
  hasRoom: true,
};
async function recalled(
  memory: DefenceMemory,
  account = a,
  more: Partial<DefenceQuestion> = {},
): Promise<Recollection> {
  return (await memory.recall(account, question(more))) ?? assert.fail("the memory is off");
}

export function defenceMemoryContract(
  name: string,
  open: (limits?: DefenceMemoryLimits) => Promise<DefenceMemory>,
): void {
  test(`lessons are counted under names and words, each message once (${name})`, async () => {
    await using memory = await open();
    assert.deepEqual(await recalled(memory), nothing);
    assert.equal(await memory.learn(a, lesson(), now), "learned");
    assert.equal(await memory.learn(a, lesson(), now), "unchanged");
    assert.equal(await memory.learn(a, lesson({ message: "m2", words: ["cheap"] }), now), "learned");
    assert.deepEqual(await recalled(memory), {
      ...nothing,
      names: [
        { wanted: 0, unwanted: 2 },
        { wanted: 0, unwanted: 0 },
      ],
      words: [{ wanted: 0, unwanted: 2 }],
      lessons: { wanted: 0, unwanted: 2 },
    });
  });

  test(`F6: who moves a mail out of Junk takes back what it had taught (${name})`, async () => {
    await using memory = await open();
    await memory.learn(a, lesson(), now);
    assert.equal(await memory.learn(a, lesson({ kind: "wanted" }), now), "changed");
    const after = await recalled(memory);
    assert.deepEqual(after.names[0], { wanted: 1, unwanted: 0 });
    assert.deepEqual(after.words, [{ wanted: 1, unwanted: 0 }]);
    assert.deepEqual(after.lessons, { wanted: 1, unwanted: 0 });
    assert.equal(await memory.learn(a, lesson(), now), "changed");
    assert.deepEqual((await recalled(memory)).words, [{ wanted: 0, unwanted: 1 }]);
  });

  test(`words are looked up only where enough was learned of both kinds (${name})`, async () => {
    await using memory = await open();
    await memory.learn(a, lesson(), now);
    await memory.learn(a, lesson({ message: "m2" }), now);
    await memory.learn(a, lesson({ message: "m3", kind: "wanted" }), now);
    const words = (): never => assert.fail("they are asked for in vain");
    assert.deepEqual((await recalled(memory, a, { leastLessons: 2, words })).words, []);
    assert.deepEqual((await recalled(memory, b, { leastLessons: 1, words })).words, []);
    assert.deepEqual((await recalled(memory, a, { leastLessons: 1 })).words, [{ wanted: 1, unwanted: 2 }]);
  });

  test(`what is taken back never falls below nothing, also when the words are others now (${name})`, async () => {
    await using memory = await open();
    await memory.learn(a, lesson({ words: ["pills"] }), now);
    await memory.learn(a, lesson({ kind: "wanted", words: ["cheap"] }), now);
    assert.deepEqual((await recalled(memory)).words, [{ wanted: 1, unwanted: 0 }]);
  });

  test(`nothing that one account does is seen by another (${name})`, async () => {
    await using memory = await open();
    await memory.learn(a, lesson(), now);
    await memory.addCorrespondents(a, ["eve@bad.test"], now);
    await memory.addContact(a, contact, now);
    assert.deepEqual(await recalled(memory, b), nothing);
    await memory.learn(b, lesson({ kind: "wanted" }), now);
    await memory.clear(b);
    await memory.setOn(b, false);
    await memory.forgetAccount(b);
    assert.deepEqual((await recalled(memory)).lessons, { wanted: 0, unwanted: 1 });
    assert.equal((await recalled(memory)).isCorrespondent, true);
  });

  test(`whom the holder writes to is known (${name})`, async () => {
    await using memory = await open();
    await memory.addCorrespondents(a, ["bob@good.test", "eve@bad.test"], now);
    assert.equal((await recalled(memory)).isCorrespondent, true);
    assert.equal((await recalled(memory, a, { authors: ["x@y.test", "bob@good.test"] })).isCorrespondent, true);
    assert.equal((await recalled(memory, a, { authors: ["x@y.test"] })).isCorrespondent, false);
    assert.equal((await recalled(memory, a, { authors: [] })).isCorrespondent, false);
  });

  test(`whom many holders write to is noted at once, again and again (${name})`, async () => {
    await using memory = await open();
    await memory.setOn(b, false);
    const written = [
      { account: a, addresses: ["bob@good.test", "eve@bad.test"] },
      { account: b, addresses: ["eve@bad.test"] },
      { account: accountId("c".repeat(32)), addresses: Array.from({ length: 500 }, (_, n) => `${n}@x.test`) },
      { account: accountId("d".repeat(32)), addresses: ["eve@bad.test"] },
    ];
    for (let n = 0; n < 3; n++) {
      await memory.noteWritten(written, now + DAY * Math.floor(n / 2));
      const counts = await Promise.all(written.map(({ account }) => memory.holdings(account)));
      assert.deepEqual(
        counts.map(({ correspondents }) => correspondents.count),
        [2, 0, 500, 1],
      );
    }
    assert.equal((await memory.holdings(a)).correspondents.oldest, 20_001);
    await memory.noteWritten([{ account: a, addresses: ["new@x.test", "bob@good.test"] }], now + DAY);
    assert.equal((await memory.holdings(a)).correspondents.count, 3);
    assert.equal(await memory.recall(b, question()), undefined, "off is off");
  });

  test(`who was cleared, or switched off and on, is noted anew (${name})`, async () => {
    await using memory = await open();
    const ends = [
      () => memory.clear(a),
      () => memory.forgetAccount(a),
      async () => {
        await memory.setOn(a, false);
        await memory.setOn(a, true);
      },
    ];
    for (const end of ends) {
      await memory.noteWritten([{ account: a, addresses: ["eve@bad.test"] }], now);
      await end();
      assert.equal((await recalled(memory)).isCorrespondent, false);
      await memory.noteWritten([{ account: a, addresses: ["eve@bad.test"] }], now);
      assert.equal((await recalled(memory)).isCorrespondent, true);
    }
  });

  test(`who is asked to come again is remembered until it does, then where it comes from (${name})`, async () => {
    await using memory = await open();
    assert.equal(await memory.addContact(a, contact, now - 1), true);
    assert.equal(await memory.addContact(a, contact, now), true);
    assert.deepEqual((await recalled(memory)).contact, { firstAt: now, isPassed: false });
    const other = { first: "192.0.2 bob@bad.test", origin: "192.0.2" };
    assert.deepEqual((await recalled(memory, a, { contact: other })).contact, nobody);
    await memory.passContact(a, contact, now + 1);
    for (const who of [contact, other])
      assert.deepEqual((await recalled(memory, a, { contact: who })).contact, { firstAt: undefined, isPassed: true });
    assert.deepEqual((await recalled(memory, a, { contact: { first: "x", origin: "y" } })).contact, nobody);
  });

  test(`an account holds only so much: what is oldest gives way (${name})`, async () => {
    const limits = { correspondents: 16, senders: 16, words: 32, lessons: 16, waiting: 2, passed: 16 };
    await using memory = await open(limits);
    for (let n = 0; n < 60; n++) {
      const at = now + n * DAY;
      const words = ["cheap", `w${n}`, `v${n}`];
      await memory.learn(a, lesson({ message: `m${n}`, names: [`domain ${n}`], words }), at);
      const addresses = [`c${n}@x.test`];
      await (n % 2 === 0
        ? memory.addCorrespondents(a, addresses, at)
        : memory.noteWritten([{ account: a, addresses }], at));
      assert.equal(await memory.addContact(a, { first: `f${n}`, origin: "" }, at), n < 2);
      await memory.passContact(a, { first: "", origin: `o${n}` }, at);
    }
    const held = await memory.holdings(a);
    for (const [what, most] of [
      ["correspondents", 16],
      ["senders", 16],
      ["words", 32],
      ["lessons", 16],
      ["contacts", 18],
    ] as const) {
      assert.ok(held[what].count <= most && held[what].count >= most / 2, what);
      assert.equal(held[what].newest, 20_059, what);
    }
    const { words, hasRoom, names } = await recalled(memory, a, {
      words: () => ["cheap", "w0", "w59"],
      names: ["domain 59"],
    });
    assert.equal(hasRoom, false);
    assert.deepEqual(names, [{ wanted: 0, unwanted: 1 }]);
    assert.deepEqual(words, [
      { wanted: 0, unwanted: 60 },
      { wanted: 0, unwanted: 1 },
    ]);
    assert.deepEqual((await recalled(memory, a, { contact: { first: "f0", origin: "" } })).contact.firstAt, now);
  });

  test(`D2: what is held is shown as counts and days, and can be cleared (${name})`, async () => {
    await using memory = await open();
    const none = { count: 0, oldest: undefined, newest: undefined };
    const empty = { isOn: true, correspondents: none, senders: none, words: none, lessons: none, contacts: none };
    assert.deepEqual(await memory.holdings(a), empty);
    await memory.learn(a, lesson(), now);
    await memory.learn(a, lesson({ message: "m2" }), now + DAY);
    await memory.addCorrespondents(a, ["bob@good.test"], now);
    await memory.addContact(a, contact, now);
    await memory.passContact(a, { first: "", origin: "elsewhere" }, now + 2 * DAY);
    assert.deepEqual(await memory.holdings(a), {
      isOn: true,
      correspondents: { count: 1, oldest: 20_000, newest: 20_000 },
      senders: { count: 2, oldest: 20_001, newest: 20_001 },
      words: { count: 2, oldest: 20_001, newest: 20_001 },
      lessons: { count: 2, oldest: 20_000, newest: 20_001 },
      contacts: { count: 2, oldest: 20_000, newest: 20_002 },
    });
    await memory.clear(a);
    assert.deepEqual(await memory.holdings(a), empty);
    assert.deepEqual(await recalled(memory), nothing);
    assert.equal(await memory.learn(a, lesson(), now), "learned");
  });

  test(`D2: switched off, nothing is kept and nothing comes in until it is on again (${name})`, async () => {
    await using memory = await open();
    await memory.learn(a, lesson(), now);
    await memory.addCorrespondents(a, ["eve@bad.test"], now);
    await memory.setOn(a, false);
    await memory.setOn(a, false);
    assert.equal(await memory.recall(a, question()), undefined);
    assert.equal(await memory.learn(a, lesson({ message: "m3" }), now), "off");
    await memory.addCorrespondents(a, ["eve@bad.test"], now);
    assert.equal(await memory.addContact(a, contact, now), false);
    await memory.passContact(a, contact, now);
    await memory.clear(a);
    assert.equal((await memory.holdings(a)).isOn, false);
    await memory.setOn(a, true);
    assert.deepEqual(await recalled(memory), nothing);
    await memory.learn(a, lesson(), now);
    await memory.setOn(a, true);
    assert.deepEqual((await recalled(memory)).lessons, { wanted: 0, unwanted: 1 });
  });

  test(`D2: correspondents expire after their time, the rest after its own (${name})`, async () => {
    await using memory = await open();
    for (const account of [a, b]) {
      await memory.addCorrespondents(account, ["eve@bad.test"], now);
      await memory.learn(account, lesson(), now);
      await memory.addContact(account, contact, now);
      await memory.passContact(account, { first: "", origin: "192.0.2" }, now);
    }
    await memory.addCorrespondents(a, ["eve@bad.test"], now + DAY);
    const before = { correspondents: 20_000, contactsWaiting: 20_000, others: 20_000 };
    assert.equal(await memory.forget(before), 0);
    assert.equal(await memory.forget({ ...before, contactsWaiting: 20_001 }), 2);
    assert.deepEqual((await recalled(memory)).contact, { firstAt: undefined, isPassed: true });
    assert.equal(await memory.forget({ ...before, others: 20_001 }), 12);
    assert.deepEqual(await recalled(memory), { ...nothing, isCorrespondent: true });
    assert.equal(await memory.forget({ ...before, correspondents: 20_001 }), 1);
    assert.deepEqual(
      [(await recalled(memory)).isCorrespondent, (await recalled(memory, b)).isCorrespondent],
      [true, false],
    );
  });

  test(`D5: of an account that is closed nothing is left (${name})`, async () => {
    await using memory = await open();
    await memory.learn(a, lesson(), now);
    await memory.setOn(b, false);
    for (const account of [a, b, accountId("c".repeat(32))]) await memory.forgetAccount(account);
    for (const account of [a, b]) assert.deepEqual(await recalled(memory, account), nothing);
  });

  test(`a closed memory says so (${name})`, async () => {
    const memory = await open();
    await memory[Symbol.asyncDispose]();
    for (const call of [
      () => memory.recall(a, question()),
      () => memory.learn(a, lesson(), now),
      () => memory.addCorrespondents(a, ["x@y.test"], now),
      () => memory.noteWritten([{ account: a, addresses: ["x@y.test"] }], now),
      () => memory.addContact(a, contact, now),
      () => memory.passContact(a, contact, now),
      () => memory.holdings(a),
      () => memory.clear(a),
      () => memory.setOn(a, false),
      () => memory.forgetAccount(a),
    ])
      await assert.rejects(call, (error) => error instanceof StoreError && error.code === "closed");
  });

  test(`the limits leave room for what a person has (${name})`, () => {
    assert.ok(Object.isFrozen(defenceMemoryLimits) && defenceMemoryLimits.words >= 20_000);
  });
}
