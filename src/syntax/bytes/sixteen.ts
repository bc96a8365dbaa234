/** Looks at octets sixteen at a time, wherever they lie in memory. */

/** What is looked at together. */
export const BLOCK = 16;
const NOTHING: DataView = new DataView(new ArrayBuffer(0));

/** What four words of the octets are read through; of fewer than a block nothing is read, and making a view would cost more. */
export function viewOf(octets: Uint8Array): DataView {
  return octets.length < BLOCK ? NOTHING : new DataView(octets.buffer, octets.byteOffset, octets.length);
}

/** Which of the four octets of a little-endian word is the lowest whose highest bit is set; one is. */
export function firstOf(marks: number): number {
  return (31 - Math.clz32(marks & -marks)) >> 3;
}
