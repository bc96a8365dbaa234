/**
 * What may be a password, and the one form of it that is hashed, whichever way a client typed it: the mapping and
 * normalization of SASLprep (RFC 4013 section 2.1, section 2.2) with the Unicode of our Node instead of 3.2.
 */

/** Octets of UTF-8 after preparation. The upper bound keeps a hash's input small; the lower is a floor, not advice. */
export const MIN_PASSWORD_BYTES = 8;
export const MAX_PASSWORD_BYTES = 1024;

/** RFC 3454 table B.1: commonly mapped to nothing. */
const MAPPED_TO_NOTHING =
  /\u{ad}|\u{34f}|\u{1806}|[\u{180b}-\u{180d}]|[\u{200b}-\u{200d}]|\u{2060}|[\u{fe00}-\u{fe0f}]|\u{feff}/gu;
/** RFC 3454 tables C.2 to C.9 in today's categories: controls, private use, surrogates, unassigned and non-characters. */
const PROHIBITED = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Cn}\p{Zl}\p{Zp}]/u;

/**
 * UTF-16 units of a typed password that are normalized, which takes the square of a row of combining marks. Three units make
 * two octets at best, so what is longer is too long in every form.
 */
const MAX_TYPED = 2 * MAX_PASSWORD_BYTES;

/** Brings a password into its one form. `undefined` when it holds what no password may hold. */
export function preparePassword(typed: string): string | undefined {
  const mapped = typed.replace(/\p{Zs}/gu, " ").replace(MAPPED_TO_NOTHING, "");
  const prepared = mapped.length > MAX_TYPED ? mapped : mapped.normalize("NFKC");
  return PROHIBITED.test(prepared) ? undefined : prepared;
}

/** Says why a password cannot be chosen; `undefined` when it can. */
export function passwordProblem(typed: string): string | undefined {
  const prepared = preparePassword(typed);
  if (prepared === undefined) {
    return "The password holds a control character or one that Unicode does not define. Use letters, digits, signs and spaces.";
  }
  const size = Buffer.byteLength(prepared);
  if (size < MIN_PASSWORD_BYTES) return `The password is too short: give at least ${MIN_PASSWORD_BYTES} characters.`;
  if (size > MAX_PASSWORD_BYTES) return `The password is too long: give at most ${MAX_PASSWORD_BYTES} octets.`;
  return undefined;
}
