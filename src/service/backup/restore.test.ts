import assert from "node:assert/strict";
import { test } from "node:test";
import { DELETED } from "../../store/flags.ts";
import type { Subscription } from "../../store/billing.ts";
import type { AccountId, Uid } from "../../store/ids.ts";
import { fromNumbers } from "../../syntax/bytes/number-set.ts";
import { type Home, makePlaces, openHome, type Places, working } from "./backup-home.fixture.ts";

const WISHES = { emptyJunkDays: 30, emptyTrashDays: undefined, forwarders: ["club.example"], learns: true };

const from = ({ identity }: Places, set?: string) => ({ identity, set });

async function expunge({ mail }: Home, account: AccountId, uids: readonly Uid[]): Promise<void> {
  const inbox = await mail.read(account).mailbox("INBOX");
  assert.ok(inbox);
  const set = fromNumbers(uids);
  await mail.write(account).store(inbox.id, set, { kind: "add", flags: { system: DELETED, keywords: [] } });
  await mail.write(account).expunge(inbox.id, set);
}

const CREDENTIALS = {
  recovery: { address: "ada@elsewhere.example", verified: true },
  secondStep: { secret: new Uint8Array(20).fill(1), lastStep: 7, codes: [new Uint8Array(32).fill(2)] },
  plan: { name: "small", aliases: 5 },
};

const subscriptionOf = (account: AccountId): Subscription => ({
  account,
  reference: "0123456789abcdef0123456789abcdef",
  subscription: "sub_1",
  customer: "cus_1",
  plan: "Letter",
  standing: "paid",
  until: 1_800_000_000_000,
  standingSince: 1_700_000_000_000,
  stage: "open",
  stageSince: 1_700_000_000_000,
  warnedAt: undefined,
  boughtAt: 1_700_000_000_000,
  withdrawnAt: undefined,
  version: 3,
});

test("D5: everything comes back to an empty home, but not what was deleted or closed since", async () => {
  const places = await makePlaces();
  let ada: AccountId;
  let eve: AccountId;
  {
    await using home = await openHome(places);
    const { directory } = home.options;
    [ada, eve] = [await home.add("ada"), await home.add("eve")];
    await directory.addAlias(ada, "a@example.org");
    await directory.addAlias(ada, "old@example.org");
    await directory.removeAlias(ada, "old@example.org");
    const scram = {
      salt: new Uint8Array(16),
      iterations: 4096,
      storedKey: new Uint8Array(32),
      serverKey: new Uint8Array(32),
    };
    await directory.setPreferences(ada, WISHES);
    await home.options.directoryArchive.restoreCredentials(ada, CREDENTIALS);
    await home.options.subscriptions.restore(subscriptionOf(ada));
    await directory.addAppPassword({ id: "p1", account: ada, label: "telephone", createdAt: 5, scram });
    const gone = await home.deliver(ada, "gone");
    await home.deliver(ada, "stays");
    await home.deliver(ada, "long", 700_000);
    const moved = await home.deliver(ada, "moved");
    await home.deliver(eve, "closed");
    await home.backups.create(working);
    // After the set: one mail is deleted, one moved, one account closed.
    await expunge(home, ada, [gone]);
    const reader = home.mail.read(ada);
    const [inbox, archive] = [await reader.mailbox("INBOX"), await reader.mailbox("Archive")];
    assert.ok(inbox && archive);
    await home.mail.write(ada).move(inbox.id, fromNumbers([moved]), archive.id);
    home.backups.ledger?.vanished(ada);
    await directory.remove(eve);
    await home.mail.destroy(eve);
    await home.backups.ledger?.closed(eve);
    await places.clock.advance(60_000);
    await home.backups.ledger?.flush();
  }
  await using home = await openHome(places);
  const restored = await home.backups.restoreEverything(from(places), working);
  assert.deepEqual(
    { ...restored, set: "", madeAt: 0 },
    { set: "", madeAt: 0, accounts: 1, whole: 0, closed: 1, mails: 3, failed: [] },
  );
  const { directory } = home.options;
  assert.deepEqual(
    (await directory.accounts()).map(({ primary }) => primary),
    ["ada@example.org"],
  );
  assert.deepEqual(await directory.aliases(ada), ["a@example.org"]);
  assert.equal((await directory.appPasswords(ada))[0]?.label, "telephone");
  assert.deepEqual(await directory.preferences(ada), WISHES);
  assert.equal((await directory.byId(ada))?.secondStep, true);
  const { recovery, secondStep, plan } = await home.options.directoryArchive.credentials(ada);
  assert.deepEqual([recovery, plan], [CREDENTIALS.recovery, CREDENTIALS.plan]);
  assert.deepEqual(Buffer.from(secondStep?.secret ?? []), Buffer.alloc(20, 1));
  assert.deepEqual(
    secondStep?.codes.map((mark) => Buffer.from(mark)),
    [Buffer.alloc(32, 2)],
  );
  assert.equal(secondStep?.lastStep, 7);
  const { version: _version, ...row } =
    (await home.options.subscriptions.byAccount(ada)) ?? assert.fail("none is there");
  const { version: _before, ...paid } = subscriptionOf(ada);
  assert.deepEqual(row, paid);
  assert.equal((await home.options.directoryArchive.reserved(ada))[0], "old@example.org");
  assert.deepEqual((await home.subjects(ada, "INBOX")).toSorted(), ["long", "moved", "stays"]);
  assert.deepEqual(await home.mail.check(ada), []);
  assert.deepEqual(await directory.check(), []);
  // The address of the closed account is given to nobody, as one sees who opens the directory anew.
  const used = await home.options.directoryArchive.used();
  assert.equal(used.fingerprints.length, 1);
});

