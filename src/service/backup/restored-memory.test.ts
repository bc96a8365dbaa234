/** What accounts have learned of their mail is in no set; that they are to learn nothing is. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { AccountId } from "../../store/ids.ts";
import type { SpecialUse } from "../../store/mail-store.ts";
import { fromNumbers } from "../../syntax/bytes/number-set.ts";
import { createDefence } from "../defence/defence.ts";
import { createTeaching } from "../defence/teaching.ts";
import { setLearning } from "../holder/learning.ts";
import { type Home, makePlaces, openHome, type Places, working } from "./backup-home.fixture.ts";

const from = ({ identity }: Places) => ({ identity, set: undefined });

/** Moves a new mail from the INBOX into Junk, as an IMAP client does, and answers how many messages have taught. */
async function lessonsOfJunk(home: Home, { clock }: Places, account: AccountId): Promise<number> {
  const { mail, memory } = home;
  const defence = createDefence({ memory, clock, log() {} });
  await using teaching = createTeaching({
    mail,
    defence,
    teacher: undefined,
    hostName: "mail.example.org",
    clock,
    log() {},
  });
  const box = async (use: SpecialUse | undefined) =>
    (await mail.read(account).mailboxes()).find(({ name, specialUse }) =>
      use === undefined ? name === "INBOX" : specialUse === use,
    )?.id ?? assert.fail();
  const [inbox, junk] = [await box(undefined), await box("\\Junk")];
  const uid = await home.deliver(account, "cheap pills");
  const moved = await mail.write(account).move(inbox, fromNumbers([uid]), junk);
  assert.ok(moved.kind === "copied");
  teaching.taught(account, { kind: "moved", from: inbox, mailbox: junk, uids: moved.to });
  await teaching.settle();
  return (await memory.holdings(account)).lessons.count;
}

test("D2: who has switched the memory off finds it off after a restore, and a move to Junk teaches nothing", async () => {
  const places = await makePlaces();
  let ada: AccountId;
  let bob: AccountId;
  {
    await using home = await openHome(places);
    const stores = { directory: home.options.directory, memory: home.memory };
    [ada, bob] = [await home.add("ada"), await home.add("bob")];
    assert.equal(await lessonsOfJunk(home, places, ada), 1);
    await setLearning(stores, ada, false);
    assert.equal(await lessonsOfJunk(home, places, ada), 0);
    await setLearning(stores, bob, false);
    await setLearning(stores, bob, true);
    await home.backups.create(working);
  }
  await using home = await openHome(places);
  assert.equal((await home.backups.restoreEverything(from(places), working)).accounts, 2);
  const { directory } = home.options;
  assert.deepEqual([(await home.memory.holdings(ada)).isOn, (await home.memory.holdings(bob)).isOn], [false, true]);
  assert.deepEqual(
    [(await directory.preferences(ada)).learns, (await directory.preferences(bob)).learns],
    [false, true],
  );
  assert.equal(await lessonsOfJunk(home, places, ada), 0);
  assert.equal(await lessonsOfJunk(home, places, bob), 1);
  // On again, the holder begins anew.
  await setLearning({ directory, memory: home.memory }, ada, true);
  assert.equal(await lessonsOfJunk(home, places, ada), 1);
});

test("D2: a restore that stops before an account's record has switched its memory off already", async () => {
  const places = await makePlaces();
  let ada: AccountId;
  {
    await using home = await openHome(places);
    ada = await home.add("ada");
    await setLearning({ directory: home.options.directory, memory: home.memory }, ada, false);
    await home.backups.create(working);
  }
  await using home = await openHome(places);
  const { directory } = home.options;
  const add = directory.add.bind(directory);
  directory.add = () => Promise.reject(new Error("the machine goes down"));
  await assert.rejects(home.backups.restoreEverything(from(places), working), /goes down/);
  assert.equal((await home.memory.holdings(ada)).isOn, false);
  directory.add = add;
  assert.equal((await home.backups.restoreEverything(from(places), working)).accounts, 1);
  assert.equal((await home.memory.holdings(ada)).isOn, false);
});

test("an account of an older set, which says nothing of it, learns", async () => {
  const places = await makePlaces();
  let ada: AccountId;
  {
    await using home = await openHome(places);
    const { directory } = home.options;
    ada = await home.add("ada");
    await directory.setPreferences(ada, { emptyJunkDays: 30 });
    const { learns: _, ...older } = await directory.preferences(ada);
    directory.preferences = async () => older as Awaited<ReturnType<typeof directory.preferences>>;
    await home.backups.create(working);
  }
  await using home = await openHome(places);
  await home.backups.restoreEverything(from(places), working);
  const wishes = { emptyJunkDays: 30, emptyTrashDays: undefined, forwarders: [], learns: true };
  assert.deepEqual(await home.options.directory.preferences(ada), wishes);
  assert.equal((await home.memory.holdings(ada)).isOn, true);
});
