/**
 * Sends the octets of a message, by DATA (RFC 5321 section 4.1.1.4) or in chunks (RFC 3030 section 2), a piece at a time:
 * the next is read when the host has taken the last. A message that turns out to hold a bare CR or LF is broken off
 * before its end, so that nobody gets half of it or reads a second out of it.
 */
import type { ContentSource } from "../../store/mail-store.ts";
import { DotStuffing, LineEnds } from "../../syntax/smtp/dot-stuffing.ts";
import type { SmtpClientLimits } from "./limits.ts";
import { isDone } from "./remote-reply.ts";
import type { Heard, Loss, Wire } from "./wire.ts";

/** What is on its way at a time, and how large a chunk is. */
const PIECE_BYTES = 256 * 1024;

export type Sent =
  /** `isFinal`: said after all was sent, so that it is the word on the whole. */
  | { readonly kind: "reply"; readonly reply: Extract<Heard, { kind: "reply" }>["reply"]; readonly isFinal: boolean }
  /** `wasComplete`: the host had, or may have had, all of it. */
  | { readonly kind: "lost"; readonly why: Loss; readonly wasComplete: boolean }
  | { readonly kind: "bare-line-end" };

/** After 354. On every return but a final reply the connection is good for nothing more. @throws what the source throws. */
export async function sendData(wire: Wire, message: ContentSource, limits: SmtpClientLimits): Promise<Sent> {
  const stuffing = new DotStuffing();
  for await (const piece of wholePieces(message)) {
    const stuffed = stuffing.write(piece);
    if (stuffing.hasBare) return { kind: "bare-line-end" };
    if (!wire.write(stuffed)) await wire.drained();
    if (wire.hasReply) return early(await wire.hear(0));
    if (wire.loss !== undefined) return { kind: "lost", why: wire.loss, wasComplete: false };
  }
  if (stuffing.endsBare) return { kind: "bare-line-end" };
  if (wire.loss !== undefined) return { kind: "lost", why: wire.loss, wasComplete: false };
  wire.endAt(Number.POSITIVE_INFINITY);
  wire.write(stuffing.end());
  return final(await wire.hear(limits.finalTimeoutMs));
}

/** After the replies to all recipients. @throws what the source throws. */
export async function sendChunks(
  wire: Wire,
  message: ContentSource,
  how: { readonly pipelining: boolean; readonly isBinary: boolean },
  limits: SmtpClientLimits,
): Promise<Sent> {
  const ends = new LineEnds();
  const mostUnanswered = how.pipelining ? limits.maxPipelinedChunks : 1;
  let unanswered = 0;
  let next: Uint8Array | undefined;
  /** Hears replies until no more than `most` are open, and those that are there already; a refusal ends it. */
  const settle = async (most: number): Promise<Sent | undefined> => {
    while (unanswered > most || (unanswered > 0 && wire.hasReply)) {
      const heard = await wire.hear(limits.blockTimeoutMs);
      if (heard.kind === "lost") return { kind: "lost", why: heard.why, wasComplete: false };
      unanswered--;
      if (!isDone(heard)) return early(heard);
    }
    return undefined;
  };
  const send = async (piece: Uint8Array): Promise<Sent | undefined> => {
    wire.write(`BDAT ${piece.length}\r\n`, piece);
    unanswered++;
    await wire.drained();
    return settle(mostUnanswered - 1);
  };
  for await (const piece of wholePieces(message)) {
    ends.write(piece);
    if (!how.isBinary && ends.hasBare) return { kind: "bare-line-end" };
    const failed = next === undefined ? undefined : await send(next);
    if (failed !== undefined) return failed;
    next = piece;
  }
  if (!how.isBinary && ends.endsBare) return { kind: "bare-line-end" };
  const last = next ?? new Uint8Array(0);
  const failed = await settle(how.pipelining ? mostUnanswered : 0);
  if (failed !== undefined) return failed;
  if (wire.loss !== undefined) return { kind: "lost", why: wire.loss, wasComplete: false };
  wire.endAt(Number.POSITIVE_INFINITY);
  wire.write(`BDAT ${last.length} LAST\r\n`, last);
  for (; unanswered > 0; unanswered--) {
    const heard = await wire.hear(limits.finalTimeoutMs);
    if (heard.kind === "lost") return { kind: "lost", why: heard.why, wasComplete: true };
    if (!isDone(heard)) return early(heard);
  }
  return final(await wire.hear(limits.finalTimeoutMs));
}

const early = (heard: Heard): Sent =>
  heard.kind === "reply"
    ? { kind: "reply", reply: heard.reply, isFinal: false }
    : { kind: "lost", why: heard.why, wasComplete: false };

const final = (heard: Heard): Sent =>
  heard.kind === "reply"
    ? { kind: "reply", reply: heard.reply, isFinal: true }
    : { kind: "lost", why: heard.why, wasComplete: true };

/** The pieces, none empty, none large. @throws when they are not as many octets as the source says: half a message must not pass for one. */
async function* wholePieces(message: ContentSource): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const piece of message.bytes === undefined ? message.pieces() : [message.bytes]) {
    bytes += piece.length;
    if (bytes > message.size) break;
    for (let at = 0; at < piece.length; at += PIECE_BYTES) yield piece.subarray(at, at + PIECE_BYTES);
  }
  if (bytes !== message.size) throw new Error("a message to be sent has not the size that its source says");
}
