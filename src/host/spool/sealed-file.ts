/**
 * One spool file: frames of 128 KiB, each sealed with AES-256-GCM under the file's own random key, the frame's number
 * as nonce (a key seals each number once) and as associated data whether it is the last. What comes back is what was
 * written, or an error: swapped, shortened and damaged frames do not open.
 */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { SpoolError, spoolError } from "./spool-error.ts";
import type { Spooled, SpoolFile } from "./spool-file.ts";

/** What a spool file needs of its file. */
export interface SpoolHandle extends Pick<FileHandle, "close"> {
  write(octets: Uint8Array, offset: number, length: number, position: number): Promise<{ bytesWritten: number }>;
  read(into: Uint8Array, offset: number, length: number, position: number): Promise<{ bytesRead: number }>;
}

const FRAME = 128 * 1024;
const TAG = 16;
const SEALED = FRAME + TAG;

export class SealedFile implements SpoolFile {
  readonly #handle: SpoolHandle;
  readonly #key = randomBytes(32);
  #frame: Uint8Array | undefined = new Uint8Array(FRAME);
  #filled = 0;
  #frames = 0;
  #failure: SpoolError | undefined;
  #closing: Promise<void> | undefined;

  constructor(handle: SpoolHandle) {
    this.#handle = handle;
  }

  async write(octets: Uint8Array): Promise<void> {
    let taken = 0;
    while (taken < octets.length) {
      const frame = this.#writable();
      if (this.#filled === FRAME) await this.#seal(frame, false);
      const part = octets.subarray(taken, taken + FRAME - this.#filled);
      frame.set(part, this.#filled);
      this.#filled += part.length;
      taken += part.length;
    }
  }

  async finish(): Promise<Spooled> {
    const frame = this.#writable();
    const size = this.#frames * FRAME + this.#filled;
    await this.#seal(frame, true);
    this.#frame = undefined;
    return { size, pieces: () => this.#pieces(size) };
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#failure ??= new SpoolError("closed", "the spool file was closed");
    this.#frame = undefined;
    await this.#handle.close();
    this.#key.fill(0);
  }

  #writable(): Uint8Array {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#frame === undefined) throw new SpoolError("closed", "the spool file was finished");
    return this.#frame;
  }

  async #seal(frame: Uint8Array, last: boolean): Promise<void> {
    const cipher = createCipheriv("aes-256-gcm", this.#key, nonce(this.#frames)).setAAD(mark(last));
    const body = cipher.update(frame.subarray(0, this.#filled));
    cipher.final();
    const sealed = Buffer.concat([body, cipher.getAuthTag()]);
    try {
      await this.#writeAll(sealed, this.#frames * SEALED);
    } catch (error) {
      this.#failure ??= spoolError(error, "write");
      throw this.#failure;
    }
    this.#frames += 1;
    this.#filled = 0;
  }

  /** One call may write less than it was given, on a disk that fills up and by a signal. */
  async #writeAll(octets: Uint8Array, position: number): Promise<void> {
    let done = 0;
    while (done < octets.length) {
      const { bytesWritten } = await this.#handle.write(octets, done, octets.length - done, position + done);
      if (bytesWritten === 0) throw new SpoolError("io", "the spool's disk takes no more octets: look at the disk");
      done += bytesWritten;
    }
  }

  async *#pieces(size: number): AsyncGenerator<Uint8Array> {
    for (let n = 0; n < this.#frames; n++) {
      const last = n === this.#frames - 1;
      const plain = await this.#open(n, last ? size - n * FRAME : FRAME, last);
      if (plain.length > 0) yield plain;
    }
  }

  async #open(n: number, length: number, last: boolean): Promise<Uint8Array> {
    const sealed = new Uint8Array(length + TAG);
    try {
      for (let done = 0; done < sealed.length; ) {
        if (this.#failure !== undefined) throw this.#failure;
        const { bytesRead } = await this.#handle.read(sealed, done, sealed.length - done, n * SEALED + done);
        if (bytesRead === 0) throw new SpoolError("io", "a spool file is shorter than what was written to it");
        done += bytesRead;
      }
      if (this.#failure !== undefined) throw this.#failure;
      const decipher = createDecipheriv("aes-256-gcm", this.#key, nonce(n), { authTagLength: TAG }).setAAD(mark(last));
      const plain = decipher.update(sealed.subarray(0, length));
      decipher.setAuthTag(sealed.subarray(length)).final();
      return plain;
    } catch (error) {
      throw this.#failure ?? spoolError(error, "read back what was written");
    }
  }
}

function nonce(frame: number): Uint8Array {
  const octets = new Uint8Array(12);
  new DataView(octets.buffer).setBigUint64(4, BigInt(frame));
  return octets;
}

const mark = (last: boolean): Uint8Array => Uint8Array.of(last ? 1 : 0);
