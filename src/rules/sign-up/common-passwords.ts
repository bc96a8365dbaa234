/**
 * Passwords that are among the first to be tried: the ten thousand commonest of at least eight characters, those made of one
 * row of signs, and those made of the holder's address or of the service's name. Nothing is asked of a password's kinds of
 * signs: that makes them alike, not better.
 *
 * The list rests as fingerprints of 32 bits (common-password-prints.ts): to be held against, not to be read. One in 400,000
 * other passwords is taken for one of them, and its holder chooses another.
 */
import { createHash } from "node:crypto";
import { COMMON_PASSWORD_PRINTS } from "./common-password-prints.ts";

export type WeakPassword = "common" | "pattern" | "address" | "service";

export type PasswordContext = {
  /** The address, or its name alone. */
  readonly address: string;
  /** What the service is called: its name, its domains. */
  readonly ownNames: readonly string[];
};

/** A part of an address or name that is shorter may stand in any password. */
const TELLING_LENGTH = 4;
/** What is left of a password beside such a part. */
const LEAST_BESIDE = 6;
/** Of more signs a row that comes again is no longer the first thing tried. */
const LONGEST_ROW = 4;
/** More of a password is not looked at: it is too long to be among the first. */
const MOST_LOOKED_AT = 128;

/** Says why a password is too easily guessed; `undefined` where nothing speaks against it. @param prepared as it is hashed */
export function weaknessOf(prepared: string, { address, ownNames }: PasswordContext): WeakPassword | undefined {
  if (prepared.length > MOST_LOOKED_AT) return undefined;
  const password = prepared.toLowerCase();
  if (isPattern(password)) return "pattern";
  if (isMadeOf(password, address.split("@")[0] ?? "")) return "address";
  if (ownNames.some((name) => isMadeOf(password, name))) return "service";
  return isCommon(password) ? "common" : undefined;
}

function isCommon(password: string): boolean {
  const wanted = printOf(password);
  let [from, to] = [0, prints.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((prints[middle] ?? 0) < wanted) from = middle + 1;
    else to = middle;
  }
  return prints[from] === wanted;
}

/** One row over and over, as in `abcabcabc`, or each sign the next or the one before, as in `98765432`. */
function isPattern(password: string): boolean {
  const codes = Array.from(password, (sign) => sign.codePointAt(0) ?? 0);
  for (let row = 1; row <= LONGEST_ROW && row * 2 <= codes.length; row++)
    if (codes.every((code, at) => code === codes[at % row])) return true;
  return [1, -1].some((step) => codes.every((code, at) => at === 0 || isNext(codes[at - 1] ?? 0, code, step)));
}

const [ZERO, NINE] = [48, 57];

/** After 9 comes 0. */
function isNext(before: number, code: number, step: number): boolean {
  return code - before === step || (before === (step > 0 ? NINE : ZERO) && code === (step > 0 ? ZERO : NINE));
}

function isMadeOf(password: string, name: string): boolean {
  const lower = name.toLowerCase();
  const parts = [lower, ...lower.split(/[._-]/)];
  return parts.some(
    (part) =>
      part.length >= TELLING_LENGTH &&
      password.includes(part) &&
      password.replaceAll(part, "").replace(/[^\p{L}\p{N}]/gu, "").length < LEAST_BESIDE,
  );
}

const printOf = (password: string): number => createHash("sha256").update(password).digest().readUInt32BE(0);

/**
 * Writes a list as it rests: fingerprints in ascending order, each as the difference to the one before, in groups of seven
 * bits, the lowest first; all in base64.
 * @param passwords in lower case
 */
export function packPrints(passwords: readonly string[]): string {
  const bytes: number[] = [];
  let before = 0;
  for (const print of [...new Set(passwords.map(printOf))].toSorted((a, b) => a - b)) {
    let rest = print - before;
    before = print;
    for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
    bytes.push(rest);
  }
  return Uint8Array.from(bytes).toBase64();
}

export function unpackPrints(packed: string): Uint32Array {
  const found: number[] = [];
  let [print, value, weight] = [0, 0, 1];
  for (const byte of Uint8Array.fromBase64(packed)) {
    value += (byte % 128) * weight;
    weight *= 128;
    if (byte >= 128) continue;
    print += value;
    found.push(print);
    [value, weight] = [0, 1];
  }
  return Uint32Array.from(found);
}

const prints = unpackPrints(COMMON_PASSWORD_PRINTS);
