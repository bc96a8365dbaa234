import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../../../../test/world/fake-clock.ts";
import { type AccountId, accountId } from "../../ids.ts";
import { IdleAccounts } from "./idle-accounts.ts";

const account = (n: number): AccountId => accountId(String(n).repeat(32));

test("accounts that nobody uses are closed one after another, and those in use stay open", async () => {
  const clock = new FakeClock("2026-01-01T00:00:00Z");
  const open = new Set<AccountId>([account(1), account(2), account(3)]);
  const close = (one: AccountId): void => void open.delete(one);
  using idle = new IdleAccounts({ clock, idleMs: 1000, open: () => [...open], close });
  for (const one of open) idle.used(one);
  await clock.advance(500);
  idle.used(account(2));
  await clock.advance(400);
  assert.equal(open.size, 3);
  await clock.advance(150);
  assert.deepEqual([...open], [account(2)]);
  await clock.advance(1000);
  assert.equal(open.size, 0);
});

test("what is used while others are being closed stays open", async () => {
  const clock = new FakeClock("2026-01-01T00:00:00Z");
  const open = new Set<AccountId>([account(1), account(2)]);
  const close = (one: AccountId): void => void open.delete(one);
  using idle = new IdleAccounts({ clock, idleMs: 1000, open: () => [...open], close });
  for (const one of open) idle.used(one);
  await clock.advance(1000);
  const [left] = open;
  assert.ok(left !== undefined && open.size === 1);
  idle.used(left);
  await clock.advance(100);
  assert.deepEqual([...open], [left]);
});
