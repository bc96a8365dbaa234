/**
 * Finds the first file of a ZIP archive, as far as mailed reports need it: by the central directory, one archive in one
 * piece, files stored or deflated, not encrypted, below 4 GiB (APPNOTE 6.3 sections 4.3 and 4.4). Total: what is none of
 * that is `undefined`. Nothing is unpacked here.
 */

export type ZippedFile = {
  readonly method: "stored" | "deflated";
  /** As they stand in the archive. */
  readonly octets: Uint8Array;
  /** Of the unpacked file. */
  readonly crc32: number;
};

const END_SIGNATURE = 0x06054b50;
const ENTRY_SIGNATURE = 0x02014b50;
const LOCAL_SIGNATURE = 0x04034b50;
const END_BYTES = 22;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;
/** The comment behind the end is as long as 16 bits say. */
const MAX_COMMENT = 0xffff;
const MAX_ENTRIES = 100;

/** Reads the archive; folders are passed over. */
export function firstFile(archive: Uint8Array): ZippedFile | undefined {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  const end = findEnd(view);
  if (end === undefined) return undefined;
  const entries = Math.min(view.getUint16(end + 10, true), MAX_ENTRIES);
  for (let at = view.getUint32(end + 16, true), n = 0; n < entries; n++) {
    if (at + ENTRY_BYTES > archive.length || view.getUint32(at, true) !== ENTRY_SIGNATURE) return undefined;
    const packedBytes = view.getUint32(at + 20, true);
    const nameBytes = view.getUint16(at + 28, true);
    const isFolder = packedBytes === 0 || archive[at + ENTRY_BYTES + nameBytes - 1] === SLASH;
    if (!isFolder) return fileAt(archive, view, at, packedBytes);
    at += ENTRY_BYTES + nameBytes + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return undefined;
}

const SLASH = 47;

function findEnd(view: DataView): number | undefined {
  const last = view.byteLength - END_BYTES;
  for (let at = last; at >= 0 && at >= last - MAX_COMMENT; at--)
    if (view.getUint32(at, true) === END_SIGNATURE) return at;
  return undefined;
}

function fileAt(archive: Uint8Array, view: DataView, entry: number, packedBytes: number): ZippedFile | undefined {
  const isEncrypted = (view.getUint16(entry + 8, true) & 1) === 1;
  const method = METHODS.get(view.getUint16(entry + 10, true));
  const local = view.getUint32(entry + 42, true);
  if (isEncrypted || method === undefined) return undefined;
  if (local + LOCAL_BYTES > archive.length || view.getUint32(local, true) !== LOCAL_SIGNATURE) return undefined;
  const start = local + LOCAL_BYTES + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  const octets = archive.subarray(start, start + packedBytes);
  if (octets.length < packedBytes) return undefined;
  return { method, octets, crc32: view.getUint32(entry + 16, true) };
}

const METHODS: ReadonlyMap<number, ZippedFile["method"]> = new Map([
  [0, "stored"],
  [8, "deflated"],
]);
