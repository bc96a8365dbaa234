/** Lines that part the parts of a multipart (RFC 2046 section 5.1.1): `--boundary`, or `--boundary--` after the last. */

const HTAB = 9;
const CR = 13;
const SP = 32;
const DASH = 45;

/** The end of a line without the CR and the white space before its line end, which transport may have added. */
export function trimmedEnd(octets: Uint8Array, from: number, to: number): number {
  let end = to;
  while (end > from && isPadding(octets[end - 1])) end--;
  return end;
}

function isPadding(octet: number | undefined): boolean {
  return octet === SP || octet === HTAB || octet === CR;
}

/** Compares a line that begins with two dashes, trimmed, with one boundary. */
export function matchBoundary(
  octets: Uint8Array,
  from: number,
  end: number,
  boundary: Uint8Array,
): "delimiter" | "close" | undefined {
  const rest = end - from - 2 - boundary.length;
  if (rest !== 0 && rest !== 2) return undefined;
  for (let at = 0; at < boundary.length; at++) {
    if (octets[from + 2 + at] !== boundary[at]) return undefined;
  }
  if (rest === 0) return "delimiter";
  return octets[end - 1] === DASH && octets[end - 2] === DASH ? "close" : undefined;
}
