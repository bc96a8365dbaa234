/**
 * Reads the octets of a message, after DATA or BDAT, and hands them on as they come. A message that is refused on the
 * way is read to its end and thrown away, so that the client hears why; but not endlessly. Every line ends with CRLF and
 * nothing else, in chunks too, for BINARYMIME is not offered (RFC 3030 section 3); so no line is too long, none holds a NUL.
 */
import type { Clock } from "../../host/clock.ts";
import { type Draft, type SubmissionReply, submissionReply } from "../../service/submission/submission.ts";
import { DataDecoder } from "../../syntax/smtp/data.ts";
import type { TextLines } from "../../syntax/smtp/data-lines.ts";
import type { LineEnds } from "../../syntax/smtp/dot-stuffing.ts";
import type { SubmissionLimits } from "./limits.ts";
import type { Arrival, Wire } from "./wire.ts";

export type Body =
  | { readonly kind: "whole"; readonly bytes: number }
  | { readonly kind: "refused"; readonly bytes: number; readonly reply: SubmissionReply; readonly close: boolean }
  | { readonly kind: "broken-off"; readonly bytes: number; readonly arrival: Arrival };

const tooLarge = submissionReply(552, "5.3.4", "The message is too large");
const bareLineEnd: SubmissionReply = submissionReply(
  550,
  "5.6.11",
  "The message holds a bare CR or LF; lines end with CRLF",
);

const nul: SubmissionReply = submissionReply(
  550,
  "5.6.0",
  "The message holds a NUL, which text may not; let the mail program encode that part as base64",
);

function lineTooLong(line: number, maxBytes: number): SubmissionReply {
  const what = `Line ${line} of the message, header and all, has more than ${maxBytes} octets;`;
  return submissionReply(
    550,
    "5.6.0",
    `${what} let the mail program encode text as quoted-printable or base64, and fold a field of the header`,
  );
}

/** What is wrong with the text so far. */
function faultOf(
  isBare: boolean,
  { hasNul, maxBytes }: TextLines,
  tooLong: number | undefined,
): SubmissionReply | undefined {
  if (isBare) return bareLineEnd;
  if (tooLong !== undefined) return lineTooLong(tooLong, maxBytes);
  return hasNul ? nul : undefined;
}

type Source = { readonly wire: Wire; readonly clock: Clock; readonly limits: SubmissionLimits };

/** Reads up to the line with the single dot. */
export async function readData({ wire, clock, limits }: Source, draft: Draft): Promise<Body> {
  const decoder = new DataDecoder(limits.maxTextLineBytes);
  const { lines } = decoder;
  const last = clock.steady() + limits.messageTimeoutMs;
  let bytes = 0;
  let reply: SubmissionReply | undefined;
  for (;;) {
    const octets = wire.take();
    if (octets.length > 0) {
      const piece = decoder.write(octets);
      bytes += piece.length;
      if (reply === undefined) {
        reply =
          faultOf(decoder.isBroken, lines, lines.tooLong) ?? (bytes > limits.maxMessageBytes ? tooLarge : undefined);
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

/** A message that comes in chunks. */
type Gathered = { readonly draft: Draft; readonly lineEnds: LineEnds };

const CRLF: Uint8Array = Uint8Array.of(13, 10);

/**
 * Reads a chunk; without a message that it belongs to it is thrown away. A last line without CRLF is given one before
 * anything is signed: each host on the way does so, and white space before it would count otherwise.
 */
export async function readChunk(
  { wire, clock, limits }: Source,
  { size, last: isLast }: { readonly size: number; readonly last: boolean },
  into: Gathered | undefined,
): Promise<Body> {
  const last = clock.steady() + limits.messageTimeoutMs;
  let bytes = 0;
  for (;;) {
    const octets = wire.take(size - bytes);
    bytes += octets.length;
    if (into !== undefined && octets.length > 0) await gather(into, octets);
    if (bytes === size) {
      const reply = into && faultSoFar(into.lineEnds, isLast);
      if (reply !== undefined) return { kind: "refused", bytes, reply, close: false };
      if (isLast && into?.lineEnds.isAtLineStart === false) await into.draft.write(CRLF);
      return { kind: "whole", bytes };
    }
    const arrival = await wire.more(Math.min(last, clock.steady() + limits.dataTimeoutMs));
    if (arrival !== "octets") return { kind: "broken-off", bytes, arrival };
  }
}

function gather({ draft, lineEnds }: Gathered, octets: Uint8Array): Promise<void> | undefined {
  lineEnds.write(octets);
  return draft.write(octets);
}

/** A CR at the very end, and a line that has no end, show only with the last chunk. */
function faultSoFar({ hasBare, endsBare, lines }: LineEnds, isLast: boolean): SubmissionReply | undefined {
  return isLast ? faultOf(endsBare, lines, lines.tooLongAtEnd) : faultOf(hasBare, lines, lines.tooLong);
}
