/** The octets of a message on their way to a scanner: small pieces, and exactly as many octets as were announced. */
import type { ContentSource } from "../../store/mail-store.ts";

/** As much as is on its way at a time. */
const PIECE_BYTES = 64 * 1024;

/** Our own copy of a message cannot be read; `cause` says why. */
export class UnreadableMessage extends Error {}

/** Gives the pieces, none empty. @throws {UnreadableMessage} also when they are not as many octets as the source says */
export async function* messagePieces(content: ContentSource): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  const source = content.bytes === undefined ? content.pieces()[Symbol.asyncIterator]() : undefined;
  try {
    for (;;) {
      const piece = source === undefined ? content.bytes : await nextOf(source);
      if (piece === undefined) break;
      bytes += piece.length;
      if (bytes > content.size) break;
      for (let at = 0; at < piece.length; at += PIECE_BYTES) yield piece.subarray(at, at + PIECE_BYTES);
      if (source === undefined) break;
    }
  } finally {
    await source?.return?.();
  }
  if (bytes !== content.size) throw new UnreadableMessage("a message has not the size that its source says");
}

async function nextOf(source: AsyncIterator<Uint8Array>): Promise<Uint8Array | undefined> {
  try {
    const next = await source.next();
    return next.done === true ? undefined : next.value;
  } catch (cause) {
    throw new UnreadableMessage("a message cannot be read", { cause });
  }
}
