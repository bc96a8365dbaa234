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
const UNTOUCHED = 0xffff_ffff;

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

/** A context that is made at first use, and anew after it was dropped: a damaged frame spoils it. */
class Reused {
  readonly #make: () => NodeJS.EventEmitter;
  #context: Context | undefined;
  #isMissing = false;

  constructor(make: () => NodeJS.EventEmitter) {
    this.#make = make;
  }

  get isThere(): boolean {
    return this.#get() !== undefined;
  }

  /** Returns how many octets of `to` were filled; `undefined` when it did not work out. */
  run(flush: number, from: Uint8Array, to: Uint8Array): number | undefined {
    const context = this.#get();
    if (context === undefined) return undefined;
    // After an error the binding leaves here what was there before.
    context.left.fill(UNTOUCHED);
    context.handle.reset();
    context.handle.writeSync(flush, from, 0, from.length, to, 0, to.length);
    const [room = UNTOUCHED, rest = UNTOUCHED] = context.left;
    if (room === UNTOUCHED) this.#context = undefined;
    return room === UNTOUCHED || rest !== 0 ? undefined : to.length - room;
  }

  #get(): Context | undefined {
    if (this.#context !== undefined || this.#isMissing) return this.#context;
    const stream = this.#make();
    // Damage is seen by what `run` returns; without a listener the event would end the process.
    stream.on("error", () => undefined);
    this.#context = contextOf(stream);
    this.#isMissing = this.#context === undefined;
    return this.#context;
  }
}

const compressor = new Reused(() => createZstdCompress({ params: PARAMS }));
const decompressor = new Reused(() => createZstdDecompress());
const room = Buffer.allocUnsafeSlow(REUSED_BYTES + 8 * 1024);

/** Twice what SEARCH asks for at once. */
const brief = Buffer.allocUnsafeSlow(2 * 1024 * 1024);

/** True when the private part of node:zlib is there. */
export function reusesContexts(): boolean {
  return compressor.isThere && decompressor.isThere;
}

/** One frame; a copy of its own. */
export function compress(octets: Uint8Array): Uint8Array {
  const filled = octets.length <= REUSED_BYTES ? compressor.run(constants.ZSTD_e_end, octets, room) : undefined;
  if (filled !== undefined && filled < room.length) return Buffer.from(room.subarray(0, filled));
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
  if (decompressor.run(constants.ZSTD_e_continue, frames, out) === size) return out.subarray(0, size);
  const whole = inflatePublic(frames, size);
  if (whole.length !== size) throw new StoreError("io", "A stored piece has another size than was noted.");
  return whole;
}

/**
 * As `decompress`, but into octets that the next call overwrites: for who looks and lets go, memory that is warm saves
 * a sixth of the time.
 */
export function decompressBriefly(frames: Uint8Array, size: number): Uint8Array {
  if (size >= brief.length) return decompress(frames, size);
  const filled = decompressor.run(constants.ZSTD_e_continue, frames, brief);
  return filled === size ? brief.subarray(0, size) : decompress(frames, size);
}

function inflatePublic(frames: Uint8Array, size: number): Uint8Array {
  try {
    return zstdDecompressSync(frames, { maxOutputLength: size });
  } catch (error) {
    throw new StoreError("io", "A stored piece is damaged.", { cause: error });
  }
}
