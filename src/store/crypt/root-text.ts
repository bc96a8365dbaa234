/**
 * The root key as people keep it: 32 octets in base32 (RFC 4648 section 6) in groups of four, or 64 hexadecimal digits.
 * Spaces, hyphens and the case of letters do not matter.
 */
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const ROOT_BYTES = 32;

/** @returns `undefined` when `text` is neither form. */
export function parseRoot(text: string): Uint8Array | undefined {
  const plain = text.replaceAll(/[\s-]/g, "").replace(/=+$/, "");
  if (/^[0-9a-f]{64}$/i.test(plain)) return Uint8Array.fromHex(plain);
  if (!/^[a-z2-7]{52}$/i.test(plain)) return undefined;
  const root = new Uint8Array(ROOT_BYTES);
  let bits = 0;
  let held = 0;
  let filled = 0;
  for (const sign of plain.toUpperCase()) {
    held = ((held << 5) | ALPHABET.indexOf(sign)) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      root[filled] = held >> bits;
      filled += 1;
    }
  }
  // 52 signs carry four bits more than 32 octets; they must be zero.
  return (held & 0xf) === 0 ? root : undefined;
}

export function formatRoot(root: Uint8Array): string {
  const bits = [...root].map((octet) => octet.toString(2).padStart(8, "0")).join("");
  const signs = bits.replaceAll(/.{1,5}/g, (five) => ALPHABET[Number.parseInt(five.padEnd(5, "0"), 2)] ?? "");
  return signs.replaceAll(/.{4}(?=.)/g, "$& ");
}
