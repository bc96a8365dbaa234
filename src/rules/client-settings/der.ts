/** ASN.1 in DER (X.690), as much of it as a signature needs: writing values, and cutting one into its parts. */

export const TAG: Readonly<Record<"integer" | "octets" | "null" | "oid" | "utcTime" | "sequence" | "set", number>> =
  Object.freeze({ integer: 0x02, octets: 0x04, null: 0x05, oid: 0x06, utcTime: 0x17, sequence: 0x30, set: 0x31 });

/** The tag of a part that is told by its number alone. */
export const context = (number: number): number => 0xa0 | number;

/** A value of its parts, whatever these are. */
export function der(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = joined(parts);
  return joined([Uint8Array.from([tag, ...lengthOf(content.length)]), content]);
}

export const sequence = (...parts: readonly Uint8Array[]): Uint8Array => der(TAG.sequence, ...parts);

/** X.690 section 11.6: the parts of a SET OF stand in the order of their octets. */
export const setOf = (tag: number, parts: readonly Uint8Array[]): Uint8Array =>
  der(tag, ...parts.toSorted((a, b) => (a.toHex() < b.toHex() ? -1 : 1)));

/** @param dotted such as "1.2.840.113549.1.7.2" */
export function oid(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  return der(TAG.oid, Uint8Array.from([first * 40 + second, ...rest].flatMap(inSevenBits)));
}

/** Cuts what a value holds into its parts, each with tag and length. @throws RangeError where it is no DER */
export function partsOf(value: Uint8Array): readonly Uint8Array[] {
  const { from, to } = bounds(value, 0);
  const parts: Uint8Array[] = [];
  for (let at = from; at < to; ) {
    const end = bounds(value, at).to;
    parts.push(value.subarray(at, end));
    at = end;
  }
  return parts;
}

function bounds(octets: Uint8Array, at: number): { readonly from: number; readonly to: number } {
  const first = octets[at + 1] ?? 0;
  const more = first < 0x80 ? 0 : first & 0x7f;
  const from = at + 2 + more;
  const length = more === 0 ? first : octets.subarray(at + 2, from).reduce((sum, octet) => sum * 256 + octet, 0);
  if (from + length > octets.length) throw new RangeError("a value is longer than what holds it");
  return { from, to: from + length };
}

function lengthOf(length: number): readonly number[] {
  if (length < 0x80) return [length];
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return [0x80 | octets.length, ...octets];
}

/** All but the last octet have the highest bit set. */
function inSevenBits(number: number): readonly number[] {
  const octets = [number % 128];
  for (let rest = Math.floor(number / 128); rest > 0; rest = Math.floor(rest / 128))
    octets.unshift((rest % 128) | 0x80);
  return octets;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
