/** The list of log-ins, and who is told of what. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { DAY, HOUR, MINUTE, SECOND } from "../../host/clock.ts";
import type { AccountId } from "../../store/ids.ts";
import { StoreError } from "../../store/store-error.ts";
import { createLogInRecords, expiryAt, type LogIn, type LogInRecordsOptions } from "./log-in-records.ts";
import { accessWorld, type AccessWorld, anna, bo } from "./web-access-world.fixture.ts";

const ADDRESS = "192.0.2.7";
const logIn = (more: Partial<LogIn> = {}): LogIn => ({
  account: anna,
  protocol: "imap",
  named: "Thunderbird",
  address: ADDRESS,
  ...more,
});

type Told = { readonly account: AccountId; readonly client: string; readonly occasion: string };

/** Records of one worker, and what holders were told. */
function recording(world: AccessWorld, more: Partial<LogInRecordsOptions> = {}) {
  const told: Told[] = [];
  const records = createLogInRecords({
    ...world,
    tell: async (account, { client }, occasion) => void told.push({ account, client, occasion }),
    ...more,
  });
  return { told, records };
}

test("log-ins are listed at once, and written once a minute, those of a day as one row", async () => {
  await using world = await accessWorld();
  const { records } = recording(world);
  const began = world.clock.now();
  for (let n = 0; n < 3; n++) {
    records.note(logIn());
    await world.clock.advance(10 * SECOND);
  }
  records.note(logIn({ account: bo }));
  assert.deepEqual(await world.store.logIns(anna), []);
  await world.clock.advance(MINUTE);
  await records.flush();
  const [row, ...others] = await world.store.logIns(anna);
  assert.deepEqual(others, []);
  assert.deepEqual(row, {
    account: anna,
    day: Math.floor(began / DAY),
    protocol: "imap",
    client: "Thunderbird",
    address: ADDRESS,
    network: "192.0.2.0/24",
    firstAt: began,
    lastAt: began + 20 * SECOND,
    count: 3,
  });
  records.note(logIn({ protocol: "web", named: "w3m/0.5", address: "::ffff:203.0.113.9" }));
  assert.deepEqual(
    (await records.list(anna)).map(({ client, address }) => [client, address]),
    [
      ["w3m", "203.0.113.9"],
      ["Thunderbird", ADDRESS],
    ],
  );
  await records[Symbol.asyncDispose]();
});

test("a client that tells its name after the log-in is listed by it, and told of by it", async () => {
  await using world = await accessWorld();
  const { records, told } = recording(world);
  const name = records.note(logIn({ named: undefined }));
  records.note(logIn({ named: undefined }))("K-9 Mail");
  const listed = (await records.list(anna)).map(({ client }) => client);
  assert.deepEqual(listed, ["K-9 Mail"], "the other one not before it had the time to say");
  name("Thunderbird");
  name("Mutt");
  const silent = records.note(logIn({ account: bo, named: undefined }));
  await world.clock.advance(2 * MINUTE);
  await records.flush();
  silent("too late");
  await records[Symbol.asyncDispose]();
  const clients = (await world.store.logIns(anna)).map(({ client }) => client).toSorted();
  assert.deepEqual(clients, ["K-9 Mail", "Thunderbird"]);
  assert.deepEqual(
    (await world.store.logIns(bo)).map(({ client }) => client),
    ["a mail client"],
  );
  assert.deepEqual(told.map(({ client }) => client).toSorted(), ["K-9 Mail", "Thunderbird", "a mail client"]);
});

test("a holder is told once of a new kind of client, and again when it was not used for 90 days", async () => {
  await using world = await accessWorld();
  const { records, told } = recording(world);
  const use = async (): Promise<void> => {
    await world.store.forget(expiryAt(world.clock.now()));
    records.note(logIn());
    await records.flush();
  };
  for (let n = 0; n < 5; n++) {
    await use();
    await world.clock.advance(60 * DAY);
  }
  assert.equal(told.length, 1);
  await world.clock.advance(31 * DAY);
  await use();
  assert.equal(told.length, 2);
  assert.notEqual(told[0]?.occasion, told[1]?.occasion);
});

test("D5: what was noted of an account that is deleted meanwhile is not written", async () => {
  for (const end of ["closing", "gone"] as const) {
    await using world = await accessWorld();
    const { records, told } = recording(world);
    records.note(logIn());
    records.note(logIn({ account: bo }));
    if (end === "closing") world.setState(anna, "closing");
    else world.accounts.delete(anna);
    await world.store.forgetAccount(anna);
    await world.clock.advance(MINUTE);
    await records[Symbol.asyncDispose]();
    assert.deepEqual([await world.store.logIns(anna), (await world.store.logIns(bo)).length], [[], 1], end);
    assert.deepEqual(
      told.map(({ account }) => account),
      [bo],
    );
  }
});

