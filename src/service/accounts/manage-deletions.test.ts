import assert from "node:assert/strict";
import { test } from "node:test";
import { silentBus } from "../../host/bus.ts";
import { sampleAccount } from "../../store/contract/directory-contract.ts";
import { credentialHome } from "./credential-home.fixture.ts";
import { createAccounts } from "./manage.ts";
import { createPasswordHasher } from "./password.ts";
import { createRevocations } from "./revocation.ts";

test("D5: two who delete the same account at once are one deletion", async () => {
  await using home = await credentialHome();
  const { directory, mail, clock } = home;
  const ada = sampleAccount("ada@example.org", { state: "closing" });
  await directory.add([ada]);
  await mail.create(ada.id, { quotaBytes: 1 });
  let tries = 0;
  const logged: string[] = [];
  const accounts = createAccounts({
    directory,
    mail,
    clock,
    hasher: createPasswordHasher({ cost: { memoryKiB: 8, passes: 1, lanes: 1 } }),
    revocations: createRevocations(silentBus),
    log: (name) => void logged.push(name),
    lastTry: async () => {
      tries += 1;
      return [];
    },
    domains: ["example.org"],
  });
  const [deleted, finished] = await Promise.all([accounts.delete(ada.primary), accounts.finishDeletions()]);
  assert.deepEqual([deleted.kind, finished, tries], ["done", 1, 1]);
  assert.deepEqual(logged, ["account.deleted"]);
  assert.equal(await accounts.finishDeletions(), 0);
});
