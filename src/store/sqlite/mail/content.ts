/**
 * The octets of messages at rest: piece 0 is the header alone, so that a client that wants headers costs one small row;
 * the body follows in pieces of 256 KiB. Each piece is one Zstandard frame where that makes it smaller, else as it is.
 */
import { randomBytes } from "node:crypto";
import type { Derived } from "../../../syntax/message/derived.ts";
import type { ContentId } from "../../ids.ts";
import { contentId } from "../../ids.ts";
import type { ContentSource } from "../../mail-store.ts";
import { StoreError } from "../../store-error.ts";
import type { Handle } from "./handle.ts";
import { compress, decompress } from "./zstd.ts";

export const PIECE_BYTES: number = 256 * 1024;
/** Above the number of pieces that any content has. */
export const PIECES_OF_CONTENT: number = 2 ** 20;

export type Piece = { readonly size: number; readonly zstd: boolean; readonly octets: Uint8Array };

export function packPiece(octets: Uint8Array): Piece {
  if (octets.length > 64) {
    const frame = compress(octets);
    if (frame.length < octets.length - (octets.length >> 4)) return { size: octets.length, zstd: true, octets: frame };
  }
  return { size: octets.length, zstd: false, octets };
}

/** Where piece `n` begins and ends in a message whose header has `headerSize` of its `size` octets. */
export function pieceBounds(n: number, size: number, headerSize: number): readonly [from: number, to: number] {
  const headerPieces = Math.ceil(headerSize / PIECE_BYTES);
  if (n < headerPieces) return [n * PIECE_BYTES, Math.min((n + 1) * PIECE_BYTES, headerSize)];
  const from = headerSize + (n - headerPieces) * PIECE_BYTES;
  return [from, Math.min(from + PIECE_BYTES, size)];
}

/** The piece that holds octet `at`. */
export function pieceAt(at: number, headerSize: number): number {
  if (at < headerSize) return Math.floor(at / PIECE_BYTES);
  return Math.ceil(headerSize / PIECE_BYTES) + Math.floor((at - headerSize) / PIECE_BYTES);
}

/** How many pieces a message has. */
export function pieceCount(size: number, headerSize: number): number {
  return Math.ceil(headerSize / PIECE_BYTES) + Math.ceil((size - headerSize) / PIECE_BYTES);
}

/** Cuts a message into its pieces as its octets come. @throws RangeError when it is longer or shorter than it says. */
export async function* cutPieces(source: ContentSource, headerSize: number): AsyncGenerator<Uint8Array> {
  const { size } = source;
  let n = 0;
  let [from, to] = pieceBounds(0, size, headerSize);
  let buffer = Buffer.allocUnsafe(to - from);
  let filled = 0;
  for await (const chunk of source.bytes === undefined ? source.pieces() : [source.bytes]) {
    for (let at = 0; at < chunk.length; ) {
      if (from >= size) throw new RangeError("a content is longer than it says");
      const part = chunk.subarray(at, at + buffer.length - filled);
      buffer.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled < buffer.length) continue;
      yield buffer;
      n += 1;
      [from, to] = pieceBounds(n, size, headerSize);
      buffer = Buffer.allocUnsafe(Math.max(0, to - from));
      filled = 0;
    }
  }
  if (n !== pieceCount(size, headerSize)) throw new RangeError("a content is shorter than it says");
}

/** A content id never given before. Within a write transaction. */
export function nextContent(handle: Handle): ContentId {
  const id = handle.value("SELECT max(content_floor, coalesce((SELECT max(id) FROM content), 0)) + 1 FROM account") as
    | number
    | undefined;
  return contentId(id ?? 1);
}

export function insertContent(handle: Handle, id: ContentId, derived: Derived, staged: number | null): void {
  handle.run(
    "INSERT INTO content(id, size, header_size, staged, key, tree) VALUES (?, ?, ?, ?, ?, ?)",
    id,
    derived.size,
    derived.headerSize,
    staged,
    randomBytes(32),
    derived.tree,
  );
}

export function insertPiece(handle: Handle, id: ContentId, n: number, piece: Piece): void {
  handle.run(
    "INSERT INTO body(piece, size, zstd, octets) VALUES (?, ?, ?, ?)",
    id * PIECES_OF_CONTENT + n,
    piece.size,
    piece.zstd ? 1 : 0,
    piece.octets,
  );
}

