/**
 * Fingerprints under an account's key: 48 bits of a keyed function, which say nothing without the key. Names, which are
 * few and long, by HMAC-SHA-256 (RFC 2104). Words, of which a message has hundreds, by AES-256 in CBC-MAC over just two
 * blocks, where it is a pseudorandom function; all words of a message cost as much as one HMAC.
 */
import { createCipheriv, createHmac } from "node:crypto";

export const KEY_BYTES = 32;
const PRINT_BYTES = 6;
const BLOCK = 16;
const WORD_BYTES: number = 2 * BLOCK;

/** @param kind parts the names of one table from those of another */
export function namePrint(key: Uint8Array, kind: string, name: string): number {
  return createHmac("sha256", key).update(`${kind}\0${name}`).digest().readUIntBE(0, PRINT_BYTES);
}

/** One for each word, in their order. Of a word the first 32 octets in UTF-8 count. */
export function wordPrints(key: Uint8Array, words: readonly string[]): readonly number[] {
  const plain = Buffer.alloc(words.length * WORD_BYTES);
  for (const [at, word] of words.entries()) plain.write(word, at * WORD_BYTES, WORD_BYTES, "utf8");
  const wordKey = createHmac("sha256", key).update("words").digest();
  // Second blocks are encrypted with the first ones in vain: one call costs less than many.
  const chained = encrypted(wordKey, plain);
  for (let second = BLOCK; second < plain.length; second += WORD_BYTES)
    for (let at = second; at < second + BLOCK; at++) chained[at] = (chained[at - BLOCK] ?? 0) ^ (plain[at] ?? 0);
  const last = encrypted(wordKey, chained);
  return words.map((_, at) => last.readUIntBE(at * WORD_BYTES + BLOCK, PRINT_BYTES));
}

/** Each block for itself. */
function encrypted(key: Uint8Array, blocks: Uint8Array): Buffer {
  return createCipheriv("aes-256-ecb", key, null).setAutoPadding(false).update(blocks);
}
