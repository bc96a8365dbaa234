/** A small IMAP client for tests: one command at a time, answers as text with literals inline. */
import { LineSocket } from "./line-socket.ts";

export class ImapClient implements Disposable {
  readonly #socket: LineSocket;
  #tag = 0;

  private constructor(socket: LineSocket) {
    this.#socket = socket;
  }

  static async open(port: number, user: string, password: string): Promise<ImapClient> {
    const client = new ImapClient(await LineSocket.open(port, true));
    await client.#response();
    await client.command(`LOGIN "${user}" "${password}"`);
    return client;
  }

  /** Sends a command; fulfils with its untagged responses when it is answered OK, throws otherwise. */
  async command(text: string): Promise<readonly string[]> {
    const tag = `t${++this.#tag}`;
    this.#socket.write(`${tag} ${text}\r\n`);
    return this.#until(tag);
  }

  async append(mailbox: string, message: string): Promise<void> {
    const tag = `t${++this.#tag}`;
    const octets = Buffer.from(message, "latin1");
    this.#socket.write(`${tag} APPEND ${mailbox} {${octets.length}+}\r\n`);
    this.#socket.write(octets);
    this.#socket.write("\r\n");
    await this.#until(tag);
  }

  /** Enters IDLE; the returned function waits for the next untagged response, `leave` ends it. */
  async idle(): Promise<{ next(): Promise<string>; leave(): Promise<readonly string[]> }> {
    const tag = `t${++this.#tag}`;
    this.#socket.write(`${tag} IDLE\r\n`);
    for (let line = await this.#response(); !line.startsWith("+"); ) line = await this.#response();
    return {
      next: () => this.#response(),
      leave: () => {
        this.#socket.write("DONE\r\n");
        return this.#until(tag);
      },
    };
  }

  async logout(): Promise<void> {
    await this.command("LOGOUT");
    this[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]();
  }

  async #until(tag: string): Promise<readonly string[]> {
    const untagged: string[] = [];
    for (;;) {
      const response = await this.#response();
      if (response.startsWith(`${tag} OK`)) return untagged;
      if (response.startsWith(`${tag} `)) throw new Error(response);
      untagged.push(response);
    }
  }

  /** One response: its lines, with the literals between them. */
  async #response(): Promise<string> {
    let text = "";
    for (;;) {
      const line = await this.#socket.line();
      text += line;
      const size = /\{(\d+)\}$/.exec(line)?.[1];
      if (size === undefined) return text;
      text += `\r\n${(await this.#socket.octets(Number(size))).toString("latin1")}`;
    }
  }
}
