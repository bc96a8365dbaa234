/** Mail servers for tests: a script for each connection, that says and expects lines as it likes, also wrong ones. */
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { type SecureContext, TLSSocket } from "node:tls";

export type Script = (peer: Peer) => Promise<void>;

/** One connection as the server sees it. */
export class Peer {
  #socket: Socket;
  #text = "";
  #isGone = false;
  #wake: (() => void) | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#listen();
  }

  /** Lines with CRLF added. */
  say(...lines: readonly string[]): void {
    this.raw(lines.map((line) => `${line}\r\n`).join(""));
  }

  raw(text: string): void {
    this.#socket.write(text, "latin1");
  }

  /** Says the lines in writes of one octet. */
  async drip(...lines: readonly string[]): Promise<void> {
    for (const sign of lines.map((line) => `${line}\r\n`).join(""))
      await new Promise<void>((resolve) => {
        this.#socket.write(sign, "latin1", () => setImmediate(resolve));
      });
  }

  /** The next line, as latin1; rejects when there is none any more. */
  async line(): Promise<string> {
    while (!this.#text.includes("\r\n")) await this.#more();
    const end = this.#text.indexOf("\r\n");
    const line = this.#text.slice(0, end);
    this.#text = this.#text.slice(end + 2);
    return line;
  }

  async octets(count: number): Promise<string> {
    while (this.#text.length < count) await this.#more();
    const octets = this.#text.slice(0, count);
    this.#text = this.#text.slice(count);
    return octets;
  }

  /** What DATA brings, as it came, without the final dot. */
  async data(): Promise<string> {
    let text = "";
    for (;;) {
      const line = await this.line();
      if (line === ".") return text;
      text += `${line}\r\n`;
    }
  }

  /** Everything until the client has closed. */
  async rest(): Promise<string> {
    while (!this.#isGone) await this.#more().catch(() => undefined);
    return this.#text;
  }

  /** Answers each next line with the line of `answers` in its place, and returns what was heard. */
  async answer(...answers: readonly string[]): Promise<readonly string[]> {
    const heard: string[] = [];
    for (const answer of answers) {
      heard.push(await this.line());
      this.say(answer);
    }
    return heard;
  }

  /** Greets, and answers EHLO with these extensions. */
  async greet(...keywords: readonly string[]): Promise<void> {
    this.say("220 mx.example.net ready");
    await this.ehlo(...keywords);
  }

  async ehlo(...keywords: readonly string[]): Promise<void> {
    const line = await this.line();
    if (line !== "EHLO out.example.org") throw new Error(`not the EHLO that was expected: ${line}`);
    const lines = ["mx.example.net", ...keywords];
    this.say(...lines.map((text, n) => `250${n === lines.length - 1 ? " " : "-"}${text}`));
  }

  async secure(secureContext: SecureContext): Promise<void> {
    this.#socket.removeAllListeners("data").removeAllListeners("close");
    const secured = new TLSSocket(this.#socket, { isServer: true, secureContext });
    secured.on("error", () => {});
    this.#socket = secured;
    this.#listen();
    await Promise.race([once(secured, "secure"), once(secured, "close")]);
  }

  get clientAddress(): string | undefined {
    return this.#socket.remoteAddress;
  }

  /** The name that the client asked for in TLS. */
  get serverName(): string | undefined {
    const socket = this.#socket;
    return "servername" in socket && typeof socket.servername === "string" ? socket.servername : undefined;
  }

  /** Lets the client wait for us to read. */
  stopReading(): void {
    this.#socket.pause();
  }

  readOn(): void {
    this.#socket.resume();
  }

  close(): void {
    this.#socket.end();
  }

  reset(): void {
    this.#socket.resetAndDestroy();
  }

  #listen(): void {
    this.#socket.on("data", (octets: Buffer) => {
      this.#text += octets.toString("latin1");
      this.#wake?.();
    });
    this.#socket.on("error", () => {});
    this.#socket.on("close", () => {
      this.#isGone = true;
      this.#wake?.();
    });
  }

  async #more(): Promise<void> {
    if (this.#isGone) throw new Error("the client is gone");
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }
}

/** Takes one message, command by command. */
export async function take(peer: Peer, final = "250 2.0.0 taken"): Promise<readonly string[]> {
  const said = await peer.answer("250 ok", "250 ok", "354 go");
  await peer.data();
  peer.say(final);
  return said;
}

/** Answers what is to be QUIT. */
export async function bye(peer: Peer): Promise<void> {
  const [line] = await peer.answer("221 2.0.0 bye");
  if (line !== "QUIT") throw new Error(`not QUIT: ${line}`);
}

export interface PeerServer extends AsyncDisposable {
  readonly port: number;
  /** Connections so far. */
  readonly count: number;
}

/** A server whose nth connection follows the nth script; disposal throws what went wrong in one. */
export async function startPeer(...scripts: readonly Script[]): Promise<PeerServer> {
  const running: Promise<unknown>[] = [];
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    const script = scripts[running.length];
    const work = script?.(new Peer(socket)) ?? Promise.reject(new Error("one connection more than there are scripts"));
    const failed = (error: unknown): unknown => {
      socket.destroy();
      return error;
    };
    running.push(work.then(() => undefined).catch(failed));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    port: address !== null && typeof address === "object" ? address.port : 0,
    get count() {
      return running.length;
    },
    async [Symbol.asyncDispose]() {
      server.close();
      const wrong = await Promise.all(running);
      for (const socket of sockets) socket.destroy();
      for (const error of wrong) if (error !== undefined) throw error;
      if (running.length !== scripts.length)
        throw new Error(`${running.length} connections, ${scripts.length} scripts`);
    },
  };
}
