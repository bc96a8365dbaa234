/** What the cases of the archive's contract stand in, and the little that a backup does with what it is given. */
import assert from "node:assert/strict";
import type { AccountArchive, AccountSnapshot, RestoredContent, SentPiece } from "../account-archive.ts";
import type { ContentId } from "../ids.ts";
import type { MailStore } from "../mail-store.ts";
import { type ContractLimits, inWorld, type OpenMailStore, type World } from "./mail-world.ts";
import { derivedOf, inMemory } from "./samples.ts";

type ArchivedStore = MailStore & { readonly archive: AccountArchive };
/** Opens a store that rests nowhere yet and has a ledger. */
export type OpenArchivedStore = (options: Parameters<OpenMailStore>[0]) => Promise<ArchivedStore>;
export type ArchiveWorld = World & { readonly archive: AccountArchive };
export type RegisterArchiveCase = (
  claim: string,
  body: (world: ArchiveWorld) => Promise<void>,
  limits?: Partial<ContractLimits>,
) => void;

/** As `inWorld`, for a store that has an archive. */
export async function inArchiveWorld(
  open: OpenArchivedStore,
  body: (world: ArchiveWorld) => Promise<void>,
  limits?: Partial<ContractLimits>,
): Promise<void> {
  let archive: AccountArchive | undefined;
  const opened: OpenMailStore = async (options) => {
    const store = await open(options);
    archive = store.archive;
    return store;
  };
  await inWorld(opened, (world) => body({ ...world, archive: archive ?? assert.fail() }), limits);
}

/** All octets of the account's contents, and how to give them to a restore. */
export async function contentsOf(
  { archive, account }: Pick<ArchiveWorld, "archive" | "account">,
  { contents }: AccountSnapshot,
): Promise<(id: ContentId) => Promise<RestoredContent>> {
  const pieces = new Map<ContentId, Uint8Array[]>();
  const ids = contents.map(({ id }) => id);
  for await (const { content, n, octets, isLast } of archive.pieces(account, ids)) {
    const known = pieces.get(content) ?? [];
    assert.equal(known.length, n, "pieces come in order");
    pieces.set(content, [...known, archive.inflate(octets)]);
    const size = (pieces.get(content) ?? []).reduce((sum, piece) => sum + piece.length, 0);
    assert.equal(isLast, size === contents.find(({ id }) => id === content)?.size);
  }
  return async (id) => {
    const octets = Buffer.concat(pieces.get(id) ?? assert.fail("a content was asked for that was not archived"));
    pieces.delete(id);
    const [, subject = "", text = ""] = /^Subject: (.*)\r\n\r\n(.*)\r\n$/s.exec(octets.toString("latin1")) ?? [];
    return { content: inMemory(octets), derived: derivedOf(octets, subject, text) };
  };
}

/** A part as a backup gives it to `remember`: every content in one pack. */
export async function sentOf({ archive, account }: ArchiveWorld, snapshot: AccountSnapshot): Promise<SentPiece[]> {
  const sent: SentPiece[] = [];
  let at = 0;
  const ids = snapshot.contents.map(({ id }) => id);
  for await (const { content, n, octets } of archive.pieces(account, ids)) {
    sent.push({ content, n, pack: "pack one", at, length: octets.length });
    at += octets.length;
  }
  return sent;
}

/** What a part holds: keys and places apart, which a restore makes anew. */
export const rowsOfPart = ({ mailboxes, subscriptions, mails, quotaBytes, contents }: AccountSnapshot): unknown => ({
  mailboxes,
  subscriptions,
  mails,
  quotaBytes,
  contents: contents.map(({ id, size }) => [id, size]),
});
