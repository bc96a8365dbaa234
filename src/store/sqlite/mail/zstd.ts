/**
 * Zstandard (RFC 8878) at level 1 for pieces of messages. One context is used again and again through a part of node:zlib
 * that is not public: a piece then costs half of the one-shot call. When that part is missing or behaves otherwise the
 * public call does the work; zstd.test.ts holds the pinned Node against what is expected here.
 */
import { constants, createZstdCompress, createZstdDecompress, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { StoreError } from "../../store-error.ts";

const PARAMS = { [constants.ZSTD_c_compressionLevel]: 1 };
/** Inputs above this go to the public call: the reused output has a fixed size. */
const REUSED_BYTES = 320 * 1024;

type Context = {
  readonly handle: {
    reset(): void;
    writeSync(
      flush: number,
      from: Uint8Array,
      fromAt: number,
      length: number,
      to: Uint8Array,
      toAt: number,
      room: number,
    ): void;
  };
  /** After a write: room left in the output, octets left of the input. */
  readonly left: Uint32Array;
};

/** The binding behind a stream of node:zlib, when it looks as we know it. */
function contextOf(stream: object): Context | undefined {
  const handle: unknown = "_handle" in stream ? stream._handle : undefined;
  const left: unknown = "_writeState" in stream ? stream._writeState : undefined;
  if (typeof handle !== "object" || handle === null || !(left instanceof Uint32Array) || left.length < 2)
    return undefined;
  if (!("reset" in handle && typeof handle.reset === "function")) return undefined;
  if (!("writeSync" in handle && typeof handle.writeSync === "function")) return undefined;
  return { handle: handle as Context["handle"], left };
}

function reused(make: () => NodeJS.EventEmitter): () => Context | undefined {
  let context: Context | undefined;
  let broken = false;
  return () => {
    if (context !== undefined || broken) return context;
    const stream = make();
    // A damaged frame destroys the stream: the next call makes a new one.
    stream.on("error", () => {
      context = undefined;
    });
    context = contextOf(stream);
    broken = context === undefined;
    return context;
  };
}

const compressor = reused(() => createZstdCompress({ params: PARAMS }));
const decompressor = reused(() => createZstdDecompress());
const room = Buffer.allocUnsafeSlow(REUSED_BYTES + 8 * 1024);

/** True when the private part of node:zlib is there. */
export function reusesContexts(): boolean {
  return compressor() !== undefined && decompressor() !== undefined;
}

/** One frame; a copy of its own. */
export function compress(octets: Uint8Array): Uint8Array {
  const context = octets.length <= REUSED_BYTES ? compressor() : undefined;
  if (context !== undefined) {
    context.handle.reset();
    context.handle.writeSync(constants.ZSTD_e_end, octets, 0, octets.length, room, 0, room.length);
    const [roomLeft = 0, inputLeft = 1] = context.left;
    if (roomLeft > 0 && inputLeft === 0) return Buffer.from(room.subarray(0, room.length - roomLeft));
  }
  return zstdCompressSync(octets, { params: PARAMS });
}

/**
 * Inflates one frame or several in a row to exactly `size` octets.
 * @throws StoreError "io" when they are damaged.
 */
export function decompress(frames: Uint8Array, size: number): Uint8Array {
  if (size === 0) return new Uint8Array(0);
  // One octet more than needed must stay unused: else the frames hold more than was noted.
  const out = Buffer.allocUnsafe(size + 1);
  if (inflateReused(frames, out)) return out.subarray(0, size);
  const whole = inflatePublic(frames, size);
  if (whole.length !== size) throw new StoreError("io", "A stored piece has another size than was noted.");
  return whole;
}

function inflateReused(frames: Uint8Array, out: Uint8Array): boolean {
  const context = decompressor();
  if (context === undefined) return false;
  context.handle.reset();
  context.handle.writeSync(constants.ZSTD_e_continue, frames, 0, frames.length, out, 0, out.length);
  return decompressor() === context && context.left[0] === 1 && context.left[1] === 0;
}

function inflatePublic(frames: Uint8Array, size: number): Uint8Array {
  try {
    return zstdDecompressSync(frames, { maxOutputLength: size });
  } catch (error) {
    throw new StoreError("io", "A stored piece is damaged.", { cause: error });
  }
}
