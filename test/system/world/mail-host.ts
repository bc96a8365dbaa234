/**
 * A mail server of somebody else, with manners as a test wants them: it notes every line that it hears and every message
 * that it takes, and answers well unless told otherwise.
 */
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import type { SecureContext } from "node:tls";
import { Peer } from "../../../src/clients/smtp/peer.fixture.ts";

/** One connection as the host heard it. */
export type Session = {
  /** Every command, in its order; those before STARTTLS too. */
  readonly commands: string[];
  /** Whether TLS protects it by now, and the name that was asked for. */
  secure: boolean;
  serverName: string | undefined;
  /** Who logged in. */
  user: string | undefined;
  readonly peerAddress: string | undefined;
  /** When it ended, by `performance.now`. */
  endedAt: number | undefined;
};

/** One message that was answered with 250. */
export type Taken = {
  readonly session: Session;
  /** The name that EHLO gave. */
  readonly ehlo: string;
  /** MAIL and RCPT as they came, of those recipients that were taken. */
  readonly mail: string;
  readonly rcpts: readonly string[];
  /** Its octets, one a character, dots undone. */
  readonly text: string;
  readonly secure: boolean;
  /** How many commands the session had heard when 250 was said: one more means that it was read. */
  readonly heard: number;
  readonly at: number;
};

export type Manner = {
  /** What EHLO offers beside what is always offered. */
  readonly offers?: readonly string[];
  readonly tls?: SecureContext;
  /** STARTTLS is offered, and what follows is no handshake. */
  readonly breaksHandshake?: boolean;
  /** TLS from the first octet, and no STARTTLS. */
  readonly implicitTls?: boolean;
  /** Takes mail from nobody else; AUTH PLAIN is offered where TLS protects it, or everywhere where there is no TLS. */
  readonly logIn?: { readonly user: string; readonly password: string };
  /** The greeting of the nth connection, from 1; nothing for `undefined`. */
  readonly greet?: (nth: number) => string | undefined | Promise<string>;
  /** The answer to RCPT, by its line; `nth` counts these recipients from 1. */
  readonly rcpt?: (line: string, nth: number) => string;
  /** The answer to the end of the nth message; with `undefined` the connection is closed without one. */
  readonly end?: (nth: number) => string | undefined;
  /** Closes the connection after each message that it took. */
  readonly closes?: boolean;
  /** Reads what DATA brings in slow sips. */
  readonly sips?: boolean;
};

const ALWAYS = ["PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES", "SIZE 50000000"];
const SIP_MS = 20;

export class MailHost implements AsyncDisposable {
  readonly taken: Taken[] = [];
  readonly sessions: Session[] = [];
  readonly #name: string;
  #manner: Manner;
  readonly #server = createServer({ noDelay: true }, (socket) => void this.#serve(socket));
  readonly #sockets = new Set<Socket>();
  readonly #asked = new Map<string, number>();
  #ends = 0;

  private constructor(name: string, manner: Manner) {
    this.#name = name;
    this.#manner = manner;
  }

  static async listen(name: string, address: string, port: number, manner: Manner): Promise<MailHost> {
    const host = new MailHost(name, manner);
    host.#server.listen(port, address);
    await once(host.#server, "listening");
    return host;
  }

  /** Everything that was ever said to it: commands, and messages with their envelopes. */
  get heard(): string {
    return [...this.sessions.flatMap(({ commands }) => commands), ...this.taken.map(({ text }) => text)].join("\n");
  }

  /** From now on it has other manners. */
  behave(manner: Manner): void {
    this.#manner = manner;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    const closed = once(this.#server, "close");
    this.#server.close();
    await closed;
  }

  async #serve(socket: Socket): Promise<void> {
    const session: Session = {
      commands: [],
      secure: false,
      serverName: undefined,
      user: undefined,
      peerAddress: socket.remoteAddress,
      endedAt: undefined,
    };
    this.sessions.push(session);
    this.#sockets.add(socket);
    socket.on("error", () => {});
    try {
      await this.#talk(new Peer(socket), session, this.sessions.length);
    } catch {
      // The client is gone, which is its good right.
    }
    session.endedAt = performance.now();
    this.#sockets.delete(socket);
    socket.end();
  }

