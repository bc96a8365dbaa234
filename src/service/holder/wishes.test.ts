import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_PREFERENCES } from "../../store/directory.ts";
import { accountId } from "../../store/ids.ts";
import { HolderWorld } from "./holder-world.fixture.ts";
import { changeQuota, changeWishes, wishLimits } from "./wishes.ts";

test("a holder says each thing by itself, and takes it back", async () => {
  await using world = new HolderWorld();
  const ada = await world.add("ada");
  const { directory } = world;
  const wish = (wishes: Parameters<typeof changeWishes>[2]): ReturnType<typeof changeWishes> =>
    changeWishes(directory, ada, wishes);
  await wish({ emptyJunk: "30" });
  await wish({ forwarders: ["Club.Example", "alumni.example.org.", "bücher.example"] });
  const expected = { emptyJunkDays: 30, emptyTrashDays: undefined, learns: true };
  const forwarders = ["alumni.example.org", "club.example", "xn--bcher-kva.example"];
  assert.deepEqual(await directory.preferences(ada), { ...expected, forwarders });
  const done = await wish({ emptyJunk: "never", emptyTrash: "3650", noForwarders: ["CLUB.example", "bücher.example"] });
  const left = { emptyJunkDays: undefined, emptyTrashDays: 3650, forwarders: ["alumni.example.org"], learns: true };
  assert.deepEqual(done, { kind: "changed", preferences: left });
  assert.deepEqual(await directory.preferences(ada), left);
});

test("what is not a number of days, nor a domain, is refused with a sentence, and nothing changes", async () => {
  await using world = new HolderWorld();
  const ada = await world.add("ada");
  for (const days of ["0", "-1", "1.5", "3651", "99999", "", "soon", "NEVER"])
    assert.equal((await changeWishes(world.directory, ada, { emptyTrash: days })).kind, "refused", days);
  for (const domain of ["", "org", "a b.example", "192.0.2.1", "someone@example.org", "*.example.org"]) {
    const refused = await changeWishes(world.directory, ada, { emptyJunk: "5", forwarders: [domain] });
    assert.ok("sentence" in refused && refused.sentence.includes("alumni.example.org"), domain);
  }
  const many = Array.from({ length: wishLimits.maxForwarders + 1 }, (_, n) => `f${n}.example`);
  assert.equal((await changeWishes(world.directory, ada, { forwarders: many })).kind, "refused");
  assert.deepEqual(await world.directory.preferences(ada), NO_PREFERENCES);
  const gone = await changeWishes(world.directory, accountId("0".repeat(32)), { emptyJunk: "5" });
  assert.equal(gone.kind, "refused");
});

test("a quota is set in the record and where it counts, and marks follow it", async () => {
  await using world = new HolderWorld();
  const ada = await world.add("ada", { quotaBytes: 1000 });
  await world.deliver(ada, 1000);
  assert.equal((await world.mail.read(ada).quotaMarks()).line, 100);
  assert.equal(await changeQuota(world, ada, 5000), "set");
  assert.equal((await world.directory.byId(ada))?.quotaBytes, 5000);
  assert.equal((await world.mail.read(ada).usage()).quotaBytes, 5000);
  assert.equal((await world.mail.read(ada).quotaMarks()).line, 0);
  assert.equal(await changeQuota(world, accountId("0".repeat(32)), 5000), "no-account");
});
