/**
 * App passwords: 128 random bits for one client, shown once; a SCRAM-SHA-256 verifier rests (RFC 5802 section 3,
 * RFC 7677). All of an account share one salt, so that a check costs one derivation however many there are, and SCRAM
 * can answer before it knows which of them the client holds.
 */
import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from "node:crypto";
import type { AppPassword, ScramVerifier } from "../../store/directory.ts";
import { base32, base32Digits } from "./base32.ts";

/** RFC 7677 section 4: at least 4096. More would add nothing to 128 random bits. */
export const SCRAM_ITERATIONS = 4096;
const SECRET_BYTES = 16;
const SALT_BYTES = 16;
const DIGEST_BYTES = 32;

const DIGITS = 26;

/** Makes a new one in the form that is shown: five groups parted by hyphens. */
export function newAppPassword(): string {
  return grouped(base32(randomBytes(SECRET_BYTES)));
}

/**
 * The shown form of what someone typed, when it can be an app password at all: case, hyphens and spaces do not matter.
 * The groups belong to the password: it is what a SCRAM client derives from.
 */
export function appPasswordForm(typed: string): string | undefined {
  const digits = base32Digits(typed, DIGITS);
  return digits === undefined ? undefined : grouped(digits);
}

/** Makes the verifier of `password`. @param salt that of the account's other app passwords; default: a new one. */
export async function scramVerifier(
  password: string,
  salt: Uint8Array = randomBytes(SALT_BYTES),
  iterations: number = SCRAM_ITERATIONS,
): Promise<ScramVerifier> {
  const salted = await saltedPassword(password, salt, iterations);
  const clientKey = hmac(salted, "Client Key");
  return {
    salt,
    iterations,
    storedKey: createHash("sha256").update(clientKey).digest(),
    serverKey: hmac(salted, "Server Key"),
  };
}

/** Finds the app password that `password` (in its shown form) is. Takes as long for an account that has none. */
export async function matchAppPassword(
  password: string,
  known: readonly AppPassword[],
): Promise<AppPassword | undefined> {
  const salts = new Map<string, ScramVerifier>();
  for (const { scram } of known) salts.set(`${scram.iterations} ${Buffer.from(scram.salt).toString("hex")}`, scram);
  if (salts.size === 0) {
    await scramVerifier(password);
    return undefined;
  }
  let match: AppPassword | undefined;
  for (const { salt, iterations } of salts.values()) {
    const { storedKey } = await scramVerifier(password, salt, iterations);
    for (const candidate of known) if (timingSafeEqual(storedKey, candidate.scram.storedKey)) match = candidate;
  }
  return match;
}

function saltedPassword(password: string, salt: Uint8Array, iterations: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    pbkdf2(password, salt, iterations, DIGEST_BYTES, "sha256", (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}

const hmac = (key: Uint8Array, text: string): Uint8Array => createHmac("sha256", key).update(text).digest();

function grouped(digits: string): string {
  return [0, 5, 10, 15, 20].map((at) => digits.slice(at, at === 20 ? DIGITS : at + 5)).join("-");
}
