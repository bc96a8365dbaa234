/**
 * One connection to a scanner, for one question and one answer that ends with the connection: octets go out as fast as
 * the scanner takes them, and what it says is kept up to a bound. It reads all the time, for a scanner may answer before
 * it has heard all.
 */
import { connect, type Socket } from "node:net";
import type { ScanFailure } from "../../rules/scan-verdict.ts";
import { connectOptions, type Place } from "./place.ts";

export class ScannerLink implements Disposable {
  readonly #socket: Socket;
  readonly #maxAnswerBytes: number;
  readonly #pieces: Uint8Array[] = [];
  #size = 0;
  #isEnded = false;
  #wake: (() => void) | undefined;

  private constructor(socket: Socket, maxAnswerBytes: number) {
    this.#socket = socket;
    this.#maxAnswerBytes = maxAnswerBytes;
    socket.on("data", (octets: Uint8Array) => {
      this.#size += octets.length;
      if (this.#size > maxAnswerBytes) this.#end();
      else this.#pieces.push(octets);
      this.#wake?.();
    });
    for (const event of ["end", "close", "error"]) socket.on(event, () => this.#end());
    socket.on("drain", () => this.#wake?.());
  }

  /** Connects. The link is good until `signal` is aborted. */
  static open(place: Place, signal: AbortSignal, maxAnswerBytes: number): Promise<ScannerLink | ScanFailure> {
    return new Promise((resolve) => {
      // A scanner that stops to write may still read: its end alone must not close our side.
      const socket = connect({ ...connectOptions(place), noDelay: true, allowHalfOpen: true, signal });
      const onError = (): void => resolve("unreachable");
      socket.once("error", onError);
      socket.once("connect", () => {
        const link = new ScannerLink(socket, maxAnswerBytes);
        socket.off("error", onError);
        resolve(link);
      });
    });
  }

  /** Writes, and waits until the scanner takes more. False: it has answered already or is gone; writing is of no more use. */
  async write(...parts: readonly (string | Uint8Array)[]): Promise<boolean> {
    const socket = this.#socket;
    const isUseless = (): boolean => this.#isEnded || this.#size > 0;
    if (isUseless()) return false;
    socket.cork();
    for (const part of parts) socket.write(part);
    socket.uncork();
    while (socket.writableNeedDrain && !isUseless()) await this.#something();
    return !isUseless();
  }

  /** All that the scanner says until it closes. */
  async answer(): Promise<Uint8Array | ScanFailure> {
    while (!this.#isEnded) await this.#something();
    if (this.#size > this.#maxAnswerBytes) return "garbled";
    return this.#size === 0 ? "closed" : Buffer.concat(this.#pieces);
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }

  #end(): void {
    this.#isEnded = true;
    this.#wake?.();
  }

  #something(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
