/** A socket read by lines and by counted octets: what the small test clients for SMTP and IMAP stand on. */
import { once } from "node:events";
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

const PATIENCE_MS = 30_000;

export class LineSocket implements Disposable {
  #socket: Socket;
  #buffer: Buffer = Buffer.alloc(0);
  #failure: Error | undefined;
  #wake: (() => void) | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#listen();
  }

  /** Connects to 127.0.0.1; with TLS any certificate is accepted, for the lab's own authority made it. */
  static async open(port: number, secure: boolean): Promise<LineSocket> {
    const socket = secure
      ? connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false })
      : connectTcp(port, "127.0.0.1");
    await once(socket, secure ? "secureConnect" : "connect");
    socket.setNoDelay(true);
    return new LineSocket(socket);
  }

  /** Starts TLS on this connection, as after STARTTLS. */
  async secure(): Promise<void> {
    const plain = this.#socket;
    plain.removeAllListeners("data").removeAllListeners("close").removeAllListeners("error");
    const socket = connectTls({ socket: plain, rejectUnauthorized: false });
    await once(socket, "secureConnect");
    this.#socket = socket;
    this.#listen();
  }

  write(octets: string | Uint8Array): void {
    this.#socket.write(typeof octets === "string" ? Buffer.from(octets, "latin1") : octets);
  }

  /** The next line without CRLF, as latin1. */
  async line(): Promise<string> {
    let end = this.#buffer.indexOf("\r\n");
    while (end < 0) {
      await this.#more();
      end = this.#buffer.indexOf("\r\n");
    }
    const line = this.#buffer.toString("latin1", 0, end);
    this.#buffer = this.#buffer.subarray(end + 2);
    return line;
  }

  async octets(count: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    let missing = count;
    for (;;) {
      const part = this.#buffer.subarray(0, missing);
      parts.push(part);
      missing -= part.length;
      this.#buffer = this.#buffer.subarray(part.length);
      if (missing === 0) return Buffer.concat(parts);
      await this.#more();
    }
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }

  #listen(): void {
    const socket = this.#socket;
    socket.on("data", (chunk: Buffer) => {
      this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk]);
      this.#wake?.();
    });
    const fail = (error?: Error): void => {
      this.#failure ??= error instanceof Error ? error : new Error("connection closed");
      this.#wake?.();
    };
    socket.on("error", fail);
    socket.on("close", () => fail());
  }

  async #more(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    const late = AbortSignal.timeout(PATIENCE_MS);
    await new Promise<void>((resolve, reject) => {
      const onLate = (): void => reject(new Error(`no answer for ${PATIENCE_MS} ms`));
      late.addEventListener("abort", onLate, { once: true });
      this.#wake = () => {
        late.removeEventListener("abort", onLate);
        resolve();
      };
    });
    if (this.#failure !== undefined && this.#buffer.indexOf("\r\n") < 0) throw this.#failure;
  }
}
