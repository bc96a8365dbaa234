/**
 * One account on its way into a set. Unchanged since its last part, it costs a line. Else what is new goes into packs, then
 * the whole snapshot into a part; the book knows both before the account's file remembers them, so that whatever breaks off
 * in between is at worst sent twice. Packs of which less than half is alive are sent anew, and small ones when there are
 * many, so that dead mail leaves the target and a part names few packs.
 */
import type { AccountSnapshot, ArchivedContent, SentPiece } from "../../store/account-archive.ts";
import type { BookedObject } from "../../store/backup-book.ts";
import type { AccountId, ContentId } from "../../store/ids.ts";
import { packName, partName } from "./object-names.ts";
import { packWriter } from "./packs.ts";
import { type PartKey, writePart } from "./part.ts";
import type { BackupParts } from "./parts.ts";

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
  const kept = keptPacks(snapshot.contents, booked);
  const isKept = ({ sent }: ArchivedContent): boolean => sent.length > 0 && sent.every(({ pack }) => kept.has(pack));
  const fresh = new Map(
    snapshot.contents.filter((content) => !isKept(content)).map((content) => [content.id, content]),
  );
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
  const placed = withPlaces(snapshot, fresh, sent);
  const part = await writePart(target, sealing, account, placed);
  const used = new Set(placed.contents.flatMap((content) => content.sent.map(({ pack }) => packName(pack))));
  const old = [...booked].filter(([name]) => used.has(name)).map(([name, size]): BookedObject => ({ name, size }));
  await book.replace(account, number, [...old, ...objects, ...part.objects]);
  await archive.remember(account, { part: part.part, key: part.key, mark: snapshot.mark }, sent);
  const sentOctets = [...objects, ...part.objects].reduce((sum, { size }) => sum + size, 0);
  return { part: part.part, key: part.key, isUnchanged: false, sentOctets };
}

/** The packs that go on, of those that the contents name. */
function keptPacks(contents: readonly ArchivedContent[], booked: ReadonlyMap<string, number>): ReadonlySet<string> {
  const living = new Map<string, number>();
  for (const { sent } of contents)
    for (const { pack, length } of sent) living.set(pack, (living.get(pack) ?? 0) + length);
  const kept = [...living].filter(([pack, octets]) => {
    const size = booked.get(packName(pack));
    return size !== undefined && octets >= size * LEAST_LIVING_SHARE;
  });
  const isSmall = ([pack]: readonly [string, number]): boolean => (booked.get(packName(pack)) ?? 0) < SMALL_PACK_BYTES;
  const merges = kept.filter(isSmall).length >= MANY_SMALL_PACKS;
  return new Set(kept.filter((pack) => !(merges && isSmall(pack))).map(([pack]) => pack));
}

/** The snapshot with the new places of contents, without mails whose content was expunged meanwhile. */
function withPlaces(
  snapshot: AccountSnapshot,
  fresh: ReadonlyMap<ContentId, ArchivedContent>,
  sent: readonly SentPiece[],
): AccountSnapshot {
  const places = Map.groupBy(sent, ({ content }) => content);
  const contents = snapshot.contents.flatMap((content) => {
    if (!fresh.has(content.id)) return [content];
    const pieces = places.get(content.id);
    return pieces === undefined && content.size > 0 ? [] : [{ ...content, sent: pieces ?? [] }];
  });
  if (contents.length === snapshot.contents.length) return { ...snapshot, contents };
  const there = new Set(contents.map(({ id }) => id));
  return { ...snapshot, contents, mails: snapshot.mails.filter(({ content }) => there.has(content)) };
}
