/**
 * One session for submission: reads commands and messages, answers, and keeps the session's bounds.
 *
 * Invariants: without TLS nobody logs in and nothing is taken (promise F1). What the client has pipelined is answered in
 * one write, before we wait for more. 250 to a message is said only when the queue has it. After STARTTLS nothing from
 * before is known or read (RFC 3207 section 4.2). Who may log in no longer hears 421 and is gone.
 */
import { isUtf8 } from "node:buffer";
import { randomUUID } from "node:crypto";
import type { Connection } from "../../host/connection.ts";
import type { Proven } from "../../service/accounts/proof.ts";
import type { SubmissionReply } from "../../service/submission/submission.ts";
import { parseClientName, parseCommandLine } from "../../syntax/smtp/command-line.ts";
import { LineEnds } from "../../syntax/smtp/dot-stuffing.ts";
import { encodeReply } from "../../syntax/smtp/reply.ts";
import { type Body, readChunk, readData } from "./body.ts";
import { commands, perform } from "./commands.ts";
import {
  type Answer,
  answer,
  type Conversation,
  dropTransaction,
  type Next,
  type Transaction,
} from "./conversation.ts";
import type { SubmissionServerServices } from "./services.ts";
import { type Arrival, Wire } from "./wire.ts";

/** How a session came to its end. */
type Ending = "quit" | "errors" | "tls" | "fault" | Exclude<Arrival, "octets">;
type Reply = NonNullable<Answer["reply"]>;

const farewell = (enhanced: string, text: string): Reply => ({ code: 421, enhanced, lines: [text] });
const farewells: Partial<Readonly<Record<Ending, Reply>>> = {
  errors: farewell("4.7.0", "Too many errors or commands in one session; closing"),
  timeout: farewell("4.4.2", "Waited too long; closing"),
  shutdown: farewell("4.3.2", "The service stops; try again later"),
  revoked: farewell("4.7.0", "This log-in has ended; log in again to learn why"),
  fault: farewell("4.3.0", "A fault of ours; try again later"),
};
const lineTooLong: Answer = answer(500, "5.5.2", "The command line is too long");

export class SubmissionSession {
  readonly #services: SubmissionServerServices;
  readonly #talk: Conversation;
  #wire: Wire;
  #revocation: Disposable | undefined;
  /** Where a wait inside a command came to its end. */
  #brokenOff: Ending | undefined;
  #lineEnds: LineEnds;
  /** Octets of replies before TLS. */
  #clearBytes = 0;
  #commands = 0;
  #messages = 0;
  #badCommands = 0;
  #idleCommands = 0;

