/** One side of a conversation by lines over a stream in memory: writes, and reads up to the line that it waits for. */
import type { Duplex } from "node:stream";
import { LineReader } from "../transcript/line-reader.ts";

export class Dialogue {
  readonly #stream: Duplex;
  readonly #reader: LineReader;

  constructor(stream: Duplex) {
    this.#stream = stream;
    this.#reader = new LineReader(stream);
  }

  /** Sends `text`, lines joined by CRLF; fulfils with what comes, up to the first line that fits. */
  async say(text: string, until: RegExp): Promise<string> {
    this.#stream.write(Buffer.from(`${text}\r\n`, "latin1"));
    return this.hear(until);
  }

  /** @throws Error with what was heard instead, when the other side ends. */
  async hear(until: RegExp): Promise<string> {
    const lines: string[] = [];
    for (;;) {
      const line = await this.#reader.read();
      if (line === undefined) throw new Error(`${until} never came: ${lines.join("\n")}`);
      lines.push(line);
      if (until.test(line)) return lines.join("\r\n");
    }
  }

  end(): void {
    this.#stream.destroy();
  }
}
