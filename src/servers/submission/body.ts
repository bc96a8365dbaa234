/**
 * Reads the octets of a message, after DATA or BDAT, and hands them on as they come. A message that is refused on the
 * way is read to its end and thrown away, so that the client hears why; but not endlessly. Every line ends with CRLF and
 * nothing else, in chunks too, for BINARYMIME is not offered (RFC 3030 section 3).
 */
import type { Clock } from "../../host/clock.ts";
import { type Draft, type SubmissionReply, submissionReply } from "../../service/submission/submission.ts";
import { DataDecoder } from "../../syntax/smtp/data.ts";
import type { LineEnds } from "../../syntax/smtp/dot-stuffing.ts";
import type { SubmissionLimits } from "./limits.ts";
import type { Arrival, Wire } from "./wire.ts";

export type Body =
  | { readonly kind: "whole"; readonly bytes: number }
  | { readonly kind: "refused"; readonly bytes: number; readonly reply: SubmissionReply; readonly close: boolean }
  | { readonly kind: "broken-off"; readonly bytes: number; readonly arrival: Arrival };

const tooLarge = submissionReply(552, "5.3.4", "The message is too large");
/** The reply to line ends that are none. */
export const bareLineEnd: SubmissionReply = submissionReply(
  550,
  "5.6.11",
  "The message holds a bare CR or LF; lines end with CRLF",
);

type Source = { readonly wire: Wire; readonly clock: Clock; readonly limits: SubmissionLimits };

/** Reads up to the line with the single dot. */
export async function readData({ wire, clock, limits }: Source, draft: Draft): Promise<Body> {
  const decoder = new DataDecoder();
  const last = clock.steady() + limits.messageTimeoutMs;
  let bytes = 0;
  let reply: SubmissionReply | undefined;
  for (;;) {
    const octets = wire.take();
    if (octets.length > 0) {
      const piece = decoder.write(octets);
      bytes += piece.length;
      if (reply === undefined) {
        reply = decoder.isBroken ? bareLineEnd : bytes > limits.maxMessageBytes ? tooLarge : undefined;
        const pending = reply === undefined ? draft.write(piece) : draft[Symbol.asyncDispose]();
        if (pending !== undefined) await pending;
      }
      if (decoder.isEnded) {
        wire.giveBack(octets.subarray(decoder.consumed));
        return reply === undefined ? { kind: "whole", bytes } : { kind: "refused", bytes, reply, close: false };
      }
      if (reply !== undefined && bytes > limits.maxMessageBytes + limits.maxDiscardBytes)
        return { kind: "refused", bytes, reply, close: true };
    }
    const arrival = await wire.more(Math.min(last, clock.steady() + limits.dataTimeoutMs));
    if (arrival !== "octets") return { kind: "broken-off", bytes, arrival };
  }
}

/** Reads `size` octets; without a draft they are thrown away. `lineEnds` goes on from chunk to chunk of a message. */
export async function readChunk(
  { wire, clock, limits }: Source,
  size: number,
  draft: Draft | undefined,
  lineEnds: LineEnds,
): Promise<Body> {
  const last = clock.steady() + limits.messageTimeoutMs;
  let bytes = 0;
  for (;;) {
    const octets = wire.take(size - bytes);
    bytes += octets.length;
    lineEnds.write(octets);
    const pending = octets.length > 0 ? draft?.write(octets) : undefined;
    if (pending !== undefined) await pending;
    if (bytes === size)
      return lineEnds.hasBare ? { kind: "refused", bytes, reply: bareLineEnd, close: false } : { kind: "whole", bytes };
    const arrival = await wire.more(Math.min(last, clock.steady() + limits.dataTimeoutMs));
    if (arrival !== "octets") return { kind: "broken-off", bytes, arrival };
  }
}
