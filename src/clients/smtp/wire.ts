/**
 * One connection to a server: replies come out of it in order, octets go in. It always reads, so that a server that waits
 * for us to read its replies cannot wait for ever (RFC 2920 section 3.1); what it may say unasked is bounded. Once
 * lost, for whatever reason, it stays lost: a stream in which replies and commands no longer match is of no use.
 */
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls, type SecureContext, type TLSSocket } from "node:tls";
import type { Clock } from "../../host/clock.ts";
import { ReplyReader, type SmtpReply } from "../../syntax/smtp/reply-reader.ts";
import type { SmtpClientLimits } from "./limits.ts";

/** `not-smtp`: what came is no reply. */
export type Loss = "closed" | "timeout" | "not-smtp" | "shutdown";
export type Heard =
  | { readonly kind: "reply"; readonly reply: SmtpReply }
  | { readonly kind: "lost"; readonly why: Loss };
/** A code of Node or OpenSSL, or `timeout`, `closed`, `shutdown`. */
export type Failed = { readonly kind: "failed"; readonly code: string };

export type WireOptions = {
  readonly clock: Clock;
  readonly limits: SmtpClientLimits;
  readonly signal: AbortSignal | undefined;
  /** As `endAt` sets it, from the first octet on. */
  readonly endsAt?: number;
};

export class Wire {
  readonly #options: WireOptions;
  #socket: Socket;
  #reader: ReplyReader;
  readonly #replies: SmtpReply[] = [];
  /** Since there was last nothing to hear. */
  #unreadBytes = 0;
  #loss: Loss | undefined;
  #wake: (() => void) | undefined;
  #end: number;

