/** Messages as stores and clients take them: from memory to a source, and its beginning back. */
import type { ContentSource } from "./mail-store.ts";

/** The octets must not change as long as the source is used. */
export function contentOf(bytes: Uint8Array): ContentSource {
  return {
    size: bytes.length,
    bytes,
    async *pieces() {
      yield bytes;
    },
  };
}

/** The first octets of a message, `most` at most; of a longer one no more is read than that takes. */
export async function firstOctets(content: ContentSource, most: number): Promise<Uint8Array> {
  if (content.bytes !== undefined) return content.bytes.subarray(0, most);
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of content.pieces()) {
    // A source may fill the same memory again.
    pieces.push(new Uint8Array(piece));
    size += piece.length;
    if (size >= most) break;
  }
  return Buffer.concat(pieces).subarray(0, most);
}
