/**
 * One SMTP session on port 25, RFC 5321: reads commands and messages, answers, and keeps the session's bounds.
 *
 * Invariants: what the peer has pipelined is answered in one write, before we wait for more (RFC 2920 section 3.2). 250
 * to a message is said only when delivery says it. A message is acknowledged when octets come that were not there when
 * our reply was written. After STARTTLS nothing from before is known or read (RFC 3207 section 4.2).
 */
import { randomUUID } from "node:crypto";
import type { Connection } from "../../host/connection.ts";
import type { Envelope, Reception, Reply } from "../../service/delivery/inbound.ts";
import { freeVisit } from "../../service/peer-limits/peer-limits.ts";
import { accountClass } from "../../service/statistics/account-class.ts";
import { accountId } from "../../store/ids.ts";
import { parseCommandLine } from "../../syntax/smtp/command-line.ts";
import { encodeReply } from "../../syntax/smtp/reply.ts";
import { type Body, readChunk, readData } from "./body.ts";
import { commands, perform } from "./commands.ts";
import {
  type Answer,
  type Conversation,
  dropTransaction,
  limited,
  type Next,
  type Reached,
  type Transaction,
} from "./conversation.ts";
import { type Arrival, Input } from "./input.ts";
import { Output } from "./output.ts";
import type { SmtpServices } from "./services.ts";

/** How a session came to its end. */
type Ending = "quit" | "errors" | "limited" | "tls" | "fault" | Exclude<Arrival, "octets">;

const farewells: Partial<Readonly<Record<Ending, Reply>>> = {
  errors: { code: 421, enhanced: "4.7.0", text: "Too many errors or commands in one session; closing" },
  timeout: { code: 421, enhanced: "4.4.2", text: "Waited too long; closing" },
  shutdown: { code: 421, enhanced: "4.3.2", text: "The service stops; try again later" },
  fault: { code: 421, enhanced: "4.3.0", text: "A fault of ours; try again later" },
};
const lineTooLong: Answer = { reply: { code: 500, enhanced: "5.5.2", text: "The command line is too long" } };

export class SmtpSession {
  readonly #services: SmtpServices;
  readonly #talk: Conversation;
  #input: Input;
  #output: Output;
  /** Octets of replies before TLS. */
  #clearBytes = 0;
  /** Messages whose 250 was said and not yet acknowledged. */
  #told: Reception[] = [];
  #commands = 0;
  #messages = 0;
  #badCommands = 0;
  #refusedRecipients = 0;
  #idleCommands = 0;

  constructor(connection: Connection, services: SmtpServices) {
    this.#services = services;
    this.#talk = {
      services,
      connection,
      session: randomUUID(),
      helo: undefined,
      isExtended: false,
      transaction: undefined,
      hasRefused: false,
      discardedBytes: 0,
      visit: services.gate?.atConnect(connection.peerAddress) ?? freeVisit,
    };
    [this.#input, this.#output] = this.#streams(connection);
  }

