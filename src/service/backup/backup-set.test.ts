import assert from "node:assert/strict";
import { test } from "node:test";
import { HOUR } from "../../host/clock.ts";
import { DELETED } from "../../store/flags.ts";
import type { AccountId, Uid } from "../../store/ids.ts";
import { fromNumbers } from "../../syntax/bytes/number-set.ts";
import { type Home, makePlaces, openHome, type Places, throughPool, working } from "./backup-home.fixture.ts";
import { ledgerKeyName, newSetId, ownerOf, setEnd, setKeyName, setTime } from "./object-names.ts";
import { halfOpener } from "./private-halves.ts";
import { readLedger } from "./ledger-entries.ts";

async function expunge({ mail }: Home, account: AccountId, uids: readonly Uid[]): Promise<void> {
  const inbox = await mail.read(account).mailbox("INBOX");
  assert.ok(inbox);
  const set = fromNumbers(uids);
  await mail.write(account).store(inbox.id, set, { kind: "add", flags: { system: DELETED, keywords: [] } });
  await mail.write(account).expunge(inbox.id, set);
  await mail.settle();
}

const findings = async (home: Home): Promise<readonly string[]> =>
  (await home.backups.verify(working)).sets.flatMap((set) => set.findings);

test("verify finds what is missing, short, changed or kept alive, and says nothing of a whole set", async () => {
  const places = await makePlaces();
  const { target, identity } = places;
  await using home = await openHome(places);
  await fill(home);
  const { id } = await home.backups.create(working);
  const open = { identity, accounts: 9 };
  const verified = await home.backups.verify(working, open);
  assert.deepEqual(
    verified.sets.flatMap((set) => set.findings),
    [],
  );
  assert.deepEqual([verified.opened?.accounts, verified.opened?.mails], [2, 2]);
  const [pack = ""] = target.names("pack/");
  const octets = target.objects.get(pack);
  assert.ok(octets);
  target.objects.delete(pack);
  assert.match((await findings(home)).join(), /is missing/);
  target.objects.set(pack, octets.subarray(1));
  assert.match((await findings(home)).join(), /octets instead of/);
  target.objects.set(pack, octets.with(40, (octets[40] ?? 0) ^ 1));
  assert.deepEqual(await findings(home), [], "only who opens it sees this");
  assert.match((await home.backups.verify(working, open)).sets[0]?.findings.join() ?? "", /is damaged/);
  target.objects.set(pack, octets);
  places.escrow.objects.delete(setKeyName(id));
  assert.match((await findings(home)).join(), /nobody can open it/);
  places.escrow.kept = ["versions are kept"];
  assert.deepEqual((await home.backups.verify(working)).keepers, ["the escrow place: versions are kept"]);
});

test("an account that has not changed costs a line, one that has costs what is new", async () => {
  const places = await makePlaces();
  await using home = await openHome(places);
  const ada = await home.add("ada");
  await home.add("idle");
  await home.deliver(ada, "first", 300_000);
  const first = await home.backups.create(working);
  assert.deepEqual([first.accounts, first.unchanged, first.skipped], [2, 0, 0]);
  assert.ok(first.sentOctets > 150_000);
  const second = await home.backups.create(working);
  assert.deepEqual([second.accounts, second.unchanged], [2, 2]);
  assert.ok(second.sentOctets < 4000, `${second.sentOctets} octets for two lines`);
  await home.deliver(ada, "second");
  const third = await home.backups.create(working);
  assert.equal(third.unchanged, 1);
  assert.ok(third.sentOctets < 6000, `${third.sentOctets} octets for a small mail`);
  assert.deepEqual(await findings(home), []);
});

test("a pack of which less than half lives is sent anew, and the old one goes with the last set that needs it", async () => {
  const places = await makePlaces();
  await using home = await openHome(places);
  const ada = await home.add("ada");
  const uids = [await home.deliver(ada, "a", 40_000), await home.deliver(ada, "b", 40_000)];
  await home.deliver(ada, "c", 20_000);
  await home.backups.create(working);
  const [old = ""] = places.target.names("pack/");
  await places.clock.advance(24 * HOUR);
  await expunge(home, ada, uids);
  await home.backups.create(working);
  const packs = places.target.names("pack/");
  assert.equal(packs.length, 2);
  const size = (name: string): number => places.target.objects.get(name)?.length ?? 0;
  const fresh = packs.find((name) => name !== old) ?? "";
  assert.ok(size(fresh) < size(old) / 2 && size(fresh) > 10_000);
  await places.clock.advance(Date.parse("2026-03-10T23:30:00Z") - places.clock.now());
  await home.backups.expire();
  assert.deepEqual(places.target.names("pack/"), [fresh]);
  assert.deepEqual(await findings(home), []);
  const drilled = await home.backups.drill({ identity: places.identity, set: undefined }, 5, working);
  assert.deepEqual([drilled.mails, drilled.findings], [1, []]);
});

