/** Names of objects: paths of `a-z0-9._-` parted by `/`, so that every place can hold them and none is led astray. */

/** Octets; what a folder can hold below any root, and an S3 key by far. */
const MAX_NAME = 512;
/** Octets of one object at any place. */
export const MAX_OBJECT_BYTES: number = 32 * 1024 * 1024;

/** A part never starts with a dot: such names are the place's own. */
const NAME = /^[a-z0-9_-][a-z0-9._-]*(?:\/[a-z0-9_-][a-z0-9._-]*)*$/;
const PREFIX = /^(?:[a-z0-9_-][a-z0-9._-]*\/)*(?:[a-z0-9_-][a-z0-9._-]*)?$/;

/** @throws RangeError for what no object may be called: names are made by our own code. */
export function checkName(name: string): void {
  if (name.length > MAX_NAME || !NAME.test(name))
    throw new RangeError("an object's name is a path of a-z, 0-9, '.', '_', '-'");
}

/** @throws RangeError for what no name can start with. The empty prefix is that of all. */
export function checkPrefix(prefix: string): void {
  if (prefix.length > MAX_NAME || !PREFIX.test(prefix)) throw new RangeError("no object's name starts like this");
}

/** @throws RangeError for an object that is larger than a place takes. */
export function checkSize(octets: Uint8Array): void {
  if (octets.length > MAX_OBJECT_BYTES) throw new RangeError(`an object has at most ${MAX_OBJECT_BYTES} octets`);
}

/** @throws RangeError for a range that holds no octet. */
export function checkRange(range: { readonly from: number; readonly to: number }): void {
  const { from, to } = range;
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || from < 0 || to <= from)
    throw new RangeError("a range goes from an octet to a later one");
}
