/**
 * Reads the octets of a message, after DATA or BDAT, and hands them on as they come. A message that is refused on the
 * way is read to its end and thrown away, so that the peer hears why; but not endlessly.
 */
import type { Clock } from "../../host/clock.ts";
import type { Reception, Reply } from "../../service/delivery/inbound.ts";
import { DataDecoder } from "../../syntax/smtp/data.ts";
import type { Arrival, Input } from "./input.ts";
import type { SmtpLimits } from "./limits.ts";

/** Waits for more octets, until then (epoch milliseconds) at the latest. */
export type Wait = (until: number) => Promise<Arrival>;

export type Body =
  | { readonly kind: "whole"; readonly bytes: number }
  | { readonly kind: "refused"; readonly bytes: number; readonly reply: Reply; readonly close: boolean }
  | { readonly kind: "broken-off"; readonly bytes: number; readonly arrival: Arrival };

const tooLarge: Reply = { code: 552, enhanced: "5.3.4", text: "The message is too large" };
const bareLineEnd: Reply = {
  code: 550,
  enhanced: "5.6.11",
  text: "The message holds a bare CR or LF; lines end with CRLF",
};

type Source = { readonly input: Input; readonly wait: Wait; readonly clock: Clock; readonly limits: SmtpLimits };

/** Reads up to the line with the single dot. */
export async function readData({ input, wait, clock, limits }: Source, reception: Reception): Promise<Body> {
  const decoder = new DataDecoder();
  const last = clock.steady() + limits.messageTimeoutMs;
  let bytes = 0;
  let reply: Reply | undefined;
  for (;;) {
    const octets = input.take();
    if (octets.length > 0) {
      const piece = decoder.write(octets);
      bytes += piece.length;
      if (reply === undefined) {
        reply = decoder.isBroken ? bareLineEnd : bytes > limits.maxMessageBytes ? tooLarge : undefined;
        const pending = reply === undefined ? reception.write(piece) : reception[Symbol.asyncDispose]();
        if (pending !== undefined) await pending;
      }
      if (decoder.isEnded) {
        input.giveBack(octets.subarray(decoder.consumed));
        return reply === undefined ? { kind: "whole", bytes } : { kind: "refused", bytes, reply, close: false };
      }
      if (reply !== undefined && bytes > limits.maxMessageBytes + limits.maxDiscardBytes)
        return { kind: "refused", bytes, reply, close: true };
    }
    const arrival = await wait(Math.min(last, clock.steady() + limits.dataTimeoutMs));
    if (arrival !== "octets") return { kind: "broken-off", bytes, arrival };
  }
}

/** Reads `size` octets; without a reception they are thrown away. */
export async function readChunk(
  { input, wait, clock, limits }: Source,
  size: number,
  reception: Reception | undefined,
): Promise<Body> {
  const last = clock.steady() + limits.messageTimeoutMs;
  let bytes = 0;
  for (;;) {
    const octets = input.take(size - bytes);
    bytes += octets.length;
    const pending = octets.length > 0 ? reception?.write(octets) : undefined;
    if (pending !== undefined) await pending;
    if (bytes === size) return { kind: "whole", bytes };
    const arrival = await wait(Math.min(last, clock.steady() + limits.dataTimeoutMs));
    if (arrival !== "octets") return { kind: "broken-off", bytes, arrival };
  }
}
