import assert from "node:assert/strict";
import { test } from "node:test";
import { APPLICATION, openDatabase } from "../../store/sqlite/database.ts";
import { billingMigrations } from "../../store/sqlite/billing/schema.ts";
import { billingWorld } from "./billing-world.fixture.ts";

/** What the fake Stripe knows of who paid, and tells with every answer and every webhook. */
const OF_PERSONS = ["payer", "bank.example", "Payer", "+46", "prod_altmail", "eur", "in_sub", "ch_0"];

test("D8: of all that Stripe tells in a life nothing rests but ids, state, plan and the end of the period", async () => {
  await using world = await billingWorld();
  const account = await world.paid();
  const { ledger } = world.fake;
  const [charge = assert.fail()] = [...ledger.charges.values()];
  await world.billing.changePlan(account, "large");
  ledger.dispute(charge, "needs_response");
  await world.sendAll();
  ledger.dispute(charge, "won");
  await world.sendAll();
  world.fake.always = "limited";
  await world.night();
  world.fake.always = undefined;
  const other = await world.start("bertil");
  ledger.pay(other.session, "delayed");
  await world.night();
  const options = {
    path: world.file,
    key: world.key,
    applicationId: APPLICATION.billing,
    migrations: billingMigrations,
  };
  const db = openDatabase({ ...options, synchronous: "full" });
  const plain = db.serialize().toString("latin1");
  db.close();
  const written = `${plain} ${world.log.join(" ")}`;
  assert.deepEqual(
    OF_PERSONS.filter((word) => written.includes(word)),
    [],
  );
  assert.ok(plain.includes("bertil@example.org"), "a sign-up that waits");
  assert.equal(plain.includes("anna@example.org"), false, "and not one that is over");
  assert.ok(!world.log.some((line) => line.includes("@")));
});
