/**
 * Fingerprints under an account's key: 48 bits of a keyed function, which say nothing without the key. Names, which are
 * few and long, by HMAC-SHA-256 (RFC 2104). Words, of which a message has hundreds, by AES-256 in CBC-MAC over just two
 * blocks, where it is a pseudorandom function; all words of a message cost as much as one HMAC.
 */
import { createCipheriv, createHmac } from "node:crypto";

export const KEY_BYTES = 32;
const PRINT_BYTES = 6;
const BLOCK = 16;

/** @param kind parts the names of one table from those of another */
export function namePrint(key: Uint8Array, kind: string, name: string): number {
  return createHmac("sha256", key).update(`${kind}\0${name}`).digest().readUIntBE(0, PRINT_BYTES);
}

/** One for each word, in their order. Of a word the first 32 octets in UTF-8 count. */
export function wordPrints(key: Uint8Array, words: readonly string[]): readonly number[] {
  const [first, second] = [Buffer.alloc(words.length * BLOCK), Buffer.alloc(words.length * BLOCK)];
  for (const [at, word] of words.entries()) {
    const octets = Buffer.from(word, "utf8");
    first.set(octets.subarray(0, BLOCK), at * BLOCK);
    second.set(octets.subarray(BLOCK, 2 * BLOCK), at * BLOCK);
  }
  const wordKey = createHmac("sha256", key).update("words").digest();
  const chained = encrypted(wordKey, first);
  for (const [at, octet] of second.entries()) chained[at] = (chained[at] ?? 0) ^ octet;
  const last = encrypted(wordKey, chained);
  return words.map((_, at) => last.readUIntBE(at * BLOCK, PRINT_BYTES));
}

/** Each block for itself. */
function encrypted(key: Uint8Array, blocks: Uint8Array): Buffer {
  const cipher = createCipheriv("aes-256-ecb", key, null).setAutoPadding(false);
  return Buffer.concat([cipher.update(blocks), cipher.final()]);
}
