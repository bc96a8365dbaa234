/**
 * Values on their way to a place and back: each JSON, zstd (RFC 8878), sealed, one frame behind the other, in objects of up
 * to 16 MiB. A frame is its length (4 octets, big end first), one octet that is 1 in the last frame of all, and the sealed
 * octets. The context of each names what it belongs to, its number, and whether it is the last: none can be left out,
 * moved, or put elsewhere. Compression runs beside the loop; callers give slices that take a few milliseconds.
 */
import { promisify } from "node:util";
import { constants, zstdCompress, zstdDecompress } from "node:zlib";
import { HostError } from "../../host/host-error.ts";
import type { ObjectPlace } from "./place.ts";
import type { Sealing } from "./sealing.ts";

/** An object as it was put. */
export type PutObject = { readonly name: string; readonly size: number };

export type FrameWriter = {
  readonly write: (value: unknown) => Promise<void>;
  /** Writes the last value; fulfils with all objects when they are durable. */
  readonly end: (value: unknown) => Promise<readonly PutObject[]>;
};

export type FrameSeal = {
  readonly sealing: Sealing;
  readonly key: Uint8Array;
  /** What the frames belong to. */
  readonly context: string;
};

export const MAX_OBJECT_BYTES: number = 16 * 1024 * 1024;
/** More than any writer puts into one frame. */
const MAX_FRAME_BYTES: number = 64 * 1024 * 1024;
const HEAD_BYTES = 5;
const LEVEL = 3;

const compress: (octets: Uint8Array, options: object) => Promise<Buffer> = promisify(zstdCompress);
const decompress: (octets: Uint8Array, options: object) => Promise<Buffer> = promisify(zstdDecompress);

/** JSON and zstd, as in a frame. */
export async function pack(value: unknown): Promise<Uint8Array> {
  const text = Buffer.from(JSON.stringify(value), "utf8");
  return compress(text, { params: { [constants.ZSTD_c_compressionLevel]: LEVEL } });
}

/** What `pack` packed. */
export async function unpack(octets: Uint8Array): Promise<unknown> {
  const text = await decompress(octets, { maxOutputLength: MAX_FRAME_BYTES });
  return JSON.parse(text.toString("utf8"));
}

const contextOf = (context: string, n: number, isLast: boolean): string =>
  `${context} frame ${n}${isLast ? " last" : ""}`;

/** Writes to the objects `name(0)`, `name(1)`, ... of `place`. */
export function frameWriter(
  place: ObjectPlace,
  name: (n: number) => string,
  by: FrameSeal,
  objectBytes: number = MAX_OBJECT_BYTES,
): FrameWriter {
  const put: PutObject[] = [];
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  let frames = 0;

  async function flush(): Promise<void> {
    const octets = Buffer.concat(waiting, bytes);
    waiting = [];
    bytes = 0;
    const object = { name: name(put.length), size: octets.length };
    await place.put(object.name, octets);
    put.push(object);
  }

  async function add(value: unknown, isLast: boolean): Promise<void> {
    const packed = await pack(value);
    const sealed = by.sealing.seal(by.key, packed, contextOf(by.context, frames, isLast));
    const head = Buffer.alloc(HEAD_BYTES);
    head.writeUInt32BE(sealed.length);
    head.writeUInt8(isLast ? 1 : 0, 4);
    if (bytes > 0 && bytes + HEAD_BYTES + sealed.length > objectBytes) await flush();
    waiting.push(head, sealed);
    bytes += HEAD_BYTES + sealed.length;
    frames++;
  }

  return {
    write: (value) => add(value, false),
    async end(value) {
      await add(value, true);
      await flush();
      return put;
    },
  };
}

/**
 * Reads the values back, in order.
 * @throws HostError when an object is missing, or a frame does not open; `what` names it in the sentence.
 */
export async function* readFrames(
  place: ObjectPlace,
  name: (n: number) => string,
  by: FrameSeal,
  what: string,
): AsyncGenerator {
  let frame = 0;
  for (let n = 0; ; n++) {
    const octets = await place.get(name(n));
    if (octets === undefined)
      throw new HostError(`${what} is not whole: object ${name(n)} is missing at ${place.label}`);
    const view = Buffer.from(octets.buffer, octets.byteOffset, octets.length);
    for (let at = 0; at < view.length; frame++) {
      const length = at + HEAD_BYTES <= view.length ? view.readUInt32BE(at) : view.length;
      const end = at + HEAD_BYTES + length;
      if (end > view.length) throw new HostError(`${what} is damaged: object ${name(n)} ends too early`);
      const isLast = view.readUInt8(at + 4) === 1;
      const sealed = view.subarray(at + HEAD_BYTES, end);
      const packed = by.sealing.unseal(by.key, sealed, contextOf(by.context, frame, isLast));
      if (packed === undefined) throw new HostError(`${what} is damaged: object ${name(n)} does not open`);
      yield await unpack(packed);
      if (isLast) return;
      at = end;
    }
  }
}
