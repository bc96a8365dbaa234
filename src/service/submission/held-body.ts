/**
 * Keeps the body of a message while it streams: what goes before it, the signatures above all, is known only at its end.
 * In memory while small, on the sealed spool when large (promise D3).
 */
import type { Spool, Spooled, SpoolFile } from "../../host/spool/spool.ts";
import { contentOf } from "../../store/content-of.ts";
import type { ContentSource } from "../../store/mail-store.ts";

export class HeldBody implements AsyncDisposable {
  readonly #spool: Spool;
  readonly #memoryBytes: number;
  #pieces: Uint8Array[] = [];
  #size = 0;
  #file: SpoolFile | undefined;

  constructor(spool: Spool, memoryBytes: number) {
    this.#spool = spool;
    this.#memoryBytes = memoryBytes;
  }

  /** Takes the next octets; the caller may reuse them afterwards. @throws SpoolError */
  write(octets: Uint8Array): Promise<void> | undefined {
    this.#size += octets.length;
    if (this.#file === undefined && this.#size <= this.#memoryBytes) {
      this.#pieces.push(new Uint8Array(octets));
      return undefined;
    }
    return this.#spill(octets);
  }

  /** The message: `before`, then the body. Readable until this is disposed. @throws SpoolError */
  async behind(before: Uint8Array): Promise<ContentSource> {
    if (this.#file === undefined) return contentOf(Buffer.concat([before, ...this.#pieces]));
    const spooled = await this.#file.finish();
    return { size: before.length + spooled.size, bytes: undefined, pieces: () => piecesOf(before, spooled) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    this.#pieces = [];
    await file?.[Symbol.asyncDispose]();
  }

  async #spill(octets: Uint8Array): Promise<void> {
    if (this.#file === undefined) {
      const file = await this.#spool.create();
      this.#file = file;
      const gathered = this.#pieces;
      this.#pieces = [];
      for (const piece of gathered) await file.write(piece);
    }
    await this.#file.write(octets);
  }
}

const MAX_PIECE = 256 * 1024;

async function* piecesOf(before: Uint8Array, spooled: Spooled): AsyncIterable<Uint8Array> {
  for (let at = 0; at < before.length; at += MAX_PIECE) yield before.subarray(at, at + MAX_PIECE);
  yield* spooled.pieces();
}
