/** Reads lines from a stream, with a bound on the wait: a server that says nothing fails the test instead of hanging it. */
import type { Duplex } from "node:stream";

const PATIENCE_MS = 10_000;

export class LineReader {
  readonly #lines: string[] = [];
  #rest = "";
  #ended = false;
  #wake: (() => void) | undefined;

  constructor(stream: Duplex) {
    stream.on("data", (chunk: Buffer) => {
      const parts = (this.#rest + chunk.toString("latin1")).split("\r\n");
      this.#rest = parts.pop() ?? "";
      this.#lines.push(...parts);
      this.#wake?.();
    });
    const end = (): void => {
      this.#ended = true;
      this.#wake?.();
    };
    stream.on("end", end);
    stream.on("close", end);
    stream.on("error", end);
    stream.resume();
  }

  /** Octets that have come and were not read, as text; empty when all was read. */
  get unread(): string {
    return [...this.#lines, ...(this.#rest === "" ? [] : [this.#rest])].join("\n");
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** The next line without CRLF; `undefined` when the server closed. */
  async read(): Promise<string | undefined> {
    const deadline = AbortSignal.timeout(PATIENCE_MS);
    while (this.#lines.length === 0) {
      if (this.#ended) return undefined;
      await new Promise<void>((resolve, reject) => {
        const late = (): void => reject(new Error(`the server said nothing for ${PATIENCE_MS} ms`));
        deadline.addEventListener("abort", late, { once: true });
        this.#wake = () => {
          deadline.removeEventListener("abort", late);
          resolve();
        };
      });
    }
    return this.#lines.shift();
  }
}