  async #talk(peer: Peer, session: Session, nth: number): Promise<void> {
    const { greet = () => `220 ${this.#name} ESMTP`, implicitTls, tls } = this.#manner;
    if (implicitTls === true && tls !== undefined) await secure(peer, session, tls);
    const greeting = await greet(nth);
    if (greeting === undefined) {
      await peer.rest();
      return;
    }
    peer.say(greeting);
    if (!greeting.startsWith("220")) return;
    const transaction = new Transaction();
    for (;;) {
      const line = await peer.line();
      session.commands.push(line);
      const verb = /^[A-Za-z]*/.exec(line)?.[0].toUpperCase() ?? "";
      if (verb === "QUIT") {
        peer.say("221 2.0.0 bye");
        return;
      }
      if (!(await this.#answer(peer, session, transaction, verb, line))) return;
    }
  }

  /** False: the connection is over. */
  async #answer(peer: Peer, session: Session, open: Transaction, verb: string, line: string): Promise<boolean> {
    const { tls, breaksHandshake } = this.#manner;
    switch (verb) {
      case "EHLO":
      case "HELO":
        open.ehlo = line.slice(5);
        peer.say(...replyLines([this.#name, ...(verb === "EHLO" ? this.#offers(session) : [])]));
        return true;
      case "STARTTLS":
        peer.say("220 2.0.0 go");
        if (breaksHandshake === true) peer.say("this is no handshake");
        else if (tls !== undefined) await secure(peer, session, tls);
        return tls !== undefined;
      case "AUTH":
        peer.say(this.#logIn(session, line));
        return true;
      case "MAIL":
        if (this.#manner.logIn !== undefined && session.user === undefined) {
          peer.say("530 5.7.0 Authentication required");
          return true;
        }
        open.begin(line);
        peer.say("250 2.1.0 ok");
        return true;
      case "RCPT":
        peer.say(this.#recipient(open, line));
        return true;
      case "DATA": {
        if (open.rcpts.length === 0) {
          peer.say("503 5.5.1 no recipient");
          return true;
        }
        peer.say("354 go");
        const text = await this.#read(peer);
        return this.#end(peer, session, open, text.replace(/(^|\r\n)\./g, "$1"));
      }
      case "BDAT": {
        const [, count, last] = /^BDAT (\d+)( LAST)?$/i.exec(line) ?? [];
        open.chunks += await peer.octets(Number(count));
        if (last !== undefined) return this.#end(peer, session, open, open.chunks);
        peer.say("250 2.0.0 more");
        return true;
      }
      default:
        open.begin("");
        peer.say("250 2.0.0 ok");
        return true;
    }
  }

  #offers({ secure: isSecure }: Session): readonly string[] {
    const { offers = [], tls, breaksHandshake, logIn } = this.#manner;
    const startTls = !isSecure && (tls !== undefined || breaksHandshake === true);
    const auth = logIn !== undefined && (isSecure || tls === undefined);
    return [...ALWAYS, ...offers, ...(startTls ? ["STARTTLS"] : []), ...(auth ? ["AUTH PLAIN LOGIN"] : [])];
  }

  #logIn(session: Session, line: string): string {
    const { logIn } = this.#manner;
    const [, user, password] = Buffer.from(line.replace(/^AUTH PLAIN /i, ""), "base64")
      .toString()
      .split("\0");
    if (logIn === undefined || user !== logIn.user || password !== logIn.password)
      return "535 5.7.8 Authentication credentials invalid";
    session.user = user;
    return "235 2.7.0 Authentication successful";
  }

  #recipient(open: Transaction, line: string): string {
    const nth = (this.#asked.get(line) ?? 0) + 1;
    this.#asked.set(line, nth);
    const reply = this.#manner.rcpt?.(line, nth) ?? "250 2.1.5 ok";
    if (reply.startsWith("250")) open.rcpts.push(line);
    return reply;
  }

  async #read(peer: Peer): Promise<string> {
    if (this.#manner.sips !== true) return peer.data();
    let isReading = true;
    const timer = setInterval(() => {
      isReading = !isReading;
      if (isReading) peer.readOn();
      else peer.stopReading();
    }, SIP_MS);
    try {
      return await peer.data();
    } finally {
      clearInterval(timer);
      peer.readOn();
    }
  }

  #end(peer: Peer, session: Session, open: Transaction, text: string): boolean {
    const reply = this.#manner.end === undefined ? "250 2.0.0 taken" : this.#manner.end(++this.#ends);
    const { ehlo, mail, rcpts } = open;
    const heard = session.commands.length;
    open.begin("");
    if (reply === undefined) return false;
    if (reply.startsWith("250"))
      this.taken.push({ session, ehlo, mail, rcpts, text, secure: session.secure, heard, at: performance.now() });
    peer.say(reply);
    return this.#manner.closes !== true;
  }
}

async function secure(peer: Peer, session: Session, tls: SecureContext): Promise<void> {
  await peer.secure(tls);
  session.secure = true;
  session.serverName = peer.serverName;
}

class Transaction {
  ehlo = "";
  mail = "";
  rcpts: string[] = [];
  chunks = "";

  begin(mail: string): void {
    this.mail = mail;
    this.rcpts = [];
    this.chunks = "";
  }
}

const replyLines = (words: readonly string[]): readonly string[] =>
  words.map((text, n) => `250${n === words.length - 1 ? " " : "-"}${text}`);
