/** Random octets as people type them: RFC 4648 section 6 in lower case, which has no 0, 1, 8 or 9 to mistake. */

const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
const BITS = 5;

/** Writes octets without padding. */
export function base32(octets: Uint8Array): string {
  const digits = Math.ceil((octets.length * 8) / BITS);
  let bits = 0n;
  for (const octet of octets) bits = (bits << 8n) | BigInt(octet);
  bits <<= BigInt(digits * BITS - octets.length * 8);
  let text = "";
  for (let at = digits - 1; at >= 0; at--) text += ALPHABET[Number((bits >> BigInt(at * BITS)) & 31n)];
  return text;
}

/** What somebody typed as digits alone, when they are exactly so many: case, hyphens and spaces do not matter. */
export function base32Digits(typed: string, count: number): string | undefined {
  const digits = typed.replace(/[-\s]/g, "").toLowerCase();
  return digits.length === count && /^[a-z2-7]*$/.test(digits) ? digits : undefined;
}
