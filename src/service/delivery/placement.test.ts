/** What stores and queue are given of examined mail: octets, folders, and one copy, whatever fails on the way. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { deliverDue } from "./deferred.ts";
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
  spamAt,
  spamSaying,
  U1,
} from "./examining.fixture.ts";

const deliverWaiting = ({ queue, mail, clock, log }: Delivering): Promise<boolean> =>
  deliverDue({ queue, mail, clock, log, signal: new AbortController().signal });

test("a large message goes by the spool, keeps its octets behind the header, and holds no file afterwards", async () => {
  await using world = await examining(forgivenBy("u1"), { memoryBytes: 1000 });
  const text = `X-Spam-Status: No\r\n${BANK}${"0123456789abcde\r\n".repeat(1000)}`;
  assert.equal(said(await world.receive(BOTH, text)), "250 2.0.0");
  const stored = text.slice("X-Spam-Status: No\r\n".length);
  for (const [name, mailbox] of [
    ["u1", "INBOX"],
    ["u2", "Junk"],
  ] as const) {
    const [mail = ""] = await world.mails(name, mailbox);
    assert.ok(mail.endsWith(`+0000\r\n${stored}`));
  }
  assert.equal(world.openSpoolFiles, 0);
});

test("a header beyond what is looked at is refused", async () => {
  await using world = await examining({}, { memoryBytes: 1000 });
  const reply = await world.receive(U1, `X: ${"y".repeat(256 * 1024)}\r\n\r\nbody`);
  assert.equal(said(reply), "552 5.3.4");
  await nothingLeft(world);
  assert.equal(world.openSpoolFiles, 0);
});

test("what waits for a store is stored as the others' copy, in its folder; who repeats it meanwhile causes no second one", async () => {
  for (const isRepeated of [false, true]) {
    await using world = await examining(forgivenBy("u2"));
    const text = `X-Spam-Status: No\r\n${BANK}`;
    const reply = await world.receive([...BOTH, "alias@example.test"], text, () => world.mail.fail(idOf("u1"), "io"));
    assert.equal(said(reply), "250 2.0.0");
    assert.equal(await world.queue.count(), 1);
    world.mail.heal();
    if (isRepeated) await world.receive(BOTH, text);
    await deliverWaiting(world);
    assert.equal(await world.queue.count(), 0);
    const [junk = "", ...more] = await world.mails("u1", "Junk");
    assert.equal(more.length, 0);
    assert.equal((await world.mails("u2")).length, 1);
    assert.match(junk, /\r\nX-Spam-Verdict: Junk, rule=policy;/);
    assert.ok(junk.endsWith(BANK) && !junk.includes("X-Spam-Status"));
  }
});

test("those who wait for different forms of a message get each its own", async () => {
  await using world = await examining(forgivenBy("u2"));
  const reply = await world.receive([...BOTH, "u3@example.test"], BANK, () => {
    world.mail.fail(idOf("u2"), "io");
    world.mail.fail(idOf("u3"), "io");
  });
  assert.equal(said(reply), "250 2.0.0");
  assert.equal(await world.queue.count(), 2);
  world.mail.heal();
  await deliverWaiting(world);
  assert.match((await world.mails("u2"))[0] ?? "", /\r\nX-Spam-Verdict: Inbox,/);
  assert.match((await world.mails("u3", "Junk"))[0] ?? "", /\r\nX-Spam-Verdict: Junk,/);
});

test("a repetition after a lost 250 is known by the octets as they came, whatever is said of it now", async () => {
  let verdict = clean;
  const spam = { ...spamSaying(clean), scan: async () => verdict };
  await using world = await examining({ spam }, fromFriend);
  await world.receive(U1, FRIEND);
  verdict = spamAt("junk");
  assert.equal(said(await world.receive(U1, FRIEND)), "250 2.0.0");
  assert.equal((await world.mail.read(idOf("u1")).usage()).messages, 1);
});

test("what comes back about mail of an account is counted whatever the verdict; of what it never sent it goes to Junk, and its field says why", async () => {
  const report = "Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n";
  const counted: string[] = [];
  const feedback = async (account: string) => {
    counted.push(account);
    return "backscatter" as const;
  };
  {
    await using world = await examining({ spam: spamSaying(spamAt("junk")) }, { feedback, ...fromFriend });
    await world.receive(U1, report);
    assert.match((await world.mails("u1", "Junk"))[0] ?? "", /\r\nX-Spam-Verdict: Junk, rule=scanner;/);
  }
  await using world = await examining({}, { feedback, ...fromFriend });
  await world.receive(U1, report);
  assert.equal(
    fieldsOf((await world.mails("u1", "Junk"))[0] ?? "")[1]?.slice(0, 40),
    "X-Spam-Verdict: Junk, rule=backscatter; ",
  );
  assert.deepEqual(counted, [idOf("u1"), idOf("u1")]);
  assert.ok(world.records.some(({ fields }) => fields["rule"] === "backscatter"));
});
