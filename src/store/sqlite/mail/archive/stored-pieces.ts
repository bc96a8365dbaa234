/**
 * Pieces of contents on their way to a backup: compressed as they rest. Each carries what opens it: one octet, 0 for the
 * octets themselves, 1 for a Zstandard frame, then with four octets, highest first, how many it makes.
 */
import type { StoredPiece } from "../../../account-archive.ts";
import type { AccountId, ContentId } from "../../../ids.ts";
import { StoreError } from "../../../store-error.ts";
import { PIECE_BYTES, pieceCount, PIECES_OF_CONTENT } from "../content.ts";
import type { Handle } from "../handle.ts";
import type { OpenAccounts } from "../open-accounts.ts";
import { turn } from "../waiting.ts";
import { decompress } from "../zstd.ts";

const PLAIN = 0;
const ZSTD = 1;
const ZSTD_HEAD = 5;
/** What is read between two turns of the loop. */
const SLICE_BYTES = PIECE_BYTES;
const SLICE_CONTENTS = 64;

/** Reads small contents many at a time, large ones piece by piece; each slice sees the newest state. */
export async function* storedPieces(
  accounts: OpenAccounts,
  account: AccountId,
  ids: readonly ContentId[],
): AsyncGenerator<StoredPiece> {
  let place: Place | undefined = { at: 0, n: 0 };
  while (place !== undefined) {
    const from: Place = place;
    const slice: Slice = await accounts.use(account, (handle) => handle.snapshot(() => readSlice(handle, ids, from)));
    yield* slice.pieces;
    place = slice.next;
    if (place !== undefined) await turn();
  }
}

/** The next to read: piece `n` of the content `ids[at]`. */
type Place = { readonly at: number; readonly n: number };
type Slice = { readonly pieces: readonly StoredPiece[]; readonly next: Place | undefined };

const SELECT_FACTS = `SELECT size, header_size FROM content
  WHERE id = ? AND staged IS NULL AND id NOT IN (SELECT content FROM doomed)`;
const SELECT_PIECE = "SELECT size, zstd, octets FROM body WHERE piece = ?";

type Facts = readonly [size: number, headerSize: number];
type Row = readonly [size: number, zstd: number, octets: Uint8Array];

function readSlice(handle: Handle, ids: readonly ContentId[], { at, n }: Place): Slice {
  const pieces: StoredPiece[] = [];
  const end = Math.min(ids.length, at + SLICE_CONTENTS);
  let bytes = 0;
  for (let index = at; index < end; index++) {
    const content = ids[index] as ContentId;
    const [facts] = handle.arrays<Facts>(SELECT_FACTS, content);
    const count = facts === undefined ? 0 : pieceCount(...facts);
    for (let piece = index === at ? n : 0; piece < count; piece++) {
      if (bytes >= SLICE_BYTES) return { pieces, next: { at: index, n: piece } };
      const [row] = handle.arrays<Row>(SELECT_PIECE, content * PIECES_OF_CONTENT + piece);
      if (row === undefined) throw new StoreError("io", "A piece of a content is missing.");
      pieces.push({ content, n: piece, octets: storedForm(row), isLast: piece === count - 1 });
      bytes += row[2].length;
    }
  }
  return { pieces, next: end < ids.length ? { at: end, n: 0 } : undefined };
}

function storedForm([size, zstd, octets]: Row): Uint8Array {
  const stored = Buffer.allocUnsafe((zstd === 1 ? ZSTD_HEAD : 1) + octets.length);
  stored[0] = zstd === 1 ? ZSTD : PLAIN;
  if (zstd === 1) stored.writeUInt32BE(size, 1);
  stored.set(octets, stored.length - octets.length);
  return stored;
}

/** @throws StoreError "io" when it is damaged. */
export function inflateStored(stored: Uint8Array): Uint8Array {
  if (stored[0] === PLAIN) return stored.subarray(1);
  const isFrame = stored[0] === ZSTD && stored.length > ZSTD_HEAD;
  const size = isFrame ? new DataView(stored.buffer, stored.byteOffset).getUint32(1) : 0;
  if (size === 0 || size > PIECE_BYTES) throw new StoreError("io", "A piece from a backup is damaged.");
  return decompress(stored.subarray(ZSTD_HEAD), size);
}