/** The strings that listings and SEARCH read. `text` is `Derived.text` as one frame. */
export function insertDerived(handle: Handle, id: ContentId, derived: Derived, text: Piece): void {
  handle.run(
    `INSERT INTO derived(content, envelope, structure, sender, recipient, cc, bcc, subject, sent)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    id,
    derived.envelope,
    derived.structure,
    derived.from,
    derived.to,
    derived.cc,
    derived.bcc,
    derived.subject,
    derived.sentDate ?? null,
  );
  if (text.size > 0) handle.run("INSERT INTO text(content, size, folded) VALUES (?, ?, ?)", id, text.size, text.octets);
}

/** Always a frame: SEARCH joins many and inflates them in one call. */
export function packText(text: string): Piece {
  const octets = Buffer.from(text, "utf8");
  return { size: octets.length, zstd: true, octets: octets.length === 0 ? octets : compress(octets) };
}

export type ContentFacts = { readonly size: number; readonly headerSize: number };

/** @throws StoreError "gone" */
export function contentFacts(handle: Handle, id: ContentId): ContentFacts {
  const facts = handle.row("SELECT size, header_size AS headerSize FROM content WHERE id = ?", id) as
    | ContentFacts
    | undefined;
  if (facts === undefined) throw gone();
  return facts;
}

/** @throws StoreError "gone" */
export function readPiece(handle: Handle, id: ContentId, n: number): Uint8Array {
  const [piece] = piecesFrom(handle, id, n, 1, decompress);
  if (piece === undefined) throw gone();
  return piece;
}

/** Makes a piece's octets of its frame. */
export type Inflate = (frame: Uint8Array, size: number) => Uint8Array;

/** The pieces of a small message. */
const HEADER_AND_BODY = 2;

/**
 * Gives `take` the octets from `from` to `to` as far as they lie in one piece, or in the two of a small message. Returns
 * where to go on; `to` when there are no more. @throws StoreError "gone"
 */
export function readOctets(
  handle: Handle,
  id: ContentId,
  from: number,
  to: number,
  inflate: Inflate,
  take: (octets: Uint8Array) => void,
): number {
  // From the start on nobody needs to know where the header ends.
  const { n, start } = from === 0 ? FIRST : placeOf(handle, id, from);
  const most = from === 0 && to <= PIECE_BYTES ? HEADER_AND_BODY : 1;
  let pieceStart = start;
  let at = from;
  for (const piece of piecesFrom(handle, id, n, most, inflate)) {
    const stop = pieceStart + piece.length;
    if (at < stop) take(at === pieceStart && stop <= to ? piece : piece.subarray(at - pieceStart, to - pieceStart));
    if (stop >= to) return to;
    at = stop;
    pieceStart = stop;
  }
  if (at > from) return at;
  if (from < contentFacts(handle, id).size) throw gone();
  return to;
}

type Place = { readonly n: number; readonly start: number };
const FIRST: Place = { n: 0, start: 0 };

/** The piece that holds octet `at`. */
function placeOf(handle: Handle, id: ContentId, at: number): Place {
  const { size, headerSize } = contentFacts(handle, id);
  const n = pieceAt(at, headerSize);
  return { n, start: pieceBounds(n, size, headerSize)[0] };
}

const SELECT_PIECES = "SELECT size, zstd, octets FROM body WHERE piece >= ? AND piece <= ? ORDER BY piece";

type PieceRow = readonly [size: number, zstd: number, octets: Uint8Array];

/** The pieces of a content from piece `n` on, `most` at most, each made by `inflate` when its turn comes. */
function* piecesFrom(handle: Handle, id: ContentId, n: number, most: number, inflate: Inflate): Generator<Uint8Array> {
  const rows = handle.arrays<PieceRow>(
    SELECT_PIECES,
    id * PIECES_OF_CONTENT + n,
    id * PIECES_OF_CONTENT + n + most - 1,
  );
  for (const [size, zstd, octets] of rows) yield zstd === 1 ? inflate(octets, size) : octets;
}

/** The bounds of the rows of `body` that belong to a content. */
export function pieceKeys(id: ContentId): readonly [low: number, high: number] {
  return [id * PIECES_OF_CONTENT, id * PIECES_OF_CONTENT + PIECES_OF_CONTENT - 1];
}

export const gone = (): StoreError => new StoreError("gone", "The content was erased.");