  constructor(connection: Connection, services: SubmissionServerServices) {
    this.#services = services;
    this.#talk = {
      services,
      connection,
      session: randomUUID(),
      helo: undefined,
      account: undefined,
      failedLogins: 0,
      discardedBytes: 0,
      transaction: undefined,
      ask: this.#ask,
    };
    this.#lineEnds = new LineEnds(services.limits.maxTextLineBytes);
    this.#wire = this.#wireOf(connection);
  }

  /** Speaks until the end; never rejects. Leaves closing the connection to whoever opened it, after ending its stream. */
  async run(): Promise<void> {
    let ending: Ending = "fault";
    try {
      this.#wire.say(encodeReply(220, undefined, [`${this.#services.hostName} ESMTP`]));
      ending = await this.#converse();
    } catch (error) {
      const code = error instanceof Error ? error.name : "unknown";
      const { session, account } = this.#talk;
      this.#services.log("submission.failed", { step: "session", code, account, session });
    }
    this.#revocation?.[Symbol.dispose]();
    await dropTransaction(this.#talk);
    const last = farewells[ending];
    if (last !== undefined) this.#say(last);
    await this.#wire.flush();
    this.#wire[Symbol.dispose]();
    this.#talk.connection.stream.end();
    this.#services.log("submission.closed", {
      ...this.#who,
      reason: ending,
      commands: this.#commands,
      messages: this.#messages,
      bytes: this.#clearBytes + this.#wire.said,
      tls: this.#talk.connection.tls !== undefined,
    });
  }

  get #who(): { session: string; client: string; helo: string | undefined; account: string | undefined } {
    const { session, connection, helo, account } = this.#talk;
    const isName = helo !== undefined && typeof parseClientName(helo) === "string";
    return { session, client: connection.peerAddress, helo: isName ? helo : undefined, account };
  }

  #wireOf({ stream }: Connection): Wire {
    const { clock, signal, limits } = this.#services;
    return new Wire(stream, clock, signal, limits);
  }

  async #converse(): Promise<Ending> {
    for (;;) {
      const line = await this.#line();
      if (line === undefined) return this.#brokenOff ?? "fault";
      const ending = (await this.#command(line)) ?? this.#brokenOff ?? this.#overstepped();
      if (ending !== undefined) return ending;
    }
  }

  /** The next line; octets that drip in do not prolong the wait for it. */
  async #line(): Promise<Uint8Array | "too-long" | undefined> {
    const { clock, limits } = this.#services;
    const until = clock.steady() + limits.commandTimeoutMs;
    for (;;) {
      const line = this.#wire.takeLine();
      if (line !== undefined) return line;
      const arrival = await this.#wire.more(until);
      if (arrival === "octets") continue;
      this.#brokenOff = arrival;
      return undefined;
    }
  }

  readonly #ask = (challenge: string): Promise<Uint8Array | "too-long" | undefined> => {
    this.#wire.say(`334 ${challenge}\r\n`);
    return this.#line();
  };

  async #command(line: Uint8Array | "too-long"): Promise<Ending | undefined> {
    this.#commands++;
    this.#idleCommands++;
    const parsed = line === "too-long" ? undefined : parseCommandLine(readable(line));
    let verb = "unknown";
    let result: Answer;
    if (parsed === undefined) result = lineTooLong;
    else if ("kind" in parsed) result = answer(parsed.code, parsed.enhanced, parsed.text);
    else {
      if (commands.has(parsed.verb)) verb = parsed.verb;
      result = await perform(this.#talk, parsed.verb, parsed.argument);
    }
    if (result.reply !== undefined) {
      this.#say(result.reply);
      if (result.reply.code >= 400) this.#count(verb, result.reply);
    }
    return result.next && this.#go(result.next);
  }

  async #go(next: Next): Promise<Ending | undefined> {
    switch (next.kind) {
      case "data":
        return this.#data();
      case "chunk":
        return this.#chunk(next);
      case "tls":
        return this.#startTls();
      case "logged-in":
        return this.#loggedIn(next.login);
      case "close":
        return next.why;
    }
  }

  #say({ code, enhanced, lines }: Reply): void {
    this.#wire.say(encodeReply(code, enhanced, lines));
  }

  #count(verb: string, { code, enhanced }: Reply): void {
    if (code >= 500) this.#badCommands++;
    this.#services.log("submission.refused", { ...this.#who, verb, code, enhanced });
  }

  #overstepped(): Ending | undefined {
    const { maxBadCommands, maxIdleCommands } = this.#services.limits;
    return this.#badCommands >= maxBadCommands || this.#idleCommands > maxIdleCommands ? "errors" : undefined;
  }

  #loggedIn(login: Proven): undefined {
    this.#idleCommands = 0;
    this.#revocation = this.#services.authenticator.onRevoked(login, () => this.#wire.revoke());
  }

  get #source(): Parameters<typeof readData>[0] {
    return { wire: this.#wire, clock: this.#services.clock, limits: this.#services.limits };
  }

  async #data(): Promise<Ending | undefined> {
    const transaction = this.#transaction();
    const body = await readData(this.#source, transaction.draft);
    transaction.bytes = body.bytes;
    return this.#conclude("DATA", transaction, body);
  }

  async #chunk({ size, last, refusal }: Next & { readonly kind: "chunk" }): Promise<Ending | undefined> {
    const transaction = refusal === undefined ? this.#transaction() : undefined;
    if (transaction?.hasChunks !== true) this.#lineEnds = new LineEnds(this.#services.limits.maxTextLineBytes);
    const into = transaction && { draft: transaction.draft, lineEnds: this.#lineEnds };
    const body = await readChunk(this.#source, { size, last }, into);
    if (body.kind === "broken-off") return asEnding(body.arrival);
    if (transaction === undefined) {
      // RFC 3030 section 2: with one chunk refused the message has failed.
      await dropTransaction(this.#talk);
      if (refusal !== undefined) {
        this.#say(refusal);
        this.#count("BDAT", refusal);
      }
      return undefined;
    }
    transaction.hasChunks = true;
    transaction.bytes += size;
    if (last || body.kind === "refused") return this.#conclude("BDAT", transaction, body);
    this.#say({ code: 250, enhanced: "2.0.0", lines: [`${size} octets received`] });
    return undefined;
  }

  /** The message is whole, refused, or broken off: says what became of it. */
  async #conclude(verb: string, transaction: Transaction, body: Body): Promise<Ending | undefined> {
    if (body.kind === "broken-off") return asEnding(body.arrival);
    const reply: SubmissionReply = body.kind === "whole" ? await transaction.draft.finish() : body.reply;
    await dropTransaction(this.#talk);
    this.#say(reply);
    if (reply.code < 400) {
      this.#messages++;
      this.#idleCommands = 0;
    }
    const { bytes, recipients } = transaction;
    const { code, enhanced } = reply;
    this.#services.log("submission.message", { ...this.#who, verb, bytes, recipients, code, enhanced });
    return body.kind === "refused" && body.close ? "errors" : undefined;
  }

  #transaction(): Transaction {
    if (this.#talk.transaction === undefined) throw new Error("the table of commands let a message in without MAIL");
    return this.#talk.transaction;
  }

  async #startTls(): Promise<Ending | undefined> {
    const { connection } = this.#talk;
    if (connection.startTls === undefined || !(await this.#wire.flush())) return "gone";
    // What was pipelined behind STARTTLS goes with the old wire.
    this.#wire[Symbol.dispose]();
    this.#talk.helo = undefined;
    try {
      this.#talk.connection = await connection.startTls();
    } catch {
      return "tls";
    }
    this.#clearBytes += this.#wire.said;
    this.#wire = this.#wireOf(this.#talk.connection);
    return undefined;
  }
}

/** A machine's name may be in letters of an old code page: nobody is refused for it. */
function readable(line: Uint8Array): Uint8Array {
  if (isUtf8(line)) return line;
  const text = Buffer.from(line).toString("latin1");
  return /^(?:EHLO|HELO)[ \t]/i.test(text) ? Buffer.from(text) : line;
}

function asEnding(arrival: Arrival): Ending {
  return arrival === "octets" ? "fault" : arrival;
}
