/**
 * The end of sets. What opens a set or a ledger is deleted first, at the escrow place, by its listing alone: so it dies in
 * time whatever became of backup.db and of the target. Then what it opened, then the objects that no living set needs.
 *
 * `sweep` besides compares the target with the book: what an interrupted run left is deleted, and sets that live but are
 * not in the book (backup.db was lost, or this home is new) are taken into it.
 */
import { HOUR } from "../../host/clock.ts";
import { readNeeded } from "./needed-objects.ts";
import { ledgerEnd, ledgerTime, ownerOf, setEnd, setFolder, setHead, setTime } from "./object-names.ts";
import type { BackupParts } from "./parts.ts";
import type { ObjectPlace } from "./place.ts";

export type Expired = { readonly sets: number; readonly objects: number };

/** Called each hour: what dies before the next call dies now. */
const AHEAD_MS: number = HOUR;
const NAMES_AT_ONCE = 1000;

/** Deletes what is over. @throws PlaceError; what could not be deleted is deleted by the next call. */
export async function expire(parts: BackupParts): Promise<Expired> {
  const { book, clock, escrow, hours, target, log } = parts;
  const isOver = (end: number | undefined): boolean => end !== undefined && end <= clock.now() + AHEAD_MS;
  const ends = (id: string): number | undefined => {
    const time = setTime(id);
    return time === undefined ? undefined : setEnd(time, hours);
  };
  const keys = await deleteWhere(escrow, "set/", (name) => isOver(ends(ownerOf(name))));
  await deleteWhere(escrow, "ledger/", (name) => {
    const time = ledgerTime(ownerOf(name));
    return time !== undefined && isOver(ledgerEnd(time));
  });
  for (const { number, id, madeAt } of await book.sets()) {
    if (!isOver(setEnd(madeAt, hours))) continue;
    await deleteWhere(target, setFolder(id), () => true);
    await book.removeSet(number);
  }
  let objects = 0;
  for (;;) {
    const dead = await book.dead(NAMES_AT_ONCE);
    if (dead.length === 0) break;
    await target.delete(dead);
    await book.forget(dead);
    objects += dead.length;
  }
  if (keys + objects > 0) log("backup.expired", { sets: keys, objects });
  return { sets: keys, objects };
}

/**
 * Deletes what nobody knows at both places. No set may be made meanwhile.
 * @returns how many objects these were.
 */
export async function sweep(parts: BackupParts): Promise<number> {
  const { book, escrow, target } = parts;
  await adoptUnknown(parts);
  const finished = new Set((await book.sets()).filter(({ doneAt }) => doneAt !== undefined).map(({ id }) => id));
  let swept = await deleteWhere(escrow, "set/", (name) => !finished.has(ownerOf(name)));
  swept += await deleteWhere(target, "set/", (name) => !finished.has(ownerOf(name)));
  // A day's entries without its key, or a key that no entry needed.
  const days = await Array.fromAsync(escrow.list("ledger/"), ({ name }) => name);
  const keys = new Set(days.filter((name) => name.endsWith(".age")).map(ownerOf));
  const orphans = days.filter((name) => !name.endsWith(".age") && !keys.has(ownerOf(name)));
  await escrow.delete(orphans);
  for (const prefix of ["pack/", "part/"]) {
    let names: string[] = [];
    const flush = async (): Promise<void> => {
      const known = await book.known(names);
      const unknown = names.filter((name) => !known.has(name));
      if (unknown.length > 0) await target.delete(unknown);
      swept += unknown.length;
      names = [];
    };
    for await (const { name } of target.list(prefix)) if (names.push(name) >= NAMES_AT_ONCE) await flush();
    if (names.length > 0) await flush();
  }
  return swept + orphans.length;
}

/** Takes whole sets whose key lives, and that are not or not finished in the book, into it. */
async function adoptUnknown({ book, escrow, target }: BackupParts): Promise<void> {
  const known = new Set((await book.sets()).filter(({ doneAt }) => doneAt !== undefined).map(({ id }) => id));
  const living = await Array.fromAsync(escrow.list("set/"), ({ name }) => ownerOf(name));
  for (const id of living) {
    const madeAt = setTime(id);
    if (known.has(id) || madeAt === undefined || (await target.get(setHead(id))) === undefined) continue;
    await book.adopt(id, madeAt, readNeeded(target, id));
  }
}

async function deleteWhere(place: ObjectPlace, prefix: string, isOver: (name: string) => boolean): Promise<number> {
  const names = (await Array.fromAsync(place.list(prefix), ({ name }) => name)).filter(isOver);
  // Keys before what they open.
  names.sort((a, b) => Number(b.endsWith(".age")) - Number(a.endsWith(".age")));
  for (let at = 0; at < names.length; at += NAMES_AT_ONCE) await place.delete(names.slice(at, at + NAMES_AT_ONCE));
  return names.length;
}
