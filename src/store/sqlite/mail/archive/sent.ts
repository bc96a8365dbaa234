/**
 * What the account's file remembers of the backups: where the pieces of its contents were sent, and the part that tells
 * the whole account. Pieces count only when all of one call were noted, so a crash between its transactions leaves
 * nothing half known. Both go when what they open is erased.
 */
import type { RememberedPart, SentPiece } from "../../../account-archive.ts";
import type { AccountId, ContentId } from "../../../ids.ts";
import type { Commits } from "../commits.ts";
import { PIECES_OF_CONTENT, pieceKeys } from "../content.ts";
import type { Handle } from "../handle.ts";
import type { OpenAccounts } from "../open-accounts.ts";
import type { Transaction } from "../transaction.ts";
import { turn } from "../waiting.ts";
import { markOf } from "./mark.ts";

/** Pieces noted in one transaction: 5 ms. */
const SLICE_PIECES = 1000;
/** Pieces looked at between two turns of the loop. */
const SCAN_PIECES = 20_000;
const SELECT_PACKS = `SELECT pack, max(piece) FROM
  (SELECT piece, pack FROM sent WHERE piece > ? ORDER BY piece LIMIT 0 + ?) GROUP BY pack`;

export function rememberedPart(handle: Handle): RememberedPart | undefined {
  return handle.row("SELECT id AS part, key, mark FROM part") as RememberedPart | undefined;
}

/** Durable when it fulfils. */
export async function rememberSent(
  accounts: OpenAccounts,
  commits: Commits,
  account: AccountId,
  part: RememberedPart,
  sent: readonly SentPiece[],
): Promise<void> {
  await commits.commit(account, dropUnnoted, { lazy: true });
  for (let at = 0; at < sent.length; at += SLICE_PIECES) {
    const slice = sent.slice(at, at + SLICE_PIECES);
    await commits.commit(account, (tx) => noteSlice(tx, slice), { lazy: true });
  }
  const used = await usedPacks(accounts, account);
  await commits.commit(account, ({ handle }) => {
    handle.run("UPDATE pack SET noted = 1 WHERE noted = 0");
    for (const number of handle.column<number>("SELECT number FROM pack")) {
      if (!used.has(number)) handle.run("DELETE FROM pack WHERE number = ?", number);
    }
    handle.run("DELETE FROM part");
    // A part of an older mark is never asked for again, but its key would open what was erased since.
    if (markOf(handle) !== part.mark) return;
    handle.run("INSERT INTO part(one, id, key, mark) VALUES (1, ?, ?, ?)", part.part, part.key, part.mark);
  });
}

/** The packs that still hold something; read in slices, for only this module adds to them. */
async function usedPacks(accounts: OpenAccounts, account: AccountId): Promise<ReadonlySet<number>> {
  const used = new Set<number>();
  type Row = readonly [pack: number, last: number];
  for (let after = 0; ; await turn()) {
    const from = after;
    const rows = await accounts.use(account, (handle) => handle.arrays<Row>(SELECT_PACKS, from, SCAN_PIECES));
    if (rows.length === 0) return used;
    for (const [pack, last] of rows) {
      used.add(pack);
      after = Math.max(after, last);
    }
  }
}

/** What a crash in the midst of `rememberSent` left. */
function dropUnnoted({ handle }: Transaction): void {
  if (handle.value("SELECT 1 FROM pack WHERE noted = 0 LIMIT 1") === undefined) return;
  handle.run("DELETE FROM sent WHERE pack IN (SELECT number FROM pack WHERE noted = 0)");
  handle.run("DELETE FROM pack WHERE noted = 0");
}

function noteSlice({ handle }: Transaction, sent: readonly SentPiece[]): void {
  const numbers = new Map<string, number>();
  for (const { content, n, pack, at, length } of sent) {
    let number = numbers.get(pack);
    if (number === undefined) {
      handle.run("INSERT OR IGNORE INTO pack(name, noted) VALUES (?, 0)", pack);
      number = handle.value("SELECT number FROM pack WHERE name = ?", pack) as number;
      numbers.set(pack, number);
    }
    // A content that was erased meanwhile is not remembered.
    handle.run(
      `INSERT OR REPLACE INTO sent(piece, pack, at, length)
       SELECT ?, ?, ?, ? WHERE EXISTS (SELECT 1 FROM content WHERE id = ?)`,
      content * PIECES_OF_CONTENT + n,
      number,
      at,
      length,
      content,
    );
  }
}

export function forgetSent({ handle }: Transaction): void {
  for (const table of ["part", "sent", "pack"]) handle.run(`DELETE FROM ${table}`);
}

/** Within the transaction that erases the content: with the part's key goes the last that could open it from here. */
export function forgetContent(handle: Handle, content: ContentId): void {
  const [low, high] = pieceKeys(content);
  handle.run("DELETE FROM sent WHERE piece >= ? AND piece <= ?", low, high);
  handle.run("DELETE FROM part");
}

/** Where the pieces of contents rest, read in ascending order of content. */
export class SentPieces {
  readonly #handle: Handle;
  readonly #names: ReadonlyMap<number, string>;

  constructor(handle: Handle) {
    this.#handle = handle;
    type Pack = readonly [number: number, name: string];
    this.#names = new Map(handle.arrays<Pack>("SELECT number, name FROM pack WHERE noted = 1"));
  }

  /** Of the contents from `first` to `last`. */
  between(first: ContentId, last: ContentId): ReadonlyMap<ContentId, readonly SentPiece[]> {
    const found = new Map<ContentId, SentPiece[]>();
    if (this.#names.size === 0) return found;
    type Row = readonly [piece: number, pack: number, at: number, length: number];
    const rows = this.#handle.arrays<Row>(
      "SELECT piece, pack, at, length FROM sent WHERE piece >= ? AND piece <= ? ORDER BY piece",
      pieceKeys(first)[0],
      pieceKeys(last)[1],
    );
    for (const [piece, number, at, length] of rows) {
      const pack = this.#names.get(number);
      if (pack === undefined) continue;
      const n = piece % PIECES_OF_CONTENT;
      const content = ((piece - n) / PIECES_OF_CONTENT) as ContentId;
      const one: SentPiece = { content, n, pack, at, length };
      const known = found.get(content);
      if (known === undefined) found.set(content, [one]);
      else known.push(one);
    }
    return found;
  }
}
