import assert from "node:assert/strict";
import { test } from "node:test";
import { HOUR } from "../../host/clock.ts";
import { makePlaces, openHome, type Places, throughPool, working } from "./backup-home.fixture.ts";
import { createBackups } from "./create-backups.ts";
import { runBackups } from "./run-backups.ts";

/** Lets hours pass, with turns enough for real files. */
async function pass({ clock }: Places, hours: number, isTrue: () => boolean): Promise<void> {
  for (let minute = 0; minute < hours * 60 && !isTrue(); minute++) {
    await clock.advance(60_000);
    for (let turn = 0; turn < 30 && !isTrue(); turn++) await throughPool();
  }
  assert.ok(isTrue());
}

test("a set is made each night, tried again when it failed, and the operator is told once a day", async () => {
  const places = await makePlaces();
  await using home = await openHome(places);
  await home.add("ada");
  const stop = new AbortController();
  const { clock, log, notices } = home.options;
  const running = runBackups({
    backups: home.backups,
    notices,
    clock,
    log,
    atMinute: 4 * 60,
    signal: stop.signal,
    report: (error) => assert.fail(String(error)),
  });
  const made = (): number => home.events.filter((name) => name === "backup.made").length;
  places.escrow.breaksAt = 1;
  await pass(places, 3, () => home.events.filter((name) => name === "backup.failed").length >= 2);
  assert.equal(made(), 0);
  assert.ok(home.told.includes("backup-failed"));
  places.escrow.breaksAt = Number.POSITIVE_INFINITY;
  await pass(places, 2, () => made() === 1);
  await pass(places, 25, () => made() === 2);
  const { lastSetAt } = await home.backups.facts();
  assert.equal(new Date(lastSetAt ?? 0).toISOString().slice(0, 16), "2026-03-02T04:00");
  stop.abort();
  await running;
});

test("one set is made at a time", async () => {
  const places = await makePlaces();
  await using home = await openHome(places);
  await home.add("ada");
  const first = home.backups.create(working);
  await assert.rejects(home.backups.create(working), /a set is being made/);
  await first;
  await home.backups.create(working);
});

test("D5: mail of accounts that were being closed when the set was made does not come back", async () => {
  const places = await makePlaces();
  await using home = await openHome(places);
  const ada = await home.add("ada");
  await home.add("bob");
  await home.backups.create(working);
  await home.options.directory.setState(ada, "closing");
  await places.clock.advance(HOUR);
  assert.equal((await home.backups.create(working)).accounts, 1);
  await using empty = await openHome(places);
  await empty.backups.restoreEverything({ identity: places.identity, set: undefined }, working);
  assert.equal((await empty.options.directory.accounts()).length, 1);
  assert.equal((await empty.options.directoryArchive.used()).fingerprints.length, 1, "its address is given to nobody");
});

test("facts are of whole sets alone", async () => {
  const places = await makePlaces();
  await using home = await openHome(places);
  await home.add("ada");
  places.target.breaksAt = 1;
  await assert.rejects(createBackups(home.options).create(working));
  assert.deepEqual(await home.backups.facts(), {
    isConfigured: true,
    sets: 0,
    lastSetAt: undefined,
    oldestSetAt: undefined,
  });
});
