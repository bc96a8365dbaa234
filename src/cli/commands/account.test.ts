import assert from "node:assert/strict";
import { test } from "node:test";
import type { Accounts, Undelivered } from "../../service/accounts/accounts.ts";
import type { Operator, Report } from "../command.ts";
import { accountCommands } from "./account.ts";

const report: Report = { line: async () => {}, progress() {}, signal: new AbortController().signal };

async function deletion(undelivered: readonly Undelivered[], yes = true): Promise<string> {
  const command = accountCommands.find(({ name }) => name === "account delete") ?? assert.fail();
  const accounts: Partial<Accounts> = { delete: async () => ({ kind: "done", undelivered }) };
  const outcome = await command.work({ accounts } as unknown as Operator, { address: "a@example.org", yes }, report);
  return outcome.kind === "refused" ? outcome.sentence : command.show(outcome.value as never);
}

test("D5: whoever deletes an account confirms it, and sees whom the last mail did not reach", async () => {
  assert.match(await deletion([], false), /repeat it with --yes/);
  assert.equal(await deletion([]), "deleted: the key of the mail is destroyed");
  assert.equal(
    await deletion([
      { recipient: "one@a.example", destination: "a.example", lastReply: "451 4.7.1 come again" },
      { recipient: "two@b.example", destination: "b.example", lastReply: undefined },
    ]),
    [
      "deleted: the key of the mail is destroyed",
      "Mail in the queue did not reach these recipients, and never will; the holder hears so at a confirmed recovery address, else from you:",
      "  one@a.example: 451 4.7.1 come again",
      "  two@b.example: it was not tried",
    ].join("\n"),
  );
});
