/** Finds the deflated octets of the first member of a gzip file (RFC 1952 section 2.3), whatever follows it. */

const HEADER_BYTES = 10;
const DEFLATE = 8;
const HAS_CRC = 2;
const HAS_EXTRA = 4;
const HAS_NAME = 8;
const HAS_COMMENT = 16;

/** Gives them with all that is behind them; `undefined` when it is no gzip file. Total. */
export function gzipMember(file: Uint8Array): Uint8Array | undefined {
  const [first, second, method, flags = 0] = file;
  if (first !== 0x1f || second !== 0x8b || method !== DEFLATE) return undefined;
  let at = HEADER_BYTES;
  if ((flags & HAS_EXTRA) !== 0) at += 2 + (file[at] ?? 0) + 256 * (file[at + 1] ?? 0);
  for (const text of [HAS_NAME, HAS_COMMENT]) {
    if ((flags & text) === 0) continue;
    const end = file.indexOf(0, at);
    if (end < 0) return undefined;
    at = end + 1;
  }
  if ((flags & HAS_CRC) !== 0) at += 2;
  return at < file.length ? file.subarray(at) : undefined;
}