test("D4: a set ends after its hours, its key first, and its objects with it", async () => {
  const places = await makePlaces();
  await using home = await openHome(places, { hours: 48 });
  const ada = await home.add("ada");
  const uid = await home.deliver(ada, "deleted later", 9000);
  const { id } = await home.backups.create(working);
  await expunge(home, ada, [uid]);
  await places.clock.advance(46 * HOUR);
  await home.backups.expire();
  assert.ok(places.escrow.objects.has(setKeyName(id)));
  await places.clock.advance(HOUR);
  places.target.done.length = 0;
  places.target.breaksAt = places.target.changes + 1;
  await assert.rejects(home.backups.expire(), /the target does not answer/);
  assert.deepEqual(places.escrow.names("set/"), [], "the key is gone though the target is away");
  places.target.breaksAt = Number.POSITIVE_INFINITY;
  await home.backups.expire();
  assert.deepEqual([...places.target.objects.keys()], []);
  assert.deepEqual(await home.backups.list(), []);
});

test("D4: no set is made at a place that would keep what is deleted", async () => {
  const places = await makePlaces();
  await using home = await openHome(places);
  await home.deliver(await home.add("ada"), "kept for ever");
  for (const which of ["target", "escrow"] as const) {
    places[which].kept = ["versioning is on"];
    await assert.rejects(home.backups.create(working), /could not be deleted: .*: versioning is on/);
    places[which].kept = [];
  }
  assert.deepEqual([...places.target.objects.keys(), ...places.escrow.objects.keys()], []);
  await home.backups.create(working);
});

test("D4: no set outlives the ledger of its first day", () => {
  const madeAt = Date.parse("2026-03-01T03:30:00Z");
  assert.equal(new Date(setEnd(madeAt, 240)).toISOString(), "2026-03-11T00:00:00.000Z");
  assert.equal(setEnd(madeAt, 24), madeAt + 24 * HOUR);
  assert.equal(setTime(newSetId(madeAt)), madeAt);
  assert.equal(ownerOf(setKeyName(newSetId(madeAt))).slice(0, 16), "20260301t033000z");
});

test("whatever call fails, the next run makes a whole set and the sweep leaves nothing behind", async () => {
  const calls = await callsOfRun();
  assert.ok(calls.target > 4 && calls.escrow === 1);
  for (const which of ["target", "escrow"] as const)
    for (let at = 1; at <= calls[which]; at++)
      for (const breaksAfter of [false, true]) {
        const places = await makePlaces();
        await using home = await openHome(places);
        await fill(home);
        await home.backups.create(working);
        await places.clock.advance(1000);
        await change(home);
        places[which].breaksAt = places[which].changes + at;
        places[which].breaksAfter = breaksAfter;
        const what = `call ${at} of the ${which}, ${breaksAfter ? "after" : "before"} its effect`;
        await assert.rejects(home.backups.create(working), /does not answer/, what);
        places[which].breaksAt = Number.POSITIVE_INFINITY;
        assert.deepEqual(
          await findings(home).then((all) => all.filter((line) => !line.startsWith("it is not in the book"))),
          [],
          what,
        );
        await places.clock.advance(1000);
        // In one order or the other.
        if (at % 2 === 0) await home.backups.expire();
        const made = await home.backups.create(working);
        await home.backups.expire();
        await assertTidy(home, places, what);
        const drilled = await home.backups.drill({ identity: places.identity, set: made.id }, 9, working);
        assert.deepEqual([drilled.accounts, drilled.mails, drilled.findings], [2, 3, []], what);
      }
});

async function fill(home: Home): Promise<void> {
  await home.deliver(await home.add("ada"), "one", 3000);
  await home.deliver(await home.add("bob"), "two", 3000);
}

async function change(home: Home): Promise<void> {
  const [ada] = await home.options.directory.accounts();
  if (ada !== undefined) await home.deliver(ada.id, "three", 3000);
}

async function callsOfRun(): Promise<{ readonly target: number; readonly escrow: number }> {
  const places = await makePlaces();
  await using home = await openHome(places);
  await fill(home);
  await home.backups.create(working);
  const [target, escrow] = [places.target.changes, places.escrow.changes];
  await change(home);
  await home.backups.create(working);
  return { target: places.target.changes - target, escrow: places.escrow.changes - escrow };
}

/** Every object is needed, every need is met, and keys and sets pair off. */
async function assertTidy(home: Home, places: Places, what: string): Promise<void> {
  assert.deepEqual(await findings(home), [], what);
  const { book } = home.options;
  const whole = (await book.sets()).filter(({ doneAt }) => doneAt !== undefined);
  assert.deepEqual(places.escrow.names("set/"), whole.map(({ id }) => setKeyName(id)).toSorted(), what);
  const needed = new Set<string>();
  for (const { number } of whole)
    for await (const slice of book.needed(number)) for (const { name } of slice) needed.add(name);
  const there = [...places.target.names("pack/"), ...places.target.names("part/")];
  assert.deepEqual(there, [...needed].toSorted(), what);
  assert.deepEqual(new Set(places.target.names("set/").map(ownerOf)), new Set(whole.map(({ id }) => id)), what);
}

