import assert from "node:assert/strict";
import { test } from "node:test";
import type { AccountState } from "../../store/directory.ts";
import { mayLogIn, maySend } from "./account-state.ts";

test("A8: a paused account may log in and not send; a suspended one may do neither", () => {
  const allowed = (state: AccountState): readonly boolean[] => [mayLogIn({ state }), maySend({ state })];
  assert.deepEqual(allowed("active"), [true, true]);
  assert.deepEqual(allowed("paused"), [true, false]);
  assert.deepEqual(allowed("suspended"), [false, false]);
  assert.deepEqual(allowed("closing"), [false, false]);
});
