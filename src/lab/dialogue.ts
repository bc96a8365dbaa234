/**
 * The client's side of a conversation in SMTP (RFC 5321): something is said, and its reply is waited for. What goes wrong
 * on the way is a reply too, 421, as if the server had said it: who waits always hears something.
 */
import { once } from "node:events";
import { createConnection, type Socket } from "node:net";
import { connect } from "node:tls";
import type { Clock } from "../host/clock.ts";
import { HostError } from "../host/host-error.ts";
import { ReplyReader, type SmtpReply } from "../syntax/smtp/reply-reader.ts";

export type DialogueOptions = {
  readonly host: string;
  readonly port: number;
  readonly clock: Clock;
  /** Without a reply for so long the connection is given up. */
  readonly patienceMs: number;
  /** TLS from the first octet (RFC 8314 section 3.3), with a server that this authority (PEM) vouches for. */
  readonly tls?: { readonly authority: Uint8Array; readonly serverName: string };
};

const gone: SmtpReply = { code: 421, enhanced: "4.4.2", lines: ["the lab closed the connection"] };

export class Dialogue implements Disposable {
  readonly #options: DialogueOptions;
  #socket: Socket;
  #reader = new ReplyReader();
  #heard: SmtpReply[] = [];
  #isGone = false;
  #wake = (): void => {};

  private constructor(options: DialogueOptions, socket: Socket) {
    this.#options = options;
    this.#socket = socket;
    this.#attend(socket);
  }

  /** @throws HostError when nobody listens, or it is not the lab. */
  static async open(options: DialogueOptions): Promise<Dialogue> {
    const { host, port, tls } = options;
    const socket: Socket =
      tls === undefined
        ? createConnection({ host, port })
        : connect({ host, port, ca: [Buffer.from(tls.authority)], servername: tls.serverName });
    try {
      await once(socket, tls === undefined ? "connect" : "secureConnect");
    } catch (error) {
      throw new HostError(`nobody answers as the lab would on port ${port}: start the lab first`, { cause: error });
    }
    return new Dialogue(options, socket);
  }

  /** Says a line and what belongs behind it; fulfils with the reply. Never rejects. */
  say(line: string, octets?: Uint8Array): Promise<SmtpReply> {
    this.#socket.write(`${line}\r\n`, "utf8");
    if (octets !== undefined) this.#socket.write(octets);
    return this.hear();
  }

  /** The next reply; at the beginning it is the greeting. */
  async hear(): Promise<SmtpReply> {
    const { clock, patienceMs } = this.#options;
    using _patience = clock.after(patienceMs, () => this[Symbol.dispose]());
    for (;;) {
      const reply = this.#heard.shift();
      if (reply !== undefined) return reply;
      if (this.#isGone) return gone;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** After 220 to STARTTLS (RFC 3207). Between mail servers TLS is taken whoever signed the certificate (RFC 7435). @throws HostError */
  async startTls(): Promise<void> {
    this.#socket.removeAllListeners("data");
    this.#socket = connect({ socket: this.#socket, rejectUnauthorized: false });
    this.#reader = new ReplyReader();
    this.#heard = [];
    this.#attend(this.#socket);
    try {
      await once(this.#socket, "secureConnect");
    } catch (error) {
      throw new HostError("TLS could not be begun: see whether the lab still runs", { cause: error });
    }
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }

  #attend(socket: Socket): void {
    socket.on("data", (chunk: Uint8Array) => {
      this.#heard.push(...this.#reader.write(chunk));
      if (this.#reader.isBroken) socket.destroy();
      this.#wake();
    });
    // What it means stands in "close", which follows.
    socket.on("error", () => {});
    socket.once("close", () => {
      this.#isGone = true;
      this.#wake();
    });
  }
}
