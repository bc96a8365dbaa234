/**
 * The octets of a queued message: pieces of 256 KiB, each sealed with the message's own key and bound to its place. The
 * functions with a database run inside the caller's transaction.
 */
import { randomBytes } from "node:crypto";
import { sealedParts, unseal } from "../../crypt/seal.ts";
import type { DeliveryId } from "../../ids.ts";
import type { ContentSource } from "../../mail-store.ts";
import { StoreError } from "../../store-error.ts";
import { wholePieces } from "../../whole-pieces.ts";
import type { Database } from "../database.ts";
import { sql } from "../statements.ts";
import { IS_DELIVERY } from "./rows.ts";

const PIECE_BYTES = 256 * 1024;
/** Pieces of one transaction: 1 MiB shares a sync and keeps the loop free. */
const PIECES_AT_ONCE = 4;

export const newContentKey = (): Uint8Array => randomBytes(32);

/** Put together by the database, which copies them anyway. */
export type SealedPiece = ReturnType<typeof sealedParts>;

/** Cuts a content anew into sealed pieces that are full but for the last. @throws RangeError when it is not as long as it says. */
export async function* sealedPieces(content: ContentSource, key: Uint8Array): AsyncGenerator<SealedPiece> {
  let n = 0;
  let size = 0;
  for await (const piece of wholePieces(content, PIECE_BYTES)) {
    size += piece.length;
    yield sealedParts(key, piece, contextOf(n++));
  }
  if (size !== content.size) throw new RangeError("a content is not as long as it says");
}

const contextOf = (n: number): string => `outbound piece ${n}`;

export function addContent(db: Database, key: Uint8Array, now: number): number {
  return sql(db, "INSERT INTO content (key, created_at) VALUES (?, ?)").run(key, now).lastInsertRowid;
}

export function addPiece(db: Database, content: number, n: number, piece: SealedPiece): void {
  sql(db, "INSERT INTO piece (content, n, octets) VALUES (?, ?, CAST(? || ? || ? AS BLOB))").run(content, n, ...piece);
}

/** Adds all pieces, some in a transaction: `write` makes one. */
export async function addPieces(
  write: (step: (db: Database) => void) => Promise<void>,
  content: number,
  pieces: AsyncIterable<SealedPiece>,
): Promise<void> {
  let first = 0;
  let waiting: SealedPiece[] = [];
  const flush = async (): Promise<void> => {
    await write((db) => {
      for (const [n, piece] of waiting.entries()) addPiece(db, content, first + n, piece);
    });
    first += waiting.length;
    waiting = [];
  };
  for await (const piece of pieces) {
    waiting.push(piece);
    if (waiting.length === PIECES_AT_ONCE) await flush();
  }
  if (waiting.length > 0) await flush();
}

/** Destroys the keys of older contents that no message came to name. */
export function doomAbandoned(db: Database, before: number): void {
  sql(
    db,
    "UPDATE content SET key = NULL WHERE created_at < ? AND key IS NOT NULL AND id NOT IN (SELECT content FROM message)",
  ).run(before);
}

/**
 * Destroys the key. What the pieces hold is noise from now on; of a small content they go at once, so that what comes next
 * takes their pages instead of making the file grow.
 */
export function doom(db: Database, content: number, size: number): void {
  if (size > PIECE_BYTES) {
    sql(db, "UPDATE content SET key = NULL WHERE id = ?").run(content);
    return;
  }
  sql(db, "DELETE FROM piece WHERE content = ?").run(content);
  sql(db, "DELETE FROM content WHERE id = ?").run(content);
}

/** Erases some pieces of doomed contents, and contents without pieces. Gives how many rows went. */
export function eraseSome(db: Database): number {
  const most = PIECES_AT_ONCE;
  const doomed = sql(db, "SELECT id FROM content WHERE key IS NULL ORDER BY id LIMIT ?")
    .pluck()
    .all(most) as readonly number[];
  let left = most;
  for (const content of doomed) {
    const slice = sql(db, "DELETE FROM piece WHERE rowid IN (SELECT rowid FROM piece WHERE content = ? LIMIT ?)");
    left -= slice.run(content, left).changes;
    if (left <= 0) break;
    left -= sql(db, "DELETE FROM content WHERE id = ?").run(content).changes;
    if (left <= 0) break;
  }
  return most - left;
}

type PieceRow = { readonly octets: Uint8Array | null; readonly key: Uint8Array | null };

/** The content of the message; its first piece is read with it, which is all that most have. `look` lends the database for one read. */
export async function openContent(
  message: DeliveryId,
  look: <T>(step: (db: Database) => T) => Promise<T>,
): Promise<ContentSource> {
  const { size, content, first } = await look((db) => {
    const row = sql(
      db,
      `SELECT size, message.content, octets, key FROM message JOIN content ON content.id = message.content
        LEFT JOIN piece ON piece.content = content.id AND n = 0 WHERE ${IS_DELIVERY}`,
    ).get(message, message) as (PieceRow & { readonly size: number; readonly content: number }) | undefined;
    if (row === undefined) throw erased();
    return { ...row, first: row.size === 0 ? new Uint8Array(0) : opened(row, 0) };
  });
  const piece = (n: number): Promise<Uint8Array> =>
    look((db) =>
      opened(
        sql(db, "SELECT octets, key FROM piece JOIN content ON content.id = content WHERE content = ? AND n = ?").get(
          content,
          n,
        ) as PieceRow | undefined,
        n,
      ),
    );
  if (size <= PIECE_BYTES) {
    return {
      size,
      bytes: size > 0 ? first : undefined,
      async *pieces(): AsyncGenerator<Uint8Array> {
        if (size > 0) yield first;
      },
    };
  }
  return {
    size,
    bytes: undefined,
    async *pieces(): AsyncGenerator<Uint8Array> {
      for (let n = 0; n * PIECE_BYTES < size; n++) yield await piece(n);
    },
  };
}

const erased = (): StoreError => new StoreError("gone", "The queued message was erased.");

function opened(row: PieceRow | undefined, n: number): Uint8Array {
  if (row === undefined || row.key === null || row.octets === null) throw erased();
  const octets = unseal(row.key, row.octets, contextOf(n));
  if (octets === undefined) throw new StoreError("io", "A piece of a queued message is damaged.");
  return octets;
}
