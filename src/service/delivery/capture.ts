/**
 * The way of every message into a store, from SMTP and from APPEND: `Intake` as intake.ts describes it.
 *
 * A message of ordinary size is gathered in one piece of memory and parsed once it is whole; a larger one goes to the
 * sealed spool and is parsed on the way (promise D3). So memory per message is bounded by `memoryBytes`, and whoever
 * calls bounds the size of the message.
 */
import type { Spool, Spooled, SpoolFile } from "../../host/spool/spool.ts";
import { contentOf } from "../../store/content-of.ts";
import type { ContentSource } from "../../store/mail-store.ts";
import type { Derived } from "../../syntax/message/derived.ts";
import { MessageParser, parseMessage } from "../../syntax/message/parse.ts";
import type { Intake } from "./intake.ts";

export type CaptureOptions = {
  readonly spool: Spool;
  /** Up to this size a message stays in memory; 256 KiB when not given. */
  readonly memoryBytes?: number;
};

const KiB = 1024;
/** Most messages fit, and the allocator serves it without asking the kernel. */
const FIRST_BYTES = 64 * KiB;

export function createCapture({ spool, memoryBytes = 256 * KiB }: CaptureOptions): () => Intake {
  return () => new Capture(spool, memoryBytes);
}

class Capture implements Intake {
  readonly #spool: Spool;
  readonly #memoryBytes: number;
  #memory: Uint8Array | undefined;
  #size = 0;
  #file: SpoolFile | undefined;
  #parser: MessageParser | undefined;

  constructor(spool: Spool, memoryBytes: number) {
    this.#spool = spool;
    this.#memoryBytes = memoryBytes;
  }

  write(octets: Uint8Array): Promise<void> | undefined {
    const size = this.#size + octets.length;
    if (this.#parser !== undefined) return this.#append(octets, size);
    if (size > this.#memoryBytes) return this.#spill(octets, size);
    const memory = this.#room(size);
    memory.set(octets, this.#size);
    this.#size = size;
    return undefined;
  }

  async finish(): Promise<{ readonly content: ContentSource; readonly derived: Derived }> {
    if (this.#parser === undefined) {
      const bytes = this.#memory?.subarray(0, this.#size) ?? new Uint8Array(0);
      return { content: contentOf(bytes), derived: parseMessage(bytes) };
    }
    const derived = this.#parser.end();
    if (this.#file === undefined) throw new Error("an intake is finished once, and not after a failure");
    return { content: onSpool(await this.#file.finish()), derived };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const file = this.#file;
    this.#memory = undefined;
    this.#file = undefined;
    await file?.[Symbol.asyncDispose]();
  }

  /** Memory for `size` octets, with what it held. */
  #room(size: number): Uint8Array {
    const old = this.#memory;
    if (old !== undefined && old.length >= size) return old;
    let length = Math.min(FIRST_BYTES, this.#memoryBytes);
    while (length < size) length *= 2;
    // Not of Node's shared pool: the store may be given all of it.
    const memory = Buffer.allocUnsafeSlow(length);
    if (old !== undefined) memory.set(old);
    this.#memory = memory;
    return memory;
  }

  async #spill(octets: Uint8Array, size: number): Promise<void> {
    this.#parser = new MessageParser();
    this.#file = await this.#spool.create();
    const gathered = this.#memory?.subarray(0, this.#size);
    this.#memory = undefined;
    if (gathered !== undefined) {
      this.#parser.write(gathered);
      await this.#file.write(gathered);
    }
    await this.#append(octets, size);
  }

  async #append(octets: Uint8Array, size: number): Promise<void> {
    if (this.#file === undefined || this.#parser === undefined) throw new Error("the spool has failed before");
    this.#size = size;
    this.#parser.write(octets);
    await this.#file.write(octets);
  }
}

const onSpool = (spooled: Spooled): ContentSource => ({
  size: spooled.size,
  bytes: undefined,
  pieces: () => spooled.pieces(),
});
