/**
 * What seals a backup. Pieces, parts and sets are sealed with keys (AES-256-GCM: store/crypt/seal.ts, passed in); what the
 * server itself must not be able to open again goes into a sealed box: to an X25519 key (RFC 7748) of which it keeps only
 * the public half. A box is the ephemeral public key (32 octets), then the sealed octets; their key is HKDF-SHA-256
 * (RFC 5869) of the shared secret, with both public keys as salt.
 */
import {
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
} from "node:crypto";

/** `seal` and `unseal` of store/crypt/seal.ts, which services are given rather than see. */
export type Sealing = {
  readonly seal: (key: Uint8Array, plain: Uint8Array, context: string) => Uint8Array;
  /** `undefined` when key or context is another, or a bit has changed. */
  readonly unseal: (key: Uint8Array, sealed: Uint8Array, context: string) => Uint8Array | undefined;
};

/** Both halves, 32 octets each. */
export type KeyPair = { readonly publicKey: Uint8Array; readonly privateKey: Uint8Array };

const KEY = 32;
const INFO = "altmail sealed box 1";
/** The DER that stands before the 32 octets of an X25519 key (RFC 8410). */
const PRIVATE_PREFIX: Uint8Array = Uint8Array.fromHex("302e020100300506032b656e04220420");
const PUBLIC_PREFIX: Uint8Array = Uint8Array.fromHex("302a300506032b656e032100");

/** Makes a random pair. */
export function makeKeyPair(): KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync("x25519");
  return {
    publicKey: publicKey.export({ type: "spki", format: "der" }).subarray(PUBLIC_PREFIX.length),
    privateKey: privateKey.export({ type: "pkcs8", format: "der" }).subarray(PRIVATE_PREFIX.length),
  };
}

/** Seals `plain` so that the private half of `publicKey` alone opens it, with the same context. */
export function sealBox(sealing: Sealing, publicKey: Uint8Array, plain: Uint8Array, context: string): Uint8Array {
  const ephemeral = makeKeyPair();
  const key = boxKey(ephemeral.privateKey, publicKey, ephemeral.publicKey, publicKey);
  return Buffer.concat([ephemeral.publicKey, sealing.seal(key, plain, context)]);
}

/** `undefined` when it was sealed to another key or with another context, or a bit has changed. */
export function openBox(
  sealing: Sealing,
  privateKey: Uint8Array,
  box: Uint8Array,
  context: string,
): Uint8Array | undefined {
  if (box.length < KEY || privateKey.length !== KEY) return undefined;
  const ephemeral = box.subarray(0, KEY);
  const own = createPublicKey(privateKeyOf(privateKey))
    .export({ type: "spki", format: "der" })
    .subarray(PUBLIC_PREFIX.length);
  const key = boxKey(privateKey, ephemeral, ephemeral, own);
  return sealing.unseal(key, box.subarray(KEY), context);
}

function boxKey(own: Uint8Array, other: Uint8Array, ephemeral: Uint8Array, recipient: Uint8Array): Uint8Array {
  const secret = diffieHellman({ privateKey: privateKeyOf(own), publicKey: publicKeyOf(other) });
  return new Uint8Array(hkdfSync("sha256", secret, Buffer.concat([ephemeral, recipient]), INFO, KEY));
}

const privateKeyOf = (key: Uint8Array): KeyObject =>
  createPrivateKey({ key: Buffer.concat([PRIVATE_PREFIX, key]), format: "der", type: "pkcs8" });

const publicKeyOf = (key: Uint8Array): KeyObject =>
  createPublicKey({ key: Buffer.concat([PUBLIC_PREFIX, key]), format: "der", type: "spki" });
