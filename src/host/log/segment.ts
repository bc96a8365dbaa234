/**
 * One day of the log in one file: frames of JSON lines, each sealed with AES-256-GCM under the day's key with a random
 * nonce. A frame is nonce (12 octets), length (4, hidden under a mask made from key and nonce, so that the file is
 * noise throughout), ciphertext, tag (16). A tail that a crash cut off is no frame; the next writer overwrites it. A frame
 * that is damaged costs its own lines alone.
 */
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";

const NONCE = 12;
const HEAD = NONCE + 4;
const TAG = 16;
const READ_AHEAD = 1 << 18;
/** Octets of lines in one frame at most. */
export const MAX_FRAME: number = 1 << 20;

/** An open segment, written by one process alone. */
export class Segment implements AsyncDisposable {
  readonly #handle: FileHandle;
  readonly #key: Uint8Array;
  #end: number;

  private constructor(handle: FileHandle, key: Uint8Array, end: number) {
    this.#handle = handle;
    this.#key = key;
    this.#end = end;
  }

  /** Opens a segment to write after its last whole frame, making it where there is none. */
  static async open(file: string, key: Uint8Array): Promise<Segment> {
    const handle = await open(file, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
    try {
      let end = 0;
      for await (const frame of frames(handle, key)) end = frame.end;
      await handle.truncate(end);
      return new Segment(handle, key, end);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Seals `lines` as one frame. A frame that failed is overwritten by the next. @throws the error of the file system. */
  async append(lines: Uint8Array): Promise<void> {
    if (lines.length > MAX_FRAME) throw new RangeError("a frame of the log holds 1 MiB at most");
    const frame = seal(this.#key, lines);
    for (let done = 0; done < frame.length; ) {
      const { bytesWritten } = await this.#handle.write(frame, done, frame.length - done, this.#end + done);
      if (bytesWritten === 0) throw new Error("the disk takes no more octets of the log");
      done += bytesWritten;
    }
    this.#end += frame.length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.#handle.datasync();
    } finally {
      await this.#handle.close();
    }
  }
}

/** Reads the lines of a segment, oldest first, as far as frames are whole and of this key. */
export async function* readSegment(file: string, key: Uint8Array): AsyncGenerator<string> {
  for await (const { lines } of readFrames(file, key, 0)) yield* lines;
}

/** Lines that were sealed together, and where the next frame begins. */
export type Frame = { readonly lines: readonly string[]; readonly end: number };

/** Reads whole frames from where one begins, one at a time; a later call with the last `end` goes on behind it. */
export async function* readFrames(file: string, key: Uint8Array, from: number): AsyncGenerator<Frame> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    for await (const { lines, end } of frames(handle, key, from))
      yield { lines: lines.toString("utf8").split("\n"), end };
  } finally {
    await handle.close();
  }
}

async function* frames(
  handle: FileHandle,
  key: Uint8Array,
  from = 0,
): AsyncGenerator<{ readonly lines: Buffer; readonly end: number }> {
  const readAt = windowOf(handle);
  for (let start = from; ; ) {
    const head = await readAt(start, HEAD);
    if (head === undefined) return;
    const length = new DataView(head.buffer, head.byteOffset).getUint32(NONCE) ^ mask(key, head.subarray(0, NONCE));
    if (length < 0 || length > MAX_FRAME) return;
    const sealed = await readAt(start + HEAD, length + TAG);
    if (sealed === undefined) return;
    const lines = unseal(key, head, sealed);
    start += HEAD + length + TAG;
    if (lines !== undefined) yield { lines, end: start };
  }
}

function seal(key: Uint8Array, lines: Uint8Array): Buffer {
  const head = Buffer.alloc(HEAD);
  head.set(randomBytes(NONCE));
  head.writeInt32BE(lines.length ^ mask(key, head.subarray(0, NONCE)), NONCE);
  const cipher = createCipheriv("aes-256-gcm", key, head.subarray(0, NONCE)).setAAD(head);
  const body = cipher.update(lines);
  cipher.final();
  return Buffer.concat([head, body, cipher.getAuthTag()]);
}

function unseal(key: Uint8Array, head: Buffer, sealed: Buffer): Buffer | undefined {
  const decipher = createDecipheriv("aes-256-gcm", key, head.subarray(0, NONCE), { authTagLength: TAG }).setAAD(head);
  const lines = decipher.update(sealed.subarray(0, -TAG));
  try {
    decipher.setAuthTag(sealed.subarray(-TAG)).final();
    return lines;
  } catch {
    return undefined;
  }
}

/** 32 bits that hide a length. */
function mask(key: Uint8Array, nonce: Uint8Array): number {
  return createHmac("sha256", key).update("altmail log length").update(nonce).digest().readInt32BE();
}

type ReadAt = (position: number, length: number) => Promise<Buffer | undefined>;

/** Reads a file ahead, for most frames are small. What it gives is `undefined` where the file ends before. */
function windowOf(handle: FileHandle): ReadAt {
  let start = 0;
  let octets: Buffer = Buffer.alloc(0);
  return async (position, length) => {
    if (position < start || position + length > start + octets.length) {
      const next = Buffer.alloc(Math.max(length, READ_AHEAD));
      let done = 0;
      while (done < next.length) {
        const { bytesRead } = await handle.read(next, done, next.length - done, position + done);
        if (bytesRead === 0) break;
        done += bytesRead;
      }
      start = position;
      octets = next.subarray(0, done);
    }
    return octets.length - (position - start) < length
      ? undefined
      : octets.subarray(position - start, position - start + length);
  };
}
