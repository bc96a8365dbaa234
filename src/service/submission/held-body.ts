/**
 * Keeps the body of a message while it streams: what goes before it, the signatures above all, is known only at its end.
 * In memory while small, on the sealed spool when large (promise D3). Memory of small ones is used again: what each message
 * had of its own would be the garbage collector's work, and that was a third of all work.
 */
import type { Spool, Spooled, SpoolFile } from "../../host/spool/spool.ts";
import { contentOf } from "../../store/content-of.ts";
import type { ContentSource } from "../../store/mail-store.ts";

const KiB = 1024;
/** Up to so many octets a body stays in memory. */
export const MEMORY_BYTES: number = 256 * KiB;
/** Left free before a body for what goes before it; a longer header is put together elsewhere. */
const BEFORE_BYTES = 32 * KiB;
/** Rooms that are kept for later messages: 4.5 MiB. */
const MOST_FREE = 16;

/** Nobody reads or writes these any more. */
const freeRooms: Uint8Array[] = [];

export class HeldBody implements AsyncDisposable {
  readonly #spool: Spool;
  readonly #memoryBytes: number;
  #room: Uint8Array | undefined;
  #size = 0;
  #file: SpoolFile | undefined;
  #isShown = false;

  /** @param memoryBytes at most `MEMORY_BYTES` */
  constructor(spool: Spool, memoryBytes: number) {
    this.#spool = spool;
    this.#memoryBytes = Math.min(memoryBytes, MEMORY_BYTES);
  }

  /** Takes the next octets; the caller may reuse them afterwards. @throws SpoolError */
  write(octets: Uint8Array): Promise<void> | undefined {
    const at = this.#size;
    this.#size += octets.length;
    if (this.#file !== undefined || this.#size > this.#memoryBytes) return this.#spill(octets, at);
    this.#room ??= freeRooms.pop() ?? new Uint8Array(BEFORE_BYTES + MEMORY_BYTES);
    this.#room.set(octets, BEFORE_BYTES + at);
    return undefined;
  }

  /**
   * The message: `before`, then the body. Readable until this is disposed; where somebody may read on after that, say
   * `keep`. @throws SpoolError
   */
  async behind(before: Uint8Array): Promise<ContentSource> {
    if (this.#file !== undefined) {
      const spooled = await this.#file.finish();
      return { size: before.length + spooled.size, bytes: undefined, pieces: () => piecesOf(before, spooled) };
    }
    const room = this.#room;
    if (room === undefined) return contentOf(before);
    const end = BEFORE_BYTES + this.#size;
    if (before.length > BEFORE_BYTES) return contentOf(Buffer.concat([before, room.subarray(BEFORE_BYTES, end)]));
    room.set(before, BEFORE_BYTES - before.length);
    return contentOf(room.subarray(BEFORE_BYTES - before.length, end));
  }

  /** The memory is left to who reads it, and not used again. */
  keep(): void {
    this.#isShown = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const [file, room] = [this.#file, this.#room];
    this.#file = this.#room = undefined;
    if (room !== undefined && !this.#isShown && freeRooms.length < MOST_FREE) {
      // Nothing of a message stays behind in it.
      room.fill(0, 0, BEFORE_BYTES + this.#size);
      freeRooms.push(room);
    }
    await file?.[Symbol.asyncDispose]();
  }

  async #spill(octets: Uint8Array, gathered: number): Promise<void> {
    if (this.#file === undefined) {
      const file = await this.#spool.create();
      this.#file = file;
      const room = this.#room;
      this.#room = undefined;
      if (room !== undefined) await file.write(room.subarray(BEFORE_BYTES, BEFORE_BYTES + gathered));
    }
    await this.#file.write(octets);
  }
}

const MAX_PIECE = 256 * 1024;

async function* piecesOf(before: Uint8Array, spooled: Spooled): AsyncIterable<Uint8Array> {
  for (let at = 0; at < before.length; at += MAX_PIECE) yield before.subarray(at, at + MAX_PIECE);
  yield* spooled.pieces();
}
