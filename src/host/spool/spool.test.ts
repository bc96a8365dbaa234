import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { constants, readSync, type Stats } from "node:fs";
import { mkdir, mkdtemp, open, readdir, rm, stat, writeFile, type FileHandle } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import * as fc from "fast-check";
import { entropy } from "../../../test/world/entropy.ts";
import type { SpoolHandle } from "./sealed-file.ts";
import { openSpool, type Spooled } from "./spool.ts";

async function folder(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), "altmail-spool-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

async function collect(spooled: Spooled): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const piece of spooled.pieces()) {
    assert.ok(piece.length > 0 && piece.length <= 256 * 1024);
    parts.push(piece);
  }
  return Buffer.concat(parts);
}

const hasCode = (code: string) => (error: unknown) => error instanceof Error && "code" in error && error.code === code;

test("the spool gives back exactly what was written, however it was cut, and more than once", async () => {
  await using home = await folder();
  const spool = await openSpool(home.path);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 150_000 }), { maxLength: 6 }), async (lengths) => {
      await using file = await spool.create();
      const chunks = lengths.map((length) => randomBytes(length));
      for (const chunk of chunks) await file.write(chunk);
      const spooled = await file.finish();
      const whole = Buffer.concat(chunks);
      assert.equal(spooled.size, whole.length);
      const [first, second] = await Promise.all([collect(spooled), collect(spooled)]);
      assert.deepEqual(Buffer.from(first), whole);
      assert.deepEqual(Buffer.from(second), whole);
    }),
    { numRuns: 40 },
  );
});

test("lengths at the edge of a frame come back whole", async () => {
  await using home = await folder();
  const spool = await openSpool(home.path);
  for (const length of [0, 1, 131071, 131072, 131073, 262144]) {
    await using file = await spool.create();
    const octets = randomBytes(length);
    await file.write(octets);
    const spooled = await file.finish();
    assert.equal(spooled.size, length);
    assert.deepEqual(Buffer.from(await collect(spooled)), octets);
  }
});

test("the caller may reuse its buffer once a write has fulfilled", async () => {
  await using home = await folder();
  await using file = await (await openSpool(home.path)).create();
  const buffer = new Uint8Array(1000).fill(65);
  await file.write(buffer);
  buffer.fill(66);
  assert.deepEqual(await collect(await file.finish()), Buffer.alloc(1000, 65));
});

test("D3: what the spool writes is noise, has mode 0600, and has no name in the folder", async () => {
  await using home = await folder();
  const seen: FileHandle[] = [];
  const spool = await openSpool(home.path, async (path) => {
    const handle = await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600);
    seen.push(handle);
    return handle;
  });
  await using file = await spool.create();
  await file.write(Buffer.from("canary in the spool ".repeat(20_000)));
  await file.finish();
  const [handle] = seen;
  assert.ok(handle !== undefined);
  const status: Stats = await handle.stat();
  assert.equal(status.nlink, 0);
  const raw = Buffer.alloc(status.size);
  assert.equal(readSync(handle.fd, raw, 0, raw.length, 0), raw.length);
  assert.equal(raw.includes("canary"), false);
  assert.ok(entropy(raw) > 7.99, "sealed octets are spread evenly");
  assert.deepEqual(await readdir(home.path), []);
});

test("the default file is private and gone from its folder at once; leftovers are removed at open", async () => {
  await using home = await folder();
  const path = join(home.path, "deep", "spool");
  await mkdir(path, { recursive: true });
  await writeFile(join(path, "00112233445566778899aabbccddeeff.spool"), "");
  const spool = await openSpool(path);
  assert.deepEqual(await readdir(path), []);
  await using file = await spool.create();
  await file.write(new Uint8Array(10));
  assert.deepEqual(await readdir(path), []);
  await openSpool(path);
  assert.equal((await collect(await file.finish())).length, 10);
  assert.ok((await stat(path)).isDirectory());
});

/** A file in memory that fails as told. */
function memoryHandle(options: { most?: number; failAfter?: number; code?: string; damage?: boolean }): SpoolHandle {
  const octets = new Uint8Array(1 << 20);
  let size = 0;
  let writes = 0;
  return {
    write(from, offset, length, position) {
      writes += 1;
      if (options.failAfter !== undefined && writes > options.failAfter)
        return Promise.reject(Object.assign(new Error("no"), { code: options.code }));
      const some = Math.min(length, options.most ?? length);
      octets.set(from.subarray(offset, offset + some), position);
      size = Math.max(size, position + some);
      return Promise.resolve({ bytesWritten: some });
    },
    read(into, offset, length, position) {
      const some = Math.max(0, Math.min(length, options.most ?? length, size - position));
      into.set(octets.subarray(position, position + some), offset);
      if (options.damage === true && some > 0) into[offset] = (into[offset] ?? 0) ^ 1;
      return Promise.resolve({ bytesRead: some });
    },
    close: () => Promise.resolve(),
  };
}

test("short writes and short reads are carried on", async () => {
  await using home = await folder();
  const spool = await openSpool(home.path, () => Promise.resolve(memoryHandle({ most: 1000 })));
  await using file = await spool.create();
  const octets = randomBytes(300_000);
  await file.write(octets);
  assert.deepEqual(Buffer.from(await collect(await file.finish())), octets);
});

for (const [errno, code] of [
  ["ENOSPC", "full"],
  ["EDQUOT", "full"],
  ["EIO", "io"],
] as const)
  test(`${errno} ends the file with code "${code}" for good`, async () => {
    await using home = await folder();
    const spool = await openSpool(home.path, () => Promise.resolve(memoryHandle({ failAfter: 1, code: errno })));
    await using file = await spool.create();
    await assert.rejects(file.write(new Uint8Array(500_000)), hasCode(code));
    await assert.rejects(file.write(new Uint8Array(1)), hasCode(code));
    await assert.rejects(file.finish(), hasCode(code));
  });

test("a disk that takes nothing, and octets that changed, are I/O errors", async () => {
  await using home = await folder();
  const stuck = await openSpool(home.path, () => Promise.resolve(memoryHandle({ most: 0 })));
  await using first = await stuck.create();
  await first.write(new Uint8Array(5));
  await assert.rejects(first.finish(), hasCode("io"));
  const damaged = await openSpool(home.path, () => Promise.resolve(memoryHandle({ damage: true })));
  await using second = await damaged.create();
  await second.write(new Uint8Array(5));
  await assert.rejects(collect(await second.finish()), hasCode("io"));
});

test("a disposed file neither writes nor reads; disposing twice is well", async () => {
  await using home = await folder();
  const spool = await openSpool(home.path);
  const file = await spool.create();
  await file.write(new Uint8Array(5));
  const spooled = await file.finish();
  await file[Symbol.asyncDispose]();
  await file[Symbol.asyncDispose]();
  await assert.rejects(file.write(new Uint8Array(1)), hasCode("closed"));
  await assert.rejects(collect(spooled), hasCode("closed"));
});

test("a folder that cannot hold files is said to be so", async () => {
  await using home = await folder();
  const spool = await openSpool(join(home.path, "spool"));
  await rm(join(home.path, "spool"), { recursive: true });
  await assert.rejects(spool.create(), hasCode("io"));
});
