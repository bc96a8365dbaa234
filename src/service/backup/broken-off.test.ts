import assert from "node:assert/strict";
import { test } from "node:test";
import { makePlaces, openHome, working } from "./backup-home.fixture.ts";
import { createBackups } from "./create-backups.ts";
import { ownerOf, setKeyName } from "./object-names.ts";

/** The same object, whose `method` stops the process, as far as the caller can see, before or after its effect. */
function stopping<T extends object>(real: T, method: string, when: "before" | "after"): T {
  return new Proxy(real, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      if (name !== method) return value.bind(target);
      return async (...given: readonly unknown[]) => {
        if (when === "after") await Reflect.apply(value, target, given);
        throw new Error("stopped");
      };
    },
  });
}

const bookSteps = ["begin", "replace", "finish"] as const;
const archiveSteps = ["snapshot", "remember"] as const;

for (const step of [...bookSteps, ...archiveSteps])
  for (const when of ["before", "after"] as const)
    test(`a run that is stopped ${when} ${step} loses no accounting`, async () => {
      const places = await makePlaces();
      await using home = await openHome(places);
      const ada = await home.add("ada");
      await home.deliver(ada, "one", 4000);
      await home.backups.create(working);
      await home.deliver(ada, "two", 4000);
      await places.clock.advance(1000);
      const { options } = home;
      const killed = createBackups({
        ...options,
        book: stopping(options.book, step, when),
        archive: stopping(options.archive, step, when),
      });
      await assert.rejects(killed.create(working), /stopped/);
      await places.clock.advance(1000);
      // A new process starts: what is over goes, then the next set.
      const next = createBackups(options);
      // What was broken off is no finding, nor is a set that is just being made.
      assert.deepEqual(
        (await next.verify(working)).sets.flatMap(({ findings }) => findings),
        [],
      );
      await next.expire();
      assert.deepEqual(
        (await next.verify(working)).sets.flatMap(({ findings }) => findings),
        [],
      );
      await next.create(working);
      await next.expire();
      const { sets } = await next.verify(working);
      assert.deepEqual(
        sets.flatMap(({ findings }) => findings),
        [],
      );
      const needed = new Set<string>();
      for (const { number, doneAt } of await options.book.sets())
        if (doneAt !== undefined)
          for await (const slice of options.book.needed(number)) for (const { name } of slice) needed.add(name);
      const there = [...places.target.names("pack/"), ...places.target.names("part/")];
      assert.deepEqual(there, [...needed].toSorted());
      assert.deepEqual(places.escrow.names("set/"), sets.map(({ id }) => setKeyName(id)).toSorted());
      assert.deepEqual(new Set(places.target.names("set/").map(ownerOf)), new Set(sets.map(({ id }) => id)));
      const drilled = await next.drill({ identity: places.identity, set: undefined }, 9, working);
      assert.deepEqual([drilled.mails, drilled.findings], [2, []]);
    });

test("a set that is asked for while the start's sweep is under way waits for it", async () => {
  const places = await makePlaces();
  await using home = await openHome(places);
  await home.deliver(await home.add("ada"), "one", 4000);
  const next = createBackups(home.options);
  const [, made, again] = await Promise.allSettled([
    next.expire(),
    new Promise(setImmediate).then(() => next.create(working)),
    new Promise(setImmediate).then(() => next.create(working)),
  ]);
  assert.equal(made.status, "fulfilled");
  assert.match(String(again.status === "rejected" && again.reason), /a set is being made/);
});
