/**
 * Accounts without payment (`billing = "none"`): who has an invitation code opens one. A code is 128 random bits, good for
 * one account, and rests as its SHA-256 alone. It comes back when the name was taken in the last moment.
 */
import { createHash, randomBytes } from "node:crypto";
import { DAY, HOUR } from "../../host/clock.ts";
import type { SignUp } from "../../store/billing.ts";
import type { BillingParts } from "./parts.ts";
import { newReservation, settle } from "./sign-up.ts";

/** Codes that nobody used in this time are gone. */
export const INVITATION_MS: number = 30 * DAY;

export type Redeemed = { readonly kind: "open" } | { readonly kind: "taken" | "unknown-code" | "full" };

/** Groups of four letters: to be read out, and typed again in any case, with or without hyphens. */
const ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789";
const SIGNS = 26;

/** Gives a code that is shown once. */
export async function invite({ store, clock }: Pick<BillingParts, "store" | "clock">): Promise<string> {
  let bits = BigInt(`0x${randomBytes(16).toString("hex")}`);
  let signs = "";
  for (let n = 0; n < SIGNS; n++) {
    signs += ALPHABET[Number(bits & 31n)] ?? "";
    bits >>= 5n;
  }
  await store.invite(hashOf(signs), clock.now() + INVITATION_MS);
  return signs.match(/.{1,4}/g)?.join("-") ?? signs;
}

/** Opens an account with a code, after a stop in the middle of it too: the hourly round goes on. @throws StoreError */
export async function redeem(parts: BillingParts, code: string, signUp: SignUp): Promise<Redeemed> {
  if (!(await parts.accounts.isFree(signUp.address))) return { kind: "taken" };
  const now = parts.clock.now();
  const invitation = hashOf(code.toLowerCase().replaceAll(/[\s-]/g, ""));
  const reservation = newReservation(signUp, now, { plan: undefined, invitation, keptUntil: now + HOUR });
  const claimed = await parts.store.claim(reservation);
  if (claimed === "unknown") return { kind: "unknown-code" };
  if (claimed === "held") return { kind: "taken" };
  if (claimed === "full") return { kind: "full" };
  const progress = await settle(parts, reservation.reference);
  return { kind: progress.kind === "open" || progress.kind === "over" ? "open" : "taken" };
}

const hashOf = (signs: string): string => createHash("sha256").update(signs).digest("hex");
