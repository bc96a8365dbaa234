import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, open, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { FakeClock } from "../../../test/world/fake-clock.ts";
import { systemClock } from "../../host/clock.ts";
import { PlaceError } from "../../service/backup/place.ts";
import { FolderSyncs } from "./folder-syncs.ts";
import { openFolderPlace } from "./folder.ts";
import { openPlace } from "./open-place.ts";
import { listed, placeContract } from "./place-contract.fixture.ts";

async function freshFolder(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), "altmail-place-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

placeContract({
  name: "folder",
  open: async () => {
    const folder = await freshFolder();
    const place = await openFolderPlace({ path: folder.path, clock: systemClock });
    const close = place[Symbol.asyncDispose].bind(place);
    place[Symbol.asyncDispose] = async () => {
      await close();
      await folder[Symbol.asyncDispose]();
    };
    return place;
  },
});

test("objects are readable by the service's user alone, and nothing half written is left", async () => {
  await using folder = await freshFolder();
  await using place = await openFolderPlace({ path: folder.path, clock: systemClock });
  await place.put("a/b/c", new Uint8Array([1, 2, 3]));
  assert.equal((await stat(join(folder.path, "a/b/c"))).mode & 0o777, 0o600);
  assert.equal((await stat(join(folder.path, "a/b"))).mode & 0o777, 0o700);
  await place.put("a/d", new Uint8Array([1]));
  // A folder stands where the object should be, so that the rename fails.
  await assert.rejects(place.put("a/b", new Uint8Array([1])), PlaceError);
  assert.deepEqual(await readdir(join(folder.path, ".writing")), []);
  await place.delete(["a/b/c", "a/d"]);
  assert.deepEqual(
    await readdir(folder.path),
    [".writing"],
    "folders that are empty are gone, for their names say something",
  );
});

test("what a crash left half written is removed when it is older than any write, and never listed", async () => {
  await using folder = await freshFolder();
  const clock = new FakeClock("2026-11-20T12:00:00Z");
  const writing = join(folder.path, ".writing");
  await mkdir(writing);
  for (const [name, ageMs] of [
    ["old", 3_600_001],
    ["new", 3_500_000],
  ] as const) {
    await writeFile(join(writing, name), "half");
    const at = new Date(clock.now() - ageMs);
    await utimes(join(writing, name), at, at);
  }
  await using place = await openFolderPlace({ path: folder.path, clock });
  assert.deepEqual(await readdir(writing), ["new"]);
  await clock.advance(100_001);
  assert.deepEqual(await listed(place, ""), []);
  assert.deepEqual(await readdir(writing), []);
});

test("a folder that is not there is a share that is not mounted: nothing is made, nothing counts as missing", async () => {
  await using folder = await freshFolder();
  const path = join(folder.path, "share");
  await assert.rejects(openFolderPlace({ path, clock: systemClock }), (error: Error) => {
    assert.ok(error instanceof PlaceError);
    assert.match(error.message, /is not there: make it, or mount/);
    return true;
  });
  await mkdir(path);
  await using place = await openFolderPlace({ path, clock: systemClock });
  await place.put("a", new Uint8Array([1]));
  await rm(path, { recursive: true });
  await assert.rejects(place.get("a"), PlaceError);
  await assert.rejects(place.put("a", new Uint8Array([1])), PlaceError);
  await assert.rejects(place.delete(["a"]), PlaceError);
  await assert.rejects(listed(place, ""), PlaceError);
  assert.deepEqual(await readdir(folder.path), []);
});

test("the label says when the folder is on the disk of the service itself", async () => {
  await using folder = await freshFolder();
  const at = {
    address: { kind: "folder", path: folder.path },
    credentialsFile: undefined,
    clock: systemClock,
  } as const;
  await using beside = await openPlace({ ...at, home: tmpdir() });
  assert.equal(beside.label, `folder ${folder.path} (on the disk of the service itself)`);
  await using away = await openPlace({ ...at, home: "/proc" });
  assert.equal(away.label, `folder ${folder.path}`);
});

test("a file is no place", async () => {
  await using folder = await freshFolder();
  const path = join(folder.path, "file");
  await writeFile(path, "");
  await assert.rejects(openFolderPlace({ path, clock: systemClock }), /is not a folder/);
});

test("those who wait for a sync that has not begun share it", async (context) => {
  await using folder = await freshFolder();
  const handle = await open(folder.path, "r");
  const sync = context.mock.method(Object.getPrototypeOf(handle) as typeof handle, "sync");
  await handle.close();
  const syncs = new FolderSyncs();
  await Promise.all(Array.from({ length: 20 }, () => syncs.sync(folder.path)));
  assert.equal(sync.mock.callCount(), 2, "one for the first, one for all that came while it ran");
  await syncs.sync(folder.path);
  assert.equal(sync.mock.callCount(), 3);
});

test("a credentials file is two lines that nobody else may read", async () => {
  await using folder = await freshFolder();
  const path = join(folder.path, "backup.s3");
  const address = { kind: "s3", endpoint: "https://s3.example.org", bucket: "altmail", region: "eu" } as const;
  const openBucket = () => openPlace({ address, credentialsFile: path, home: folder.path, clock: systemClock });
  await assert.rejects(openBucket(), /cannot be read/);
  await writeFile(path, "KEY\nsecret\n", { mode: 0o600 });
  await using place = await openBucket();
  assert.equal(place.label, "bucket altmail at s3.example.org");
  await chmod(path, 0o640);
  await assert.rejects(openBucket(), /may be read by others; set its mode to 0600/);
  await chmod(path, 0o600);
  for (const wrong of ["", "KEY\n", "KEY\nsecret\nmore\n", "KEY \nsecret\n", "\nsecret"]) {
    await writeFile(path, wrong);
    await assert.rejects(openBucket(), /must hold two lines/, JSON.stringify(wrong));
  }
  await assert.rejects(
    openPlace({ address, credentialsFile: undefined, home: folder.path, clock: systemClock }),
    /needs a file with its credentials/,
  );
});
