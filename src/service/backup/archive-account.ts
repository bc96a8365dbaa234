/**
 * One account on its way into a set. Unchanged since its last part, it costs a line. Else what is new goes into packs, then
 * the whole snapshot into a part; the book knows both before the account's file remembers them, so that whatever breaks off
 * in between is at worst sent twice. Packs of which less than half is alive are sent anew, and small ones when there are
 * many, so that dead mail leaves the target and a part names few packs.
 */
import type { AccountSnapshot, ArchivedContent, ArchivedMail, SentPiece } from "../../store/account-archive.ts";
import type { BookedObject } from "../../store/backup-book.ts";
import type { AccountId, ContentId } from "../../store/ids.ts";
import { packName, partName } from "./object-names.ts";
import { packWriter } from "./packs.ts";
import { type PartKey, writePart } from "./part.ts";
import type { BackupParts } from "./parts.ts";
import { visitAll } from "./slices.ts";

export type ArchivedAccount = PartKey & { readonly isUnchanged: boolean; readonly sentOctets: number };

const LEAST_LIVING_SHARE = 0.5;
const SMALL_PACK_BYTES: number = 1024 * 1024;
const MANY_SMALL_PACKS = 32;
/** Contents whose pieces are asked for at once. */
const CONTENTS_AT_ONCE = 200;

/**
 * Brings the account's newest state to the target, for set `number`.
 * @throws StoreError when the account cannot be read, PlaceError when the target does not take it.
 */
export async function archiveAccount(
  parts: BackupParts,
  account: AccountId,
  number: number,
  signal: AbortSignal,
): Promise<ArchivedAccount> {
  const { target, sealing, archive, book } = parts;
  const booked = new Map((await book.current(account)).map(({ name, size }) => [name, size]));
  const remembered = await archive.remembered(account);
  if (
    remembered !== undefined &&
    booked.has(partName(remembered.part, 0)) &&
    remembered.mark === (await archive.mark(account))
  )
    return { part: remembered.part, key: remembered.key, isUnchanged: true, sentOctets: 0 };

  const snapshot = await archive.snapshot(account);
  const kept = await keptPacks(snapshot.contents, booked);
  const fresh = new Map<ContentId, ArchivedContent>();
  await visitAll(snapshot.contents, (content) => {
    const isKept = content.sent.length > 0 && content.sent.every(({ pack }) => kept.has(pack));
    if (!isKept) fresh.set(content.id, content);
  });
  const packs = packWriter(target, sealing, account);
  const ids = [...fresh.keys()];
  const whole = new Set<ContentId>();
  for (let at = 0; at < ids.length; at += CONTENTS_AT_ONCE)
    for await (const piece of archive.pieces(account, ids.slice(at, at + CONTENTS_AT_ONCE))) {
      signal.throwIfAborted();
      const content = fresh.get(piece.content);
      if (content === undefined) continue;
      await packs.add(content.key, piece);
      if (piece.isLast) whole.add(piece.content);
    }
  const { sent: all, objects } = await packs.end();
  const sent = all.filter(({ content }) => whole.has(content));
  const placed = await withPlaces(snapshot, fresh, sent);
  const part = await writePart(target, sealing, account, placed);
  const used = new Set<string>();
  await visitAll(placed.contents, (content) => {
    for (const { pack } of content.sent) used.add(packName(pack));
  });
  const old = [...booked].filter(([name]) => used.has(name)).map(([name, size]): BookedObject => ({ name, size }));
  await book.replace(account, number, [...old, ...objects, ...part.objects]);
  await archive.remember(account, { part: part.part, key: part.key, mark: snapshot.mark }, sent);
  const sentOctets = [...objects, ...part.objects].reduce((sum, { size }) => sum + size, 0);
  return { part: part.part, key: part.key, isUnchanged: false, sentOctets };
}

/** The packs that go on, of those that the contents name. */
async function keptPacks(
  contents: readonly ArchivedContent[],
  booked: ReadonlyMap<string, number>,
): Promise<ReadonlySet<string>> {
  const living = new Map<string, number>();
  await visitAll(contents, ({ sent }) => {
    for (const { pack, length } of sent) living.set(pack, (living.get(pack) ?? 0) + length);
  });
  const kept = [...living].filter(([pack, octets]) => {
    const size = booked.get(packName(pack));
    return size !== undefined && octets >= size * LEAST_LIVING_SHARE;
  });
  const isSmall = ([pack]: readonly [string, number]): boolean => (booked.get(packName(pack)) ?? 0) < SMALL_PACK_BYTES;
  const merges = kept.filter(isSmall).length >= MANY_SMALL_PACKS;
  return new Set(kept.filter((pack) => !(merges && isSmall(pack))).map(([pack]) => pack));
}

/** The snapshot with the new places of contents, without mails whose content was expunged meanwhile. */
async function withPlaces(
  snapshot: AccountSnapshot,
  fresh: ReadonlyMap<ContentId, ArchivedContent>,
  sent: readonly SentPiece[],
): Promise<AccountSnapshot> {
  const places = new Map<ContentId, SentPiece[]>();
  await visitAll(sent, (piece) => {
    const known = places.get(piece.content);
    if (known === undefined) places.set(piece.content, [piece]);
    else known.push(piece);
  });
  const contents: ArchivedContent[] = [];
  const gone = new Set<ContentId>();
  await visitAll(snapshot.contents, (content) => {
    const pieces = fresh.has(content.id) ? places.get(content.id) : content.sent;
    if (pieces === undefined && content.size > 0) gone.add(content.id);
    else contents.push({ ...content, sent: pieces ?? [] });
  });
  if (gone.size === 0) return { ...snapshot, contents };
  const mails: ArchivedMail[] = [];
  await visitAll(snapshot.mails, (mail) => {
    if (!gone.has(mail.content)) mails.push(mail);
  });
  return { ...snapshot, contents, mails };
}
