/**
 * Recovery codes: they open the second step once each, when the device that shows codes of the time is lost. 80 random
 * bits, so that nobody finds one by trying: a mark is one HMAC-SHA-256 under the step's own secret, and what makes argon2
 * necessary for passwords, that people choose from few, is not given here. 2^80 hashes are out of everybody's reach, also
 * of who has the marks and the secret; and without the secret a mark cannot even be compared.
 */
import { createHmac, randomBytes } from "node:crypto";
import { base32, base32Digits } from "./base32.ts";

/** As many as fit a slip of paper; each is for one lost device. */
export const RECOVERY_CODES = 10;
const CODE_BYTES = 10;
const DIGITS = 16;

/** Makes a set of them, in the form that is shown once: four groups of four. */
export function newRecoveryCodes(): readonly string[] {
  return Array.from({ length: RECOVERY_CODES }, () => grouped(base32(randomBytes(CODE_BYTES))));
}

/** The shown form of what somebody typed, when it can be a recovery code at all. */
export function recoveryCodeForm(typed: string): string | undefined {
  const digits = base32Digits(typed, DIGITS);
  return digits === undefined ? undefined : grouped(digits);
}

/** What rests of a code. @param secret of the second step that it belongs to @param code in its shown form */
export function recoveryMark(secret: Uint8Array, code: string): Uint8Array {
  return createHmac("sha256", secret).update(`recovery code\n${code}`).digest();
}

function grouped(digits: string): string {
  return [0, 4, 8, 12].map((at) => digits.slice(at, at + 4)).join("-");
}
