/** A message that is whole in memory, as stores and clients take messages. */
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