test("sets live on when backup.db is lost, and end in time", async () => {
  const places = await makePlaces();
  {
    await using home = await openHome(places);
    await fill(home);
    await home.backups.create(working);
    await places.clock.advance(HOUR);
    await change(home);
    await home.backups.create(working);
  }
  await using home = await openHome(places);
  const before = [...places.target.objects.keys()].toSorted();
  await home.backups.expire();
  assert.deepEqual([...places.target.objects.keys()].toSorted(), before);
  assert.deepEqual(await findings(home), []);
  assert.equal((await home.backups.list()).length, 2);
  // Adopting may break off too.
  await home.backups.restoreEverything({ identity: places.identity, set: undefined }, working);
  await home.backups.create(working);
  const drilled = await home.backups.drill({ identity: places.identity, set: undefined }, 9, working);
  assert.deepEqual([drilled.accounts, drilled.mails, drilled.findings], [2, 3, []]);
  await places.clock.advance(240 * HOUR);
  await home.backups.expire();
  assert.deepEqual([...places.target.objects.keys()], []);
});

test("an account that cannot be read is told, and the others are in the set", async () => {
  const places = await makePlaces();
  await using home = await openHome(places);
  await fill(home);
  const id = "00".repeat(16) as AccountId;
  const [ada] = await home.options.directory.accounts();
  assert.ok(ada);
  await home.options.directory.add([{ ...ada, id, primary: "lost@example.org" }]);
  const made = await home.backups.create(working);
  assert.deepEqual([made.accounts, made.skipped], [2, 1]);
  assert.ok(home.events.includes("backup.account-skipped"));
});

test("D5: the ledger is told of a closing that it missed, though the account has left the newest set", async () => {
  const places = await makePlaces();
  await using home = await openHome(places);
  const ada = await home.add("ada");
  await home.add("bob");
  await home.backups.create(working);
  await home.options.directory.remove(ada);
  await places.clock.advance(1000);
  await home.backups.create(working);
  await home.backups.ledger?.flush();
  const { accounts } = await readLedger(
    places.escrow,
    home.options.sealing,
    halfOpener(places.escrow, places.identity),
  );
  assert.deepEqual([...accounts], [ada]);
});

test("D3: nothing readable of a mail, an address or an account is at the places", async () => {
  const places = await makePlaces();
  await using home = await openHome(places);
  const ada = await home.add("ada-canary");
  const uid = await home.deliver(ada, "canary in the subject");
  await home.backups.create(working);
  await expunge(home, ada, [uid]);
  home.backups.ledger?.vanished(ada);
  await home.backups.ledger?.flush();
  for (const place of [places.target, places.escrow])
    for (const [name, octets] of place.objects)
      for (const canary of ["canary", "example.org", ada]) {
        assert.ok(!Buffer.from(octets).includes(canary), `${canary} in ${name}`);
        assert.ok(!name.includes(canary));
      }
});

test("D5: the ledger tells of deletions within a minute, also when the place was away, and dies after 240 hours", async () => {
  const places = await makePlaces();
  await using home = await openHome(places);
  const { escrow, clock } = places;
  const ada = await home.add("ada");
  const uid = await home.deliver(ada, "gone");
  await expunge(home, ada, [uid]);
  const entries = (): number => escrow.names("ledger/").filter((name) => !name.endsWith(".age")).length;
  escrow.breaksAt = escrow.changes + 1;
  home.backups.ledger?.vanished(ada);
  await until(clock, () => home.events.includes("backup.ledger-late"));
  assert.equal(entries(), 0);
  escrow.breaksAt = Number.POSITIVE_INFINITY;
  const from = clock.now();
  await until(clock, () => home.events.includes("backup.ledger-told"));
  assert.ok(clock.now() - from <= 60_000);
  assert.equal(entries(), 1);
  const read = async () => readLedger(escrow, home.options.sealing, halfOpener(escrow, places.identity));
  assert.equal((await read()).vanished.get(ada)?.length, 1);
  assert.deepEqual(await home.options.archive.vanished(ada), [], "reported");
  // A closing that nobody told of is found by comparing.
  await home.backups.create(working);
  await home.options.directory.remove(ada);
  await home.backups.ledger?.askAll();
  await until(clock, () => entries() === 2);
  assert.deepEqual([...(await read()).accounts], [ada]);
  const key = ledgerKeyName(ownerOf(escrow.names("ledger/")[0] ?? ""));
  assert.ok(escrow.objects.has(key));
  await clock.advance(Date.parse("2026-03-10T22:59:00Z") - clock.now());
  await home.backups.expire();
  assert.equal(entries(), 2);
  await clock.advance(60_000);
  await home.backups.expire();
  assert.deepEqual(escrow.names("ledger/"), []);
});

/** Lets seconds pass until something is true. */
async function until(clock: Places["clock"], isTrue: () => boolean): Promise<void> {
  for (let seconds = 0; seconds < 300 && !isTrue(); seconds++) {
    await clock.advance(1000);
    for (let turn = 0; turn < 30 && !isTrue(); turn++) await throughPool();
  }
  assert.ok(isTrue());
}
