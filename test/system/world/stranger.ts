/** A mail server of somebody else that speaks to ours, from an address of its own on loopback, and as badly as a test wants. */
import { connect, type Socket } from "node:net";
import { Peer } from "../../../src/clients/smtp/peer.fixture.ts";

/** Where a stranger comes from, and where our port 25 is. */
export type Place = { readonly port: number; readonly from: string };

export class Stranger implements Disposable {
  readonly #socket: Socket;
  readonly #peer: Peer;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#peer = new Peer(socket);
  }

  /** Connects, and reads nothing yet. */
  static open({ port, from }: Place): Stranger {
    const socket = connect({ port, host: "127.0.0.1", localAddress: from, noDelay: true });
    // Who is closed upon hears it at its next look.
    socket.on("error", () => {});
    return new Stranger(socket);
  }

  /** Past the greeting and EHLO. */
  static async greeted(place: Place, name = "client.example.net"): Promise<Stranger> {
    const stranger = Stranger.open(place);
    await stranger.expect("220");
    await stranger.ask(`EHLO ${name}`, "250");
    return stranger;
  }

  write(octets: string): void {
    this.#peer.raw(octets);
  }

  /** The next reply, its lines joined. Rejects when the connection is over. */
  async reply(): Promise<string> {
    const lines: string[] = [];
    for (;;) {
      const line = await this.#peer.line();
      lines.push(line);
      if (line[3] !== "-") return lines.join("\n");
    }
  }

  async expect(code: string): Promise<string> {
    const reply = await this.reply();
    if (!reply.startsWith(code)) throw new Error(`expected ${code}, got ${reply}`);
    return reply;
  }

  /** Says a line and returns the reply, which must begin with `code` when one is given. */
  ask(line: string, code = ""): Promise<string> {
    this.write(`${line}\r\n`);
    return this.expect(code);
  }

  /** Opens a transaction up to where the message may come. */
  async begin(sender: string, recipient: string): Promise<void> {
    await this.ask(`MAIL FROM:<${sender}>`, "250");
    await this.ask(`RCPT TO:<${recipient}>`, "250");
    await this.ask("DATA", "354");
  }

  /** One message, with CRLF line ends and no line that begins with a dot. @returns what is said of it */
  async send(sender: string, recipient: string, message: string): Promise<string> {
    await this.begin(sender, recipient);
    this.write(`${message}.\r\n`);
    return this.reply();
  }

  /** What comes until the other side has closed. */
  rest(): Promise<string> {
    return this.#peer.rest();
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}
