/** Brings the octets of a message together in memory: the memory stores have no other place for them. */
import type { ContentSource } from "../mail-store.ts";

/** Copies, which `slice` of a Buffer does not: whoever gave the octets may reuse them. */
export async function gather(content: ContentSource): Promise<Uint8Array> {
  if (content.bytes !== undefined) return new Uint8Array(content.bytes);
  const octets = new Uint8Array(content.size);
  let at = 0;
  for await (const piece of content.pieces()) {
    if (at + piece.length > content.size) throw new RangeError("a content is longer than it says");
    octets.set(piece, at);
    at += piece.length;
  }
  if (at !== content.size) throw new RangeError("a content is shorter than it says");
  return octets;
}

/** The way back: a source whose octets are in memory. */
export function contentOf(octets: Uint8Array): ContentSource {
  return {
    size: octets.length,
    bytes: octets,
    async *pieces(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < octets.length; at += PIECE_BYTES) yield octets.subarray(at, at + PIECE_BYTES);
    },
  };
}

const PIECE_BYTES = 256 * 1024;
