/** A small SMTP client for tests: it sends one message at a time and says what the server answered. */
import { LineSocket } from "./line-socket.ts";

export class SmtpClient implements Disposable {
  readonly #socket: LineSocket;

  private constructor(socket: LineSocket) {
    this.#socket = socket;
  }

  static async open(port: number, options: { readonly startTls?: boolean } = {}): Promise<SmtpClient> {
    const client = new SmtpClient(await LineSocket.open(port, false));
    await client.#expect("220");
    await client.command("EHLO client.example.net", "250");
    if (options.startTls === true) {
      await client.command("STARTTLS", "220");
      await client.#socket.secure();
      await client.command("EHLO client.example.net", "250");
    }
    return client;
  }

  /** Sends a line and returns the reply, lines joined; throws when its code does not begin with `code`. */
  command(line: string, code: string): Promise<string> {
    this.#socket.write(`${line}\r\n`);
    return this.#expect(code);
  }

  /** One transaction, pipelined. `message` has CRLF line ends. Fulfils with the reply to the final dot, a 250. */
  async send(sender: string, recipients: readonly string[], message: string): Promise<string> {
    const lines = [`MAIL FROM:<${sender}>`, ...recipients.map((to) => `RCPT TO:<${to}>`), "DATA"];
    this.#socket.write(lines.map((line) => `${line}\r\n`).join(""));
    for (const line of lines) await this.#expect(line === "DATA" ? "354" : "250");
    const stuffed = message.replaceAll("\r\n.", "\r\n..");
    this.#socket.write(`${stuffed.startsWith(".") ? "." : ""}${stuffed}${stuffed.endsWith("\r\n") ? "" : "\r\n"}.\r\n`);
    return this.#expect("250");
  }

  async quit(): Promise<void> {
    await this.command("QUIT", "221");
    this[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]();
  }

  async #expect(code: string): Promise<string> {
    const lines: string[] = [];
    for (;;) {
      const line = await this.#socket.line();
      lines.push(line);
      if (line[3] !== "-") break;
    }
    const reply = lines.join("\n");
    if (!reply.startsWith(code)) throw new Error(`expected ${code}, got ${reply}`);
    return reply;
  }
}
