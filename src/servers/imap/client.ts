/**
 * The other side of one connection: its frames as they come, the answers as they go, and the times within which both
 * must happen. RFC 9051 section 5.4 (autologout), section 5.5 (pipelining: answers leave when no further command has
 * come). A silent connection holds one timer and no buffer.
 */
import type { Duplex } from "node:stream";
import type { Clock } from "../../host/clock.ts";
import type { Frame, LineFrame } from "../../syntax/imap/frame.ts";
import { CommandFramer } from "../../syntax/imap/framer.ts";
import { Input } from "./input.ts";
import type { ImapLimits } from "./limits.ts";
import { Output } from "./output.ts";

export class Client {
  readonly output: Output;
  readonly #stream: Duplex;
  readonly #clock: Clock;
  readonly #limits: ImapLimits;
  readonly #input: Input;
  readonly #framer: CommandFramer;
  #ending: string | undefined;
  #isTrusted = false;
  #timer: Disposable | undefined;
  #timerAt = 0;
  #deadline: number;
  /** When the client last sent something, or a command of it ended. */
  #activeAt: number;

  constructor(stream: Duplex, clock: Clock, limits: ImapLimits) {
    this.#stream = stream;
    this.#clock = clock;
    this.#limits = limits;
    this.#input = new Input(stream, limits.maxReadAheadBytes);
    this.#framer = new CommandFramer(limits.strangerFrame);
    this.output = new Output(stream, clock, limits);
    this.#activeAt = clock.steady();
    this.#deadline = this.#activeAt + limits.loginTimeoutMs;
    this.#arm(this.#deadline);
  }

  /** The client has logged in: longer commands, longer silence. */
  trust(): void {
    this.#isTrusted = true;
    this.#framer.allow(this.#limits.frame);
  }

  /** The text of the BYE when the session is to end. */
  get ending(): string | undefined {
    return this.#ending;
  }

  /** Has the session end with a BYE as soon as it is not in the middle of an answer. */
  end(farewell: string): void {
    this.#ending ??= farewell;
    this.#input.poke();
  }

  /** Ends a wait for the client: there is something to tell. */
  poke(): void {
    this.#input.poke();
  }

  /** True when the client has gone. */
  get isGone(): boolean {
    return this.#input.isOver;
  }

  /** The next frame; undefined when the client has gone or the session is to end. Sends what waits before it waits. */
  async frame(): Promise<Frame | undefined> {
    this.#activeAt = this.#clock.steady();
    for (;;) {
      if (this.#ending !== undefined) return undefined;
      const frame = this.#framer.next();
      if (frame?.kind === "continue") this.output.text("+ Send the literal\r\n");
      else if (frame !== undefined) return frame;
      else if (!(await this.#more())) return undefined;
    }
  }

  /** The next line that is no command: an answer to AUTHENTICATE. Undefined as for `frame`. */
  async line(): Promise<LineFrame | undefined> {
    for (;;) {
      const line = await this.lineOrPoke();
      if (line !== "poked") return line;
    }
  }

  /** Like `line`, but ends as well when someone pokes. */
  async lineOrPoke(): Promise<LineFrame | "poked" | undefined> {
    for (;;) {
      if (this.#ending !== undefined) return undefined;
      const line = this.#framer.nextLine();
      if (line !== undefined) return line;
      if (this.#take()) continue;
      if (!(await this.#more())) return undefined;
      if (!this.#take()) return "poked";
    }
  }

  /** Lets the message of an APPEND come; its pieces are the next frames. */
  acceptLiteral(isWaiting: boolean): void {
    if (isWaiting) this.output.text("+ Send the message\r\n");
    this.#framer.acceptLiteral();
  }

  refuseLiteral(): void {
    this.#framer.refuseLiteral();
  }

  /** Says goodbye and closes; the peer may take a moment to do the same. */
  async close(farewell: string | undefined): Promise<void> {
    if (farewell !== undefined) this.output.text(`* BYE ${farewell}\r\n`);
    this[Symbol.dispose]();
    const linger = this.#clock.after(this.#limits.lingerMs, () => this.#stream.destroy());
    this.#stream.once("close", () => linger[Symbol.dispose]());
    const parting = { isDone: false };
    const said = (): void => {
      parting.isDone = true;
      this.#input.poke();
    };
    this.output.flush().then(said, () => {
      this.#stream.destroy();
      said();
    });
    // Who has ended its side may be gone altogether and never read: nobody waits for it.
    while (!parting.isDone && !this.#input.isOver) {
      while (this.#input.next() !== undefined) continue;
      await this.#input.wait();
    }
    this.#stream.end();
    this.#stream.resume();
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
  }

  /** Moves what has come to the framer. */
  #take(): boolean {
    const chunk = this.#input.next();
    if (chunk === undefined) return false;
    this.#framer.push(chunk);
    this.#activeAt = this.#clock.steady();
    return true;
  }

  /** Waits for octets or a poke; false when the client has gone or the session is to end. */
  async #more(): Promise<boolean> {
    if (this.#take()) return true;
    if (this.#isTrusted) {
      const patience = this.#framer.isIdle ? this.#limits.idleTimeoutMs : this.#limits.stallTimeoutMs;
      this.#deadline = this.#activeAt + patience;
      if (this.#deadline < this.#timerAt) this.#arm(this.#deadline);
    }
    await this.output.flush();
    if (this.#take()) return true;
    if (this.#clock.steady() >= this.#deadline) this.#endLate();
    if (this.#input.isOver || this.#ending !== undefined) return false;
    await this.#input.wait();
    return this.#ending === undefined && !this.#input.isOver;
  }

  #endLate(): void {
    this.end(this.#isTrusted ? "You said nothing for too long" : "Log in sooner");
  }

  #arm(at: number): void {
    this.#timer?.[Symbol.dispose]();
    this.#timerAt = at;
    this.#timer = this.#clock.after(Math.max(0, at - this.#clock.steady()), () => this.#check());
  }

  /** The timer is moved seldom and looks at the deadline when it runs: no work for it in each command. */
  #check(): void {
    const now = this.#clock.steady();
    const { stalledSince } = this.output;
    const { stallTimeoutMs } = this.#limits;
    if (stalledSince !== undefined && now - stalledSince >= stallTimeoutMs) {
      this.#stream.destroy();
      return;
    }
    if (now >= this.#deadline && stalledSince === undefined && this.#input.isWaiting) this.#endLate();
    else this.#arm(now < this.#deadline ? this.#deadline : now + stallTimeoutMs);
  }
}