test("D5: an address given up before the set stays given up after a restore", async () => {
  const places = await makePlaces();
  let used: readonly Uint8Array[];
  {
    await using home = await openHome(places);
    await home.add("ada");
    await home.options.directory.remove(await home.add("bob"));
    await home.backups.create(working);
    used = (await home.options.directoryArchive.used()).fingerprints;
    assert.equal(used.length, 1);
  }
  await using home = await openHome(places);
  await home.backups.restoreEverything(from(places), working);
  assert.deepEqual((await home.options.directoryArchive.used()).fingerprints, used);
});

test("a restore that breaks off goes on where it stopped", async () => {
  const places = await makePlaces();
  {
    await using home = await openHome(places);
    for (const name of ["a", "b", "c", "d", "e", "f", "g"]) await home.deliver(await home.add(name), name, 3000);
    await home.backups.create(working);
  }
  await using home = await openHome(places);
  const stop = new AbortController();
  const progress = (_step: string, done: number): void => {
    if (done === 2) stop.abort();
  };
  const stopped = home.backups.restoreEverything(from(places), { signal: stop.signal, progress });
  await assert.rejects(stopped, { name: "AbortError" });
  const again = await home.backups.restoreEverything(from(places), working);
  assert.equal(again.accounts, 7);
  assert.ok(again.whole >= 2 && again.whole < 7, `${again.whole} were whole`);
  assert.equal(again.mails, 7 - again.whole);
  await assert.rejects(home.backups.restoreEverything(from(places), working), /this home has accounts/);
});

test("an account whose pack is lost fails alone, and comes from another set", async () => {
  const places = await makePlaces();
  let bob: AccountId;
  let older: string;
  {
    await using home = await openHome(places);
    bob = await home.add("bob");
    await home.deliver(await home.add("ada"), "ada", 5000);
    await home.deliver(bob, "first");
    older = (await home.backups.create(working)).id;
    await places.clock.advance(3_600_000);
    await home.deliver(bob, "second");
    const before = new Set(places.target.names("pack/"));
    await home.backups.create(working);
    for (const name of places.target.names("pack/")) if (!before.has(name)) places.target.objects.delete(name);
  }
  await using home = await openHome(places);
  const first = await home.backups.restoreEverything(from(places), working);
  assert.equal(first.accounts, 1);
  assert.match(first.failed[0]?.sentence ?? "", /is missing at the target/);
  assert.equal(await home.options.directory.byId(bob), undefined, "no record without mail");
  const second = await home.backups.restoreEverything(from(places, older), working);
  assert.deepEqual([second.accounts, second.whole, second.mails], [2, 1, 1]);
  assert.deepEqual(await home.subjects(bob, "INBOX"), ["first"]);
});

