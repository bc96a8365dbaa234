/** AES-256-GCM with a fresh random nonce in front and the tag behind: nonce (12), ciphertext, tag (16). NIST SP 800-38D. */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

const CIPHER = "aes-256-gcm";
const NONCE = 12;
const TAG = 16;

/** Seals `plain`; `context` must be given again to open it. */
export function seal(key: Uint8Array, plain: Uint8Array, context: string): Uint8Array {
  return Buffer.concat(sealedParts(key, plain, context));
}

/** Seals `plain` without putting the parts together: for who would copy something large once more. */
export function sealedParts(
  key: Uint8Array,
  plain: Uint8Array,
  context: string,
): readonly [nonce: Uint8Array, ciphertext: Uint8Array, tag: Uint8Array] {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG });
  cipher.setAAD(Buffer.from(context, "utf8"));
  const ciphertext = cipher.update(plain);
  // A stream cipher holds nothing back (NIST SP 800-38D section 7.1).
  cipher.final();
  return [nonce, ciphertext, cipher.getAuthTag()];
}

/** `undefined` when the key or the context is another, or a bit has changed. */
export function unseal(key: Uint8Array, sealed: Uint8Array, context: string): Uint8Array | undefined {
  if (sealed.length < NONCE + TAG) return undefined;
  const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, NONCE), { authTagLength: TAG });
  decipher.setAAD(Buffer.from(context, "utf8"));
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG));
  try {
    const plain = decipher.update(sealed.subarray(NONCE, sealed.length - TAG));
    decipher.final();
    return plain;
  } catch {
    return undefined;
  }
}
