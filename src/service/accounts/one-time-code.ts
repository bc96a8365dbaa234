/**
 * Codes of the time (RFC 6238) with the parameters that every authenticator app takes for granted: HMAC-SHA-1, six digits,
 * 30 seconds. A code is good one step before and after its own, for clocks that differ (RFC 6238 section 5.2).
 */
import { randomBytes } from "node:crypto";
import { Secret, TOTP } from "otpauth";

const PERIOD_SECONDS = 30;
const DIGITS = 6;
const STEPS_ASIDE = 1;
/** RFC 4226 section 4, R6: 160 bits are recommended. */
const SECRET_BYTES = 20;

export function newStepSecret(): Uint8Array {
  return new Uint8Array(randomBytes(SECRET_BYTES));
}

/** The secret for typing it into an app. */
export function secretText(secret: Uint8Array): string {
  return new Secret({ buffer: Uint8Array.from(secret).buffer }).base32;
}

/** Reads what `secretText` wrote; `undefined` when it is anything else. */
export function secretOf(text: string): Uint8Array | undefined {
  if (!/^[A-Z2-7]{32}$/.test(text)) return undefined;
  return new Uint8Array(Secret.fromBase32(text).buffer);
}

/** What a QR code tells the app: the secret, and by which names it shows the account. */
export function enrolUri(secret: Uint8Array, names: { readonly issuer: string; readonly account: string }): string {
  return totp(secret, names).toString();
}

/** The time step whose code was typed; `undefined` when it is none that is good at `now`. */
export function stepOfCode(secret: Uint8Array, typed: string, now: number): number | undefined {
  const token = typed.replace(/\s/g, "");
  if (!/^[0-9]{6}$/.test(token)) return undefined;
  const delta = totp(secret).validate({ token, timestamp: now, window: STEPS_ASIDE });
  return delta === null ? undefined : Math.floor(now / 1000 / PERIOD_SECONDS) + delta;
}

function totp(secret: Uint8Array, names?: { readonly issuer: string; readonly account: string }): TOTP {
  return new TOTP({
    ...(names && { issuer: names.issuer, label: names.account }),
    algorithm: "SHA1",
    digits: DIGITS,
    period: PERIOD_SECONDS,
    secret: new Secret({ buffer: Uint8Array.from(secret).buffer }),
  });
}