  /**
   * Speaks until the end; never rejects. Leaves closing the connection to whoever opened it, after ending its stream.
   */
  async run(): Promise<void> {
    let ending: Ending = "fault";
    try {
      ending = this.#greet() ?? (await this.#converse());
    } catch (error) {
      const name = error instanceof Error ? error.name : "unknown";
      const { session, connection, helo } = this.#talk;
      this.#services.log("smtp.failed", { session, client: connection.peerAddress, helo, error: name });
    }
    await dropTransaction(this.#talk);
    const farewell = farewells[ending];
    if (farewell !== undefined) this.#say(farewell);
    await this.#output.flush();
    this.#input[Symbol.dispose]();
    const { connection, session, helo, visit } = this.#talk;
    visit.ended();
    connection.stream.end();
    this.#services.log("smtp.closed", {
      session,
      client: connection.peerAddress,
      helo,
      reason: ending,
      commands: this.#commands,
      messages: this.#messages,
      bytes: this.#clearBytes + this.#output.total,
      tls: connection.tls !== undefined,
    });
  }

  #streams(connection: Connection): [Input, Output] {
    const { clock, signal, limits } = this.#services;
    return [
      new Input(connection.stream, clock, signal, limits.maxLineBytes),
      new Output(connection.stream, clock, limits.writeTimeoutMs),
    ];
  }

  /** RFC 2034 section 4: the greeting has no enhanced code. */
  #greet(): Ending | undefined {
    const { admission } = this.#talk.visit;
    const { hostName } = this.#services;
    if (admission.kind === "refuse") {
      this.#logReached(admission);
      this.#output.say(encodeReply(admission.reply.code, undefined, [`${hostName} ${admission.reply.text}`]));
      return "limited";
    }
    this.#output.say(encodeReply(220, undefined, [`${hostName} ESMTP`]));
    return undefined;
  }

  async #converse(): Promise<Ending> {
    const { clock, limits } = this.#services;
    let until: number | undefined;
    for (;;) {
      const line = this.#input.takeLine();
      if (line === undefined) {
        // For the whole line: octets that drip in do not prolong it.
        until ??= clock.steady() + limits.commandTimeoutMs;
        const arrival = await this.#wait(until);
        if (arrival !== "octets") return arrival;
        continue;
      }
      until = undefined;
      const ending = await this.#command(line);
      if (ending !== undefined) return ending;
    }
  }

  /** Writes what was said and waits for more; the one place that does either. */
  readonly #wait = async (until: number): Promise<Arrival> => {
    const heard = this.#output.flush();
    if (heard !== true && !(await heard)) return "gone";
    const wasEmpty = this.#input.isEmpty;
    const arrival = await this.#input.more(until);
    if (arrival === "octets" && wasEmpty && this.#told.length > 0) {
      for (const reception of this.#told) reception.acknowledged();
      this.#told = [];
    }
    return arrival;
  };

  async #command(line: Uint8Array | "too-long"): Promise<Ending | undefined> {
    this.#commands++;
    this.#idleCommands++;
    const parsed = line === "too-long" ? undefined : parseCommandLine(line);
    let verb = "unknown";
    let answer: Answer;
    if (parsed === undefined) answer = lineTooLong;
    else if ("kind" in parsed) answer = { reply: parsed };
    else {
      if (commands.has(parsed.verb)) verb = parsed.verb;
      answer = await perform(this.#talk, parsed.verb, parsed.argument);
    }
    return (await this.#answer(verb, answer)) ?? this.#overstepped();
  }

  /** Gives an answer in its time, and does what follows from it. */
  async #answer(verb: string, found: Answer): Promise<Ending | undefined> {
    const { reply, delayMs, reached, next } = this.#isBad(verb, found.reply)
      ? limited(this.#talk.visit.atBadCommand(), found)
      : found;
    const ending = delayMs === undefined ? undefined : await this.#hold(delayMs);
    if (reached !== undefined) this.#logReached(reached);
    if (reply !== undefined) {
      this.#say(reply);
      if (reply.code >= 400) this.#count(verb, reply);
    }
    return ending ?? (next && (await this.#go(next)));
  }

  /** Keeps the peer waiting; what was said before is not kept from it. */
  async #hold(delayMs: number): Promise<Ending | undefined> {
    const heard = this.#output.flush();
    if (heard !== true && !(await heard)) return "gone";
    const rested = await this.#input.rest(this.#services.clock.steady() + delayMs);
    return rested === "over" ? undefined : rested;
  }

  async #go(next: Next): Promise<Ending | undefined> {
    switch (next.kind) {
      case "data":
        return this.#data();
      case "chunk":
        return this.#chunk(next);
      case "tls":
        return this.#startTls();
      case "close":
        return "quit";
      case "limited":
        return "limited";
    }
  }

  #say(reply: NonNullable<Answer["reply"]>): void {
    const text =
      "lines" in reply
        ? encodeReply(reply.code, undefined, reply.lines)
        : encodeReply(reply.code, reply.enhanced, [reply.text]);
    this.#output.say(text);
  }

  /** Whether a command was not understood or came out of order, rather than being declined. */
  #isBad(verb: string, reply: Answer["reply"]): boolean {
    if (reply === undefined || reply.code < 500 || reply.code >= 550) return false;
    // RFC 2920 section 3.1: who pipelines sends its message behind recipients of which it does not know yet.
    return !this.#talk.hasRefused || (verb !== "DATA" && verb !== "BDAT");
  }

  #logReached({ limit, scope }: Reached): void {
    const { session, connection, helo } = this.#talk;
    this.#services.log("smtp.limited", { session, client: connection.peerAddress, helo, limit, scope });
  }

  #count(verb: string, reply: NonNullable<Answer["reply"]>): void {
    const { code } = reply;
    if (verb === "RCPT" && code >= 550) this.#refusedRecipients++;
    else if (code >= 550 || this.#isBad(verb, reply)) this.#badCommands++;
    const { session, connection, helo } = this.#talk;
    const enhanced = "enhanced" in reply ? reply.enhanced : undefined;
    this.#services.log("smtp.refused", { session, client: connection.peerAddress, helo, verb, code, enhanced });
  }

  #overstepped(): Ending | undefined {
    const { maxBadCommands, maxRefusedRecipients, maxIdleCommands } = this.#services.limits;
    const isOver =
      this.#badCommands >= maxBadCommands ||
      this.#refusedRecipients >= maxRefusedRecipients ||
      this.#idleCommands > maxIdleCommands;
    return isOver ? "errors" : undefined;
  }

  get #source(): Parameters<typeof readData>[0] {
    return { input: this.#input, wait: this.#wait, clock: this.#services.clock, limits: this.#services.limits };
  }

  async #data(): Promise<Ending | undefined> {
    const transaction = this.#transaction();
    const reception = this.#open(transaction);
    const body = await readData(this.#source, reception);
    transaction.bytes = body.bytes;
    return this.#conclude("DATA", transaction, reception, body);
  }

  async #chunk({ size, last, refusal }: Next & { readonly kind: "chunk" }): Promise<Ending | undefined> {
    const reception = refusal === undefined ? this.#open(this.#transaction()) : undefined;
    const body = await readChunk(this.#source, size, reception);
    const { transaction, visit } = this.#talk;
    if (transaction?.reception === undefined) visit.atMessage(body.bytes, []);
    else transaction.bytes += body.bytes;
    if (body.kind === "broken-off") return asEnding(body.arrival);
    if (transaction === undefined || reception === undefined) {
      // RFC 3030 section 2: with one chunk refused the message has failed.
      await dropTransaction(this.#talk);
      return this.#answer("BDAT", { reply: refusal });
    }
    if (last) return this.#conclude("BDAT", transaction, reception, body);
    this.#say({ code: 250, enhanced: "2.0.0", text: `${size} octets received` });
    return undefined;
  }

  /** The message is whole, refused, or broken off: says what became of it. */
  async #conclude(
    verb: string,
    transaction: Transaction,
    reception: Reception,
    body: Body,
  ): Promise<Ending | undefined> {
    if (body.kind === "broken-off") return asEnding(body.arrival);
    const reply = body.kind === "whole" ? await reception.finish() : body.reply;
    const accounts = new Set(transaction.recipients.map(({ account }) => accountId(account)));
    await dropTransaction(this.#talk, reply.code < 400 ? [...accounts] : []);
    this.#say(reply);
    if (reply.code < 400) {
      this.#told.push(reception);
      if (this.#told.length > this.#services.limits.maxUnacknowledged) this.#told.shift();
      this.#messages++;
      this.#idleCommands = 0;
    }
    const { session, connection, helo } = this.#talk;
    const [first] = transaction.recipients;
    this.#services.log("smtp.message", {
      session,
      client: connection.peerAddress,
      helo,
      verb,
      bytes: transaction.bytes,
      recipients: transaction.recipients.length,
      crowd: first === undefined ? undefined : accountClass(first.account),
      tls: connection.tls !== undefined,
      code: reply.code,
      enhanced: reply.enhanced,
    });
    return body.kind === "refused" && body.close ? "errors" : undefined;
  }

  #transaction(): Transaction {
    if (this.#talk.transaction === undefined) throw new Error("the table of commands let a message in without MAIL");
    return this.#talk.transaction;
  }

  /** The reception of the transaction, opened at its first octets. */
  #open(transaction: Transaction): Reception {
    transaction.reception ??= this.#services.inbound.receive(this.#envelope(transaction), transaction.recipients);
    return transaction.reception;
  }

  #envelope({ sender, parameters, notices }: Transaction): Envelope {
    const { connection, helo = "", isExtended, session } = this.#talk;
    const { tls, peerAddress } = connection;
    const secured = tls === undefined ? "" : "S";
    return {
      peerAddress,
      helo,
      protocol: parameters.smtpUtf8 ? `UTF8SMTP${secured}` : isExtended ? `ESMTP${secured}` : "SMTP",
      tls: tls && `${tls.protocol} ${tls.cipher}`,
      sender,
      session,
      requireTls: parameters.requireTls,
      ret: parameters.ret,
      envid: parameters.envid,
      notices,
    };
  }

  async #startTls(): Promise<Ending | undefined> {
    const { connection } = this.#talk;
    if (connection.startTls === undefined || !(await this.#output.flush())) return "gone";
    // What was pipelined behind STARTTLS goes with the old input.
    this.#input[Symbol.dispose]();
    await dropTransaction(this.#talk);
    this.#talk.helo = undefined;
    try {
      this.#talk.connection = await connection.startTls();
    } catch {
      return "tls";
    }
    this.#clearBytes += this.#output.total;
    [this.#input, this.#output] = this.#streams(this.#talk.connection);
    return undefined;
  }
}

function asEnding(arrival: Arrival): Ending {
  return arrival === "octets" ? "fault" : arrival;
}