  private constructor(socket: Socket, options: WireOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#end = options.endsAt ?? Number.POSITIVE_INFINITY;
    this.#reader = new ReplyReader(options.limits.reply);
    this.#listen();
    options.signal?.addEventListener("abort", this.#onAbort);
  }

  /** Connects to an IP address. @param localAddress ours; `undefined`: as the system chooses. */
  static async open(
    to: { readonly address: string; readonly port: number; readonly localAddress: string | undefined },
    options: WireOptions,
  ): Promise<Wire | Failed> {
    if (isIP(to.address) === 0) return { kind: "failed", code: "not-an-address" };
    const { localAddress } = to;
    const socket = connectTcp({
      host: to.address,
      port: to.port,
      noDelay: true,
      ...(localAddress === undefined ? {} : { localAddress }),
    });
    const { limits, clock, endsAt = Number.POSITIVE_INFINITY } = options;
    const timeoutMs = Math.min(limits.connectTimeoutMs, endsAt - clock.steady());
    const failed = await established(socket, "connect", timeoutMs, options);
    return failed ?? new Wire(socket, options);
  }

  /** Why nothing more will be heard. */
  get loss(): Loss | undefined {
    return this.#loss;
  }

  /** Something has come that nobody has heard yet. */
  get hasReply(): boolean {
    return this.#replies.length > 0;
  }

  /** Nothing came unasked, and the connection stands: a next command may be said. */
  get isQuiet(): boolean {
    return this.#loss === undefined && !this.hasReply && !this.#reader.isWithin;
  }

  /** No wait goes on beyond `at` (of `steady`), until another end is set. */
  endAt(at: number): void {
    this.#end = at;
  }

  /**
   * Starts TLS as the client. What came in the clear and was not heard is thrown away (RFC 3207 section 4.2), so that
   * nobody can put replies into the encrypted session.
   */
  async secure(context: SecureContext, serverName: string | undefined): Promise<TLSSocket | Failed> {
    const plain = this.#socket;
    if (this.#loss !== undefined) return { kind: "failed", code: this.#loss };
    this.#deafen();
    // From here on TLS reads the socket; an error of its own end must not go unheard.
    plain.on("error", ignore);
    this.#replies.length = 0;
    this.#unreadBytes = 0;
    this.#reader = new ReplyReader(this.#options.limits.reply);
    const socket = connectTls({
      socket: plain,
      secureContext: context,
      // Certificates are judged by who knows the policy, after the handshake.
      rejectUnauthorized: false,
      checkServerIdentity: () => undefined,
      ...(serverName === undefined ? {} : { servername: serverName }),
    });
    this.#socket = socket;
    const timeoutMs = this.#untilEnd(this.#options.limits.handshakeTimeoutMs);
    const failed = await established(socket, "secureConnect", timeoutMs, this.#options);
    if (failed !== undefined) {
      plain.destroy();
      this.lose("closed");
      return failed;
    }
    this.#listen();
    return socket;
  }

  /** Writes octets; false when the host does not take them as fast: then `drained` is to be awaited. */
  write(...parts: readonly (string | Uint8Array)[]): boolean {
    if (this.#loss !== undefined) return true;
    const socket = this.#socket;
    socket.cork();
    for (const part of parts) socket.write(part);
    socket.uncork();
    return !socket.writableNeedDrain;
  }

  /** Waits until the host has taken what was written, has said something, or is lost. */
  async drained(): Promise<void> {
    const socket = this.#socket;
    const isWaiting = (): boolean => socket.writableNeedDrain && !this.hasReply;
    await this.#wait(isWaiting, this.#options.limits.blockTimeoutMs);
  }

  /** The next reply. Not heard in time, the connection is lost. */
  async hear(timeoutMs: number): Promise<Heard> {
    await this.#wait(() => !this.hasReply, timeoutMs);
    const reply = this.#replies.shift();
    if (!this.hasReply) this.#unreadBytes = 0;
    return reply === undefined ? { kind: "lost", why: this.#loss ?? "closed" } : { kind: "reply", reply };
  }

  /** Ends the connection without a word. */
  lose(why: Loss): void {
    this.#loss ??= why;
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
    this.#deafen();
    this.#socket.on("error", ignore);
    this.#socket.destroy();
    this.#wake?.();
  }

  #listen(): void {
    const socket = this.#socket;
    socket.on("data", this.#onData);
    socket.on("end", this.#onEnd);
    socket.on("close", this.#onEnd);
    socket.on("error", this.#onEnd);
    socket.on("drain", this.#onDrain);
  }

  #deafen(): void {
    const socket = this.#socket;
    socket.off("data", this.#onData);
    socket.off("end", this.#onEnd);
    socket.off("close", this.#onEnd);
    socket.off("error", this.#onEnd);
    socket.off("drain", this.#onDrain);
  }

  readonly #onData = (octets: Uint8Array): void => {
    const { maxUnreadReplies, maxUnreadBytes } = this.#options.limits;
    this.#replies.push(...this.#reader.write(octets));
    this.#unreadBytes += octets.length;
    if (this.#replies.length > maxUnreadReplies || this.#unreadBytes > maxUnreadBytes) {
      // The first may be the answer to what we said; all others are kept for nobody.
      this.#replies.length = Math.min(this.#replies.length, 1);
      this.lose("not-smtp");
    } else if (this.#reader.isBroken) this.lose("not-smtp");
    else this.#wake?.();
  };
  readonly #onEnd = (): void => this.lose("closed");
  readonly #onAbort = (): void => this.lose("shutdown");
  readonly #onDrain = (): void => this.#wake?.();

  #untilEnd(mostMs: number): number {
    return Math.min(mostMs, this.#end - this.#options.clock.steady());
  }

  /** Waits as long as `isWaiting` and the connection stands. */
  async #wait(isWaiting: () => boolean, timeoutMs: number): Promise<void> {
    const { clock } = this.#options;
    if (this.#loss !== undefined || !isWaiting()) return;
    const timer = clock.after(this.#untilEnd(timeoutMs), () => this.lose("timeout"));
    while (this.#loss === undefined && isWaiting())
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    this.#wake = undefined;
    timer[Symbol.dispose]();
  }
}

/** Waits for the event that says a socket can be used; else destroys it. */
function established(
  socket: Socket,
  event: "connect" | "secureConnect",
  timeoutMs: number,
  { clock, signal }: WireOptions,
): Promise<Failed | undefined> {
  return new Promise((resolve) => {
    const end = (code: string | undefined): void => {
      timer[Symbol.dispose]();
      signal?.removeEventListener("abort", onAbort);
      socket.off(event, onDone).off("error", onError).off("close", onClose);
      if (code !== undefined) {
        socket.on("error", ignore);
        socket.destroy();
      }
      resolve(code === undefined ? undefined : { kind: "failed", code });
    };
    const onDone = (): void => end(undefined);
    const onError = (error: Error): void =>
      end("code" in error && typeof error.code === "string" ? error.code : "unknown");
    const onClose = (): void => end("closed");
    const onAbort = (): void => end("shutdown");
    const timer = clock.after(timeoutMs, () => end("timeout"));
    socket.once(event, onDone).once("error", onError).once("close", onClose);
    signal?.addEventListener("abort", onAbort);
    if (signal?.aborted === true) onAbort();
  });
}

function ignore(): void {}
