/**
 * Makes a message ready for its transaction, outside of it: octets cut and compressed, text compressed. What is large is
 * not kept in memory: its pieces are committed one by one under a content id that no mail names yet, and the delivering
 * transaction only names it.
 */
import type { AccountId, ContentId } from "../../ids.ts";
import type { NewMail } from "../../mail-store.ts";
import type { Commits } from "./commits.ts";
import {
  cutPieces,
  insertContent,
  insertDerived,
  insertPiece,
  nextContent,
  packPiece,
  packText,
  type Piece,
  PIECE_BYTES,
} from "./content.ts";
import type { Transaction } from "./transaction.ts";

export type Prepared = { readonly mail: NewMail; readonly text: Piece } & (
  | { readonly kind: "whole"; readonly pieces: readonly Piece[] }
  | { readonly kind: "staged"; readonly content: ContentId }
);

/** @throws RangeError when content and `Derived` disagree about the size. */
export async function prepare(commits: Commits, account: AccountId, mail: NewMail): Promise<Prepared> {
  const { content, derived } = mail;
  if (content.size !== derived.size) throw new RangeError("a content has another size than what was derived from it");
  const text = packText(derived.text);
  const { bytes } = content;
  if (bytes !== undefined && bytes.length === derived.size && bytes.length <= PIECE_BYTES) {
    const parts = [bytes.subarray(0, derived.headerSize), bytes.subarray(derived.headerSize)];
    const pieces = parts.filter((part) => part.length > 0).map((part) => own(packPiece(part)));
    return { kind: "whole", mail, text, pieces };
  }
  if (derived.size <= PIECE_BYTES) {
    const pieces: Piece[] = [];
    for await (const part of cutPieces(content, derived.headerSize)) pieces.push(packPiece(part));
    return { kind: "whole", mail, text, pieces };
  }
  return { kind: "staged", mail, text, content: await stage(commits, account, mail) };
}

/** The commit may come after the caller has reused his octets: what was not compressed is copied. */
function own(piece: Piece): Piece {
  return piece.zstd ? piece : { ...piece, octets: piece.octets.slice() };
}

async function stage(commits: Commits, account: AccountId, mail: NewMail): Promise<ContentId> {
  const content = await commits.commit(
    account,
    (tx) => {
      const id = nextContent(tx.handle);
      insertContent(tx.handle, id, mail.derived, tx.now);
      return id;
    },
    { lazy: true },
  );
  try {
    let n = 0;
    for await (const part of cutPieces(mail.content, mail.derived.headerSize)) {
      const piece = packPiece(part);
      await commits.commit(account, (tx) => insertPiece(tx.handle, content, n, piece), { lazy: true });
      n += 1;
    }
    return content;
  } catch (error) {
    await abandon(commits, account, content).catch(() => undefined);
    throw error;
  }
}

/** Gives staged pieces to the eraser; when even that fails it finds them by their age. */
export function abandon(commits: Commits, account: AccountId, content: ContentId): Promise<void> {
  const doom = (tx: Transaction): void => {
    tx.handle.run("INSERT OR IGNORE INTO doomed(content) VALUES (?)", content);
    tx.dooms = true;
  };
  return commits.commit(account, doom, { lazy: true });
}

/** Gives up what was prepared and is not going to be stored. */
export async function discard(commits: Commits, account: AccountId, prepared: readonly Prepared[]): Promise<void> {
  for (const one of prepared) if (one.kind === "staged") await abandon(commits, account, one.content);
}

/** Puts a prepared message at rest, within a write transaction. */
export function put(tx: Transaction, prepared: Prepared): ContentId {
  const { handle } = tx;
  const { derived } = prepared.mail;
  if (prepared.kind === "staged") {
    handle.run("UPDATE content SET staged = NULL WHERE id = ?", prepared.content);
    insertDerived(handle, prepared.content, derived, prepared.text);
    return prepared.content;
  }
  const content = nextContent(handle);
  insertContent(handle, content, derived, null);
  for (const [n, piece] of prepared.pieces.entries()) insertPiece(handle, content, n, piece);
  insertDerived(handle, content, derived, prepared.text);
  return content;
}