test("A7: a folder comes back beside the living mails, and the holder is told", async () => {
  const places = await makePlaces();
  await using home = await openHome(places);
  const ada = await home.add("ada");
  const account = await home.options.directory.byId(ada);
  assert.ok(account);
  const uid = await home.deliver(ada, "wanted again");
  await home.backups.create(working);
  await expunge(home, ada, [uid]);
  const wanted = { folder: "INBOX", from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
  assert.equal((await home.backups.restoreFolder(account, from(places), wanted, working)).mails, 1);
  assert.deepEqual(await home.subjects(ada, "INBOX"), []);
  assert.deepEqual(await home.subjects(ada, "Restored 2026-03-01/INBOX"), ["wanted again"]);
  assert.deepEqual(home.told, [`${ada} mail-restored`]);
  const early = { ...wanted, to: 0 };
  await assert.rejects(
    home.backups.restoreFolder(account, from(places), early, working),
    /no mail of that folder and period/,
  );
});

test("A7: a damaged account is made anew without what was deleted since, and the holder is told", async () => {
  const places = await makePlaces();
  await using home = await openHome(places);
  const ada = await home.add("ada");
  const account = await home.options.directory.byId(ada);
  assert.ok(account);
  const uid = await home.deliver(ada, "gone");
  await home.deliver(ada, "stays");
  await home.backups.create(working);
  await expunge(home, ada, [uid]);
  home.backups.ledger?.vanished(ada);
  await home.backups.ledger?.flush();
  await home.backups.restoreAccount(account, from(places), working);
  assert.deepEqual(await home.subjects(ada, "INBOX"), ["stays"]);
  assert.deepEqual(home.told, [`${ada} mail-restored`]);
  assert.deepEqual(await home.mail.check(ada), []);
});

test("nobody restores everything into a running service, nor with another key", async () => {
  const places = await makePlaces();
  {
    await using home = await openHome(places);
    await home.add("ada");
    await home.backups.create(working);
  }
  await using serving = await openHome(places, { isServing: true });
  await assert.rejects(serving.backups.restoreEverything(from(places), working), /the service runs/);
  await using home = await openHome(places);
  const { identity } = await makePlaces();
  await assert.rejects(home.backups.restoreEverything({ identity, set: undefined }, working), /identity does not open/);
  await assert.rejects(home.backups.restoreEverything({ identity: "x", set: undefined }, working), /is no age key/);
});

test("a drill compares every mail, and finds what differs", async () => {
  const places = await makePlaces();
  await using home = await openHome(places);
  const ada = await home.add("ada");
  await home.deliver(ada, "one", 400_000);
  await home.deliver(ada, "two");
  await home.add("empty");
  await home.backups.create(working);
  const drilled = await home.backups.drill(from(places), 20, working);
  assert.deepEqual(drilled.findings, []);
  assert.deepEqual([drilled.accounts, drilled.mails, drilled.compared], [2, 2, 2]);
  // A store that loses a flag on the way back.
  const { temporaryHome } = home.options;
  await using other = await openHome(places, {
    ...home.options,
    async temporaryHome() {
      const real = await temporaryHome();
      const { archive } = real;
      return {
        ...real,
        archive: {
          ...archive,
          restore: (account, snapshot, content) =>
            archive.restore(
              account,
              { ...snapshot, mails: snapshot.mails.map((mail) => ({ ...mail, keywords: [] })) },
              content,
            ),
        },
      };
    },
  });
  assert.match(
    (await other.backups.drill(from(places), 20, working)).findings.join(),
    /2 of 2 mails are missing or differ/,
  );
});