test("an account that was made within a day learns its clients quietly; one that is gone is nobody's", async () => {
  await using world = await accessWorld();
  const { records, told } = recording(world);
  const known = world.accounts.get(anna) ?? assert.fail();
  world.accounts.set(anna, { ...known, createdAt: world.clock.now() - 23 * HOUR });
  world.accounts.delete(bo);
  records.note(logIn());
  records.note(logIn({ account: bo }));
  await records.flush();
  await world.clock.advance(2 * HOUR);
  records.note(logIn());
  records.note(logIn({ protocol: "submission", named: undefined }));
  await records.flush();
  assert.deepEqual(
    told.map(({ client }) => client),
    ["a client that sends"],
  );
});

test("who is stopped between telling and noting it tells the same occasion again, which is no second letter", async () => {
  await using world = await accessWorld();
  const stopped = recording(world, {
    store: { ...world.store, learnClient: () => Promise.reject(new StoreError("closed", "Stopped here.")) },
  });
  stopped.records.note(logIn());
  await stopped.records.flush();
  const after = recording(world);
  after.records.note(logIn());
  await after.records.flush();
  after.records.note(logIn());
  await after.records.flush();
  assert.deepEqual(after.told, stopped.told);
  assert.equal(after.told.length, 1);
});

test("who is stopped before telling tells with the next log-in", async () => {
  await using world = await accessWorld();
  const stopped = recording(world, { tell: () => Promise.reject(new StoreError("io", "Stopped here.")) });
  stopped.records.note(logIn());
  await stopped.records.flush();
  assert.deepEqual(world.events, [["login.unrecorded", { code: "io", waiting: 0 }]]);
  assert.equal((await world.store.logIns(anna)).length, 1, "and the list has it all the same");
  const { records, told } = recording(world);
  records.note(logIn());
  await records.flush();
  assert.equal(told.length, 1);
});

test("what cannot be written waits, with what comes meanwhile, and nothing is lost or counted twice", async () => {
  await using world = await accessWorld();
  let isBroken = true;
  const { records } = recording(world, {
    store: {
      ...world.store,
      noteLogIns: (all) =>
        isBroken ? Promise.reject(new StoreError("full", "The disk is full.")) : world.store.noteLogIns(all),
    },
  });
  for (let n = 0; n < 4; n++) {
    records.note(logIn());
    await world.clock.advance(MINUTE);
    await records.flush();
  }
  isBroken = false;
  await records[Symbol.asyncDispose]();
  assert.equal((await world.store.logIns(anna))[0]?.count, 4);
  assert.deepEqual(world.events[0], ["login.unrecorded", { code: "full", waiting: 1 }]);
});

test("memory is bounded: what is beyond is not listed, and those that wait go on counting", async () => {
  await using world = await accessWorld();
  const { records } = recording(world, { mostWaiting: 3 });
  for (let n = 0; n < 1000; n++) records.note(logIn({ address: `192.0.2.${n % 200}`, named: "x".repeat(1000) }));
  await records[Symbol.asyncDispose]();
  const rows = await world.store.logIns(anna);
  assert.deepEqual([rows.length, rows[0]?.count, rows[0]?.client], [3, 5, "a mail client"]);
});

test("D2: nobody finds a log-in after ten days, nor a known kind of client after 90 unused", async () => {
  await using world = await accessWorld();
  const { records } = recording(world);
  const pass = (): Promise<number> => world.store.forget(expiryAt(world.clock.now()));
  records.note(logIn());
  await records.flush();
  await world.clock.advance(239 * HOUR);
  assert.equal(await pass(), 0);
  await world.clock.advance(HOUR);
  assert.equal(await pass(), 1);
  assert.deepEqual(await records.list(anna), []);
  await world.clock.advance(79 * DAY);
  assert.equal(await pass(), 0);
  await world.clock.advance(DAY);
  assert.equal(await pass(), 1);
});

test("poisoned addresses and names rest as nothing", async () => {
  await using world = await accessWorld();
  const { records } = recording(world);
  for (const text of ["", "\0", "'; --", "x".repeat(1e6), "\ud800", "::ffff:999.1.1.1"])
    records.note(logIn({ address: text, named: text }));
  records.note(logIn({ address: undefined, named: "" }));
  await records.flush();
  const rows = await world.store.logIns(anna);
  assert.deepEqual(
    rows.map(({ address, network, client, count }) => [address, network, client, count]),
    [["", "", "a mail client", 7]],
  );
});
