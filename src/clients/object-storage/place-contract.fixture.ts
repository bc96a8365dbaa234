/** What every `ObjectPlace` must do; each implementation registers these tests with a way to open a fresh, empty one. */
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { type TestContext, test } from "node:test";
import type { ObjectPlace, PlacedObject } from "../../service/backup/place.ts";

export type PlaceContract = {
  readonly name: string;
  /** Empty, and closed by the test. */
  readonly open: () => Promise<ObjectPlace>;
  /** How many objects are listed over several pages; left out where there are no pages. */
  readonly pages?: number;
  /** False when the test was told to skip. */
  readonly ready?: (context: TestContext) => Promise<boolean>;
};

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const digest = (octets: Uint8Array | undefined): string => {
  assert.ok(octets !== undefined, "there is an object");
  return createHash("sha256").update(octets).digest("hex");
};

export async function listed(place: ObjectPlace, prefix: string): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { name } of place.list(prefix)) found.push(name);
  return found;
}

export function placeContract(contract: PlaceContract): void {
  const { name, open } = contract;
  const check = (title: string, work: (place: ObjectPlace) => Promise<void>): void => {
    void test(`${title} (${name})`, async (context) => {
      if ((await contract.ready?.(context)) === false) return;
      await using place = await open();
      await work(place);
    });
  };

  check("an object comes back as it was put, and one of the same name replaces it whole", async (place) => {
    await place.put("sets/one.age", utf8("the first, which is longer"));
    await place.put("sets/one.age", utf8("the second"));
    assert.deepEqual(await place.get("sets/one.age"), utf8("the second"));
    assert.deepEqual(await listed(place, ""), ["sets/one.age"]);
  });

  check("an object may be empty", async (place) => {
    await place.put("nothing", new Uint8Array());
    assert.deepEqual(await place.get("nothing"), new Uint8Array());
    const objects: PlacedObject[] = [];
    for await (const object of place.list("")) objects.push(object);
    assert.deepEqual(
      objects.map(({ size }) => size),
      [0],
    );
  });

  check("a range is what stands there, and what is behind the end is left out", async (place) => {
    await place.put("a", utf8("0123456789"));
    assert.deepEqual(await place.get("a", { from: 0, to: 4 }), utf8("0123"));
    assert.deepEqual(await place.get("a", { from: 3, to: 4 }), utf8("3"));
    assert.deepEqual(await place.get("a", { from: 8, to: 100 }), utf8("89"));
    assert.deepEqual(await place.get("a", { from: 10, to: 12 }), new Uint8Array());
  });

  check("what is not there is undefined, whole and in part", async (place) => {
    assert.equal(await place.get("sets/none"), undefined);
    assert.equal(await place.get("sets/none", { from: 0, to: 1 }), undefined);
    await place.put("sets/none/below", utf8("x"));
    assert.deepEqual(await listed(place, "sets/none"), ["sets/none/below"]);
  });

  check("a list has names in order, with size and time, and those of the prefix only", async (place) => {
    const names = ["a-b/x", "a.b", "a/b/c", "a/b0", "a/b1/d", "a0", "b/a", "b/a.1"];
    for (const one of names.toReversed()) await place.put(one, utf8(one));
    const objects: PlacedObject[] = [];
    for await (const object of place.list("")) objects.push(object);
    assert.deepEqual(
      objects.map((object) => object.name),
      names,
    );
    assert.deepEqual(
      objects.map(({ size }) => size),
      names.map(({ length }) => length),
    );
    for (const { writtenAt } of objects) assert.ok(Math.abs(writtenAt - Date.now()) < 600_000, String(writtenAt));
    assert.deepEqual(await listed(place, "a/b"), ["a/b/c", "a/b0", "a/b1/d"]);
    assert.deepEqual(await listed(place, "a/"), ["a/b/c", "a/b0", "a/b1/d"]);
    assert.deepEqual(await listed(place, "a"), names.slice(0, 6));
    assert.deepEqual(await listed(place, "b/a.1"), ["b/a.1"]);
    assert.deepEqual(await listed(place, "c/d"), []);
  });

  check("deleting takes those that are there, and those that are missing count as deleted", async (place) => {
    for (const one of ["d/1", "d/2", "e/f/3"]) await place.put(one, utf8(one));
    await place.delete(["d/1", "d/none", "none/none", "e/f/3"]);
    assert.deepEqual(await listed(place, ""), ["d/2"]);
    assert.equal(await place.get("d/1"), undefined);
    await place.delete([]);
    await place.delete(["d/2"]);
    await place.delete(["d/2"]);
    assert.deepEqual(await listed(place, ""), []);
    await place.put("e/f/3", utf8("again"));
    assert.deepEqual(await place.get("e/f/3"), utf8("again"));
  });

  check("an object of 16 MiB comes back exactly, whole and in part", async (place) => {
    const octets = randomBytes(16 * 1024 * 1024);
    await place.put("packs/large", octets);
    assert.equal(digest(await place.get("packs/large")), digest(octets));
    const [from, to] = [9_999_999, 12_345_678];
    assert.equal(digest(await place.get("packs/large", { from, to })), digest(octets.subarray(from, to)));
  });

  check("many are put and deleted at one time", async (place) => {
    const names = Array.from({ length: 40 }, (_, at) => `at-once/${at % 4}/${String(at).padStart(3, "0")}`);
    await Promise.all(names.map((one) => place.put(one, utf8(one))));
    assert.deepEqual(await listed(place, "at-once/"), names.toSorted());
    // Folders become empty under the hands of those that write into them.
    await Promise.all([
      ...names.map((one) => place.delete([one])),
      ...names.map((one) => place.put(`${one}x`, utf8(one))),
    ]);
    assert.deepEqual(await listed(place, "at-once/"), names.map((one) => `${one}x`).toSorted());
    await Promise.all(names.map(async (one) => assert.deepEqual(await place.get(`${one}x`), utf8(one))));
  });

  check("puts of one name at one time leave one of them, whole", async (place) => {
    const versions = Array.from({ length: 8 }, () => randomBytes(100_000));
    await Promise.all(versions.map((octets) => place.put("same", octets)));
    const left = digest(await place.get("same"));
    assert.ok(versions.some((octets) => digest(octets) === left));
    assert.deepEqual(await listed(place, ""), ["same"]);
  });

  check(
    "names that lead elsewhere, sizes and ranges that cannot be are refused before anything is done",
    async (place) => {
      for (const wrong of [
        "",
        "/a",
        "a/",
        "a//b",
        "../a",
        "a/../b",
        "a/./b",
        ".writing/a",
        "A",
        "a b",
        "a\0",
        "é",
        "a".repeat(513),
      ]) {
        await assert.rejects(async () => place.put(wrong, utf8("x")), RangeError, JSON.stringify(wrong));
        await assert.rejects(async () => place.get(wrong), RangeError);
        await assert.rejects(async () => place.delete(["fine", wrong]), RangeError);
      }
      for (const wrong of ["/", "../", "a/../", "A", ".w"]) await assert.rejects(listed(place, wrong), RangeError);
      await assert.rejects(async () => place.put("a", new Uint8Array(32 * 1024 * 1024 + 1)), RangeError);
      for (const [from, to] of [
        [-1, 2],
        [2, 2],
        [3, 2],
        [0.5, 2],
      ] as const)
        await assert.rejects(async () => place.get("a", { from, to }), RangeError);
      assert.deepEqual(await listed(place, ""), []);
    },
  );

  check("nothing keeps what was deleted", async (place) => {
    assert.deepEqual(await place.keepers(), []);
  });

  if (contract.pages !== undefined) {
    const { pages } = contract;
    check(`${pages} objects are listed and deleted over several pages`, async (place) => {
      const names = Array.from({ length: pages }, (_, at) => `p/${String(at).padStart(6, "0")}`);
      const left = names.values();
      await Promise.all(
        Array.from({ length: 32 }, async () => {
          for (const one of left) await place.put(one, new Uint8Array([1]));
        }),
      );
      assert.deepEqual(await listed(place, "p/"), names);
      await place.delete(names);
      assert.deepEqual(await listed(place, ""), []);
    });
  }
}
