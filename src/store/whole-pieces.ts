/** Contents cut anew, for stores that keep them in pieces of one size. */
import type { ContentSource } from "./mail-store.ts";

/**
 * Cuts a content into pieces that are full but for the last, so that a piece's number tells its offset. One that is in
 * memory and fits into a piece is given as it is.
 */
export async function* wholePieces(content: ContentSource, pieceBytes: number): AsyncGenerator<Uint8Array> {
  if (content.bytes !== undefined && content.bytes.length <= pieceBytes) {
    if (content.bytes.length > 0) yield content.bytes;
    return;
  }
  let piece = new Uint8Array(pieceBytes);
  let used = 0;
  for await (const octets of content.pieces()) {
    for (let at = 0; at < octets.length; ) {
      const taken = Math.min(octets.length - at, pieceBytes - used);
      piece.set(octets.subarray(at, at + taken), used);
      at += taken;
      used += taken;
      if (used < pieceBytes) continue;
      yield piece;
      piece = new Uint8Array(pieceBytes);
      used = 0;
    }
  }
  if (used > 0) yield piece.subarray(0, used);
}
