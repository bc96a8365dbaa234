import assert from "node:assert/strict";
import { test } from "node:test";
import type { Accounts } from "../../service/accounts/accounts.ts";
import type { Given, Operator, Outcome, Report } from "../command.ts";
import { safetyCommands } from "./account-safety.ts";

const report: Report = { line: async () => {}, progress() {}, signal: new AbortController().signal };
const command = (name: string): (typeof safetyCommands)[number] =>
  safetyCommands.find((each) => each.name === name) ?? assert.fail(name);

function work(name: string, accounts: Partial<Accounts>, given: Given): Promise<Outcome> {
  const operator = new Proxy({ accounts } as unknown as Operator, {
    get: (own, part) => (part === "accounts" ? own.accounts : assert.fail(`${String(part)} is not needed`)),
  });
  return command(name).work(operator, { address: "ada@example.org", ...given }, report);
}

test("A7: what leads to a log-in is gated, and shows no secret", () => {
  for (const name of ["account recovery set", "account recovery remove", "account second-step off"])
    assert.deepEqual(command(name).access, { scope: "log-in", account: "address" }, name);
  for (const name of ["account safety", "account plan"]) assert.equal(command(name).access, "content-free", name);
});

test("each command asks for what was typed, and shows what a refusal says", async () => {
  const asked: unknown[] = [];
  const verb = async (...given: unknown[]): Promise<{ readonly kind: "done" }> => {
    asked.push(given);
    return { kind: "done" };
  };
  const all = { setRecoveryAddress: verb, removeRecoveryAddress: verb, turnOffSecondStep: verb, setPlan: verb };
  await work("account recovery set", all, { recovery: "a@elsewhere.example" });
  await work("account recovery remove", all, {});
  await work("account second-step off", all, {});
  await work("account plan", all, { plan: "family", aliases: "20" });
  for (const aliases of ["", "-1", "1.5", "1e3", "twenty"])
    await work("account plan", all, { plan: "family", aliases });
  const none = ["ada@example.org", { name: "family", aliases: Number.NaN }];
  assert.deepEqual(asked, [
    ["ada@example.org", "a@elsewhere.example"],
    ["ada@example.org"],
    ["ada@example.org"],
    ["ada@example.org", { name: "family", aliases: 20 }],
    ...Array.from({ length: 5 }, () => none),
  ]);
  const refusing = { safety: async () => ({ kind: "refused", reason: "no-account", sentence: "No." }) as const };
  const refused = await work("account safety", refusing, {});
  assert.ok(refused.kind === "refused" && refused.sentence === "No.");
});

test("an account's safety is shown in lines that say what it means", () => {
  const { show } = command("account safety");
  const safety = { recovery: "none", secondStep: false, recoveryCodes: 0, plan: undefined };
  assert.match(show(safety as never), /^recovery address: none: a lost.*\nsecond step: off\nplan: none$/);
  const more = { recovery: "confirmed", secondStep: true, recoveryCodes: 8, plan: { name: "family", aliases: 20 } };
  assert.match(
    show(more as never),
    /confirmed\nsecond step: on, with 8 recovery codes left\nplan: family, up to 20 aliases$/,
  );
});
