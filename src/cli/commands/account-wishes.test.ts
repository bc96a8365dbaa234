import assert from "node:assert/strict";
import { test } from "node:test";
import type { Accounts } from "../../service/accounts/accounts.ts";
import { HolderWorld } from "../../service/holder/holder-world.fixture.ts";
import type { AccountId } from "../../store/ids.ts";
import type { Given, Operator, Report } from "../command.ts";
import { accountCommands } from "./account.ts";

const report: Report = { line: async () => {}, progress() {}, signal: new AbortController().signal };

/** Runs a command on an account and answers with what it prints. */
async function run({ directory, mail }: HolderWorld, id: AccountId, name: string, given: Given): Promise<string> {
  const command = accountCommands.find((one) => one.name === name) ?? assert.fail();
  assert.equal(command.access, "content-free");
  const record = (await directory.byId(id)) ?? assert.fail();
  const details = { ...record, address: record.primary, aliases: [], appPasswords: [], mail: undefined };
  const accounts: Partial<Accounts> = { show: async () => ({ kind: "account", account: details }) };
  const outcome = await command.work({ accounts, directory, mail } as unknown as Operator, given, report);
  return outcome.kind === "refused" ? outcome.sentence : command.show(outcome.value as never);
}

test("what a holder wishes is set, and shown with the account", async () => {
  await using world = new HolderWorld();
  const ada = await world.add("ada");
  const forwarders = { forwarder: "club.example,Alumni.example", "no-forwarder": "never.example" };
  const said = await run(world, ada, "account prefer", { address: "x", "empty-junk": "30", ...forwarders });
  const lines = [
    "Junk: emptied of mail older than 30 days",
    "Trash: never emptied",
    "forwarders: alumni.example, club.example",
  ];
  assert.deepEqual(said.split("\n"), lines);
  assert.equal(await run(world, ada, "account prefer", { address: "x" }), said, "without options it shows what is set");
  assert.deepEqual((await run(world, ada, "account show", { address: "x" })).split("\n").slice(-3), lines);
  assert.match(
    await run(world, ada, "account prefer", { address: "x", "empty-trash": "soon" }),
    /from 1 to 3650, or never/,
  );
  await run(world, ada, "account prefer", { address: "x", "empty-junk": "never", "empty-trash": "1" });
  assert.match(
    await run(world, ada, "account prefer", { address: "x" }),
    /^Junk: never emptied\nTrash: .*than 1 day\n/,
  );
});

test("the room of an account is a whole number of MiB", async () => {
  await using world = new HolderWorld();
  const ada = await world.add("ada");
  await run(world, ada, "account quota", { address: "x", mib: "5" });
  assert.equal((await world.mail.read(ada).usage()).quotaBytes, 5 * 1024 ** 2);
  for (const mib of ["0", "-1", "1.5", "x", "1e300"])
    assert.match(await run(world, ada, "account quota", { address: "x", mib }), /whole number of MiB/, mib);
});
