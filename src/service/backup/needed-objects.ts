/**
 * The list of objects that a set needs, so that it can be told without any key which objects of the target still belong to
 * a living set, should backup.db be lost. Names are random, so nothing of a person is in it. Lines `NAME SIZE`, zstd, in
 * objects `set/ID/names.N`.
 */
import { promisify } from "node:util";
import { zstdCompress, zstdDecompress } from "node:zlib";
import { MAX_OBJECT_BYTES, type PutObject } from "./frames.ts";
import { setNames } from "./object-names.ts";
import type { ObjectPlace } from "./place.ts";

const compress: (octets: Uint8Array) => Promise<Buffer> = promisify(zstdCompress);
const decompress: (octets: Uint8Array, options: object) => Promise<Buffer> = promisify(zstdDecompress);

/** Names in one object: below 4 MiB before compression. */
const SLICE = 50_000;

/** Writes the list; slices of any size. */
export async function writeNeeded(
  place: ObjectPlace,
  set: string,
  slices: AsyncIterable<readonly PutObject[]>,
): Promise<readonly PutObject[]> {
  const put: PutObject[] = [];
  let waiting: string[] = [];
  const flush = async (): Promise<void> => {
    const octets = await compress(Buffer.from(waiting.join(""), "latin1"));
    waiting = [];
    const object = { name: setNames(set, put.length), size: octets.length };
    await place.put(object.name, octets);
    put.push(object);
  };
  for await (const slice of slices) {
    for (const { name, size } of slice) waiting.push(`${name} ${size}\n`);
    if (waiting.length >= SLICE) await flush();
  }
  if (waiting.length > 0) await flush();
  return put;
}

/** Reads the list back, an object at a time. */
export async function* readNeeded(place: ObjectPlace, set: string): AsyncGenerator<readonly PutObject[]> {
  for (let n = 0; ; n++) {
    const octets = await place.get(setNames(set, n));
    if (octets === undefined) return;
    const text = (await decompress(octets, { maxOutputLength: MAX_OBJECT_BYTES })).toString("latin1");
    yield Array.from(text.matchAll(/^(\S+) (\d+)$/gm), ([, name = "", size]) => ({ name, size: Number(size) }));
  }
}
