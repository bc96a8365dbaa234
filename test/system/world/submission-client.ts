/** A mail client that sends by port 465: one message after the other, with whatever parameters a test wants. */
import { LineSocket } from "../../clients/line-socket.ts";

export type Letter = {
  readonly from: string;
  /** Addresses; parameters may stand behind one, as `a@b.test NOTIFY=SUCCESS`. */
  readonly to: readonly string[];
  /** Of MAIL. */
  readonly parameters?: string;
  /** With CRLF line ends. */
  readonly text: string;
};

export class SubmissionClient implements Disposable {
  readonly #socket: LineSocket;

  private constructor(socket: LineSocket) {
    this.#socket = socket;
  }

  static async open(port: number, user: string, password: string): Promise<SubmissionClient> {
    const client = new SubmissionClient(await LineSocket.open(port, true));
    await client.#expect("220");
    await client.#say("EHLO [127.0.0.1]", "250");
    await client.#say(`AUTH PLAIN ${Buffer.from(`\0${user}\0${password}`).toString("base64")}`, "235");
    return client;
  }

  /** Fulfils with the id under which it was queued. @throws Error when any step is refused, with the reply. */
  async send({ from, to, parameters = "", text }: Letter): Promise<string> {
    await this.#say(`MAIL FROM:<${from}> ${parameters}`.trimEnd(), "250");
    for (const one of to) {
      const [address = "", ...more] = one.split(" ");
      await this.#say([`RCPT TO:<${address}>`, ...more].join(" "), "250");
    }
    await this.#say("DATA", "354");
    const stuffed = text.replaceAll("\r\n.", "\r\n..");
    this.#socket.write(Buffer.from(`${stuffed}${stuffed.endsWith("\r\n") ? "" : "\r\n"}.\r\n`));
    const reply = await this.#expect("250");
    return /Queued as (\S+)/.exec(reply)?.[1] ?? reply;
  }

  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]();
  }

  #say(line: string, code: string): Promise<string> {
    this.#socket.write(Buffer.from(`${line}\r\n`));
    return this.#expect(code);
  }

  async #expect(code: string): Promise<string> {
    const lines: string[] = [];
    do lines.push(await this.#socket.line());
    while (lines.at(-1)?.[3] === "-");
    const reply = lines.join("\n");
    if (!reply.startsWith(code)) throw new Error(`expected ${code}, got ${reply}`);
    return reply;
  }
}
