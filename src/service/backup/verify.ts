/**
 * Looks whether the sets are what they should be. Without the offline key: that every object a living set needs is there
 * in its size, and its key at the escrow place. With it: that parts open, and that each of their mails does, whole.
 */
import { HostError } from "../../host/host-error.ts";
import { openHead, readSet, type SetLine } from "./backup-set.ts";
import { ownerOf, setFolder, setHead, setKeyName } from "./object-names.ts";
import { packReader } from "./packs.ts";
import { readPart } from "./part.ts";
import type { BackupParts, Progress } from "./parts.ts";
import type { HalfOpener } from "./private-halves.ts";
import { receivedOctets } from "./restored-content.ts";

export type VerifiedSet = { readonly id: string; readonly objects: number; readonly findings: readonly string[] };
export type Verified = {
  readonly sets: readonly VerifiedSet[];
  /** What would keep deleted objects alive at a place: versioning, object lock. Promise D4 does not hold there. */
  readonly keepers: readonly string[];
  /** What was opened with the offline key. */
  readonly opened: { readonly accounts: number; readonly mails: number; readonly octets: number } | undefined;
};

/** More would only say the same again. */
const MOST_FINDINGS = 20;

/** Compares book, target and escrow place. @throws PlaceError, StoreError. */
export async function verifySets(
  { book, target, escrow }: BackupParts,
  progress: Progress,
): Promise<readonly VerifiedSet[]> {
  const sizes = new Map<string, number>();
  for (const prefix of ["pack/", "part/", "set/"])
    for await (const { name, size } of target.list(prefix)) {
      sizes.set(name, size);
      progress("objects", sizes.size, undefined);
    }
  const keys = new Set(await Array.fromAsync(escrow.list("set/"), ({ name }) => name));
  const verified: VerifiedSet[] = [];
  const known = new Set<string>();
  for (const { id, number, doneAt } of await book.sets()) {
    known.add(id);
    // Being made, or broken off.
    if (doneAt === undefined) continue;
    const findings: string[] = [];
    let objects = 0;
    if (!keys.has(setKeyName(id))) findings.push("its key is not at the escrow place: nobody can open it");
    if (!sizes.has(setHead(id)) || !sizes.has(`${setFolder(id)}body.0`)) findings.push("the set itself is not whole");
    for await (const slice of book.needed(number))
      for (const { name, size } of slice) {
        objects++;
        const found = sizes.get(name);
        if (found === size || findings.length >= MOST_FINDINGS) continue;
        findings.push(found === undefined ? `${name} is missing` : `${name} has ${found} octets instead of ${size}`);
      }
    verified.push({ id, objects, findings });
  }
  for (const name of keys)
    if (!known.has(ownerOf(name)))
      verified.push({
        id: ownerOf(name),
        objects: 0,
        findings: ["it is not in the book: the next sweep looks into it"],
      });
  return verified;
}

/** Sentences of what would keep deleted objects alive. @throws PlaceError. */
export async function keepersOf({ target, escrow }: BackupParts): Promise<readonly string[]> {
  const places = await Promise.all([target, escrow].map(async (place) => ({ place, found: await place.keepers() })));
  return places.flatMap(({ place, found }) => found.map((sentence) => `${place.label}: ${sentence}`));
}

/** Up to `count` of the lines, evenly spread. */
export function sampleOf(lines: readonly SetLine[], count: number): readonly SetLine[] {
  if (lines.length <= count) return lines;
  return Array.from({ length: count }, (_, n) => lines[Math.floor((n * lines.length) / count)] as SetLine);
}

/** Opens a set, and of up to `count` accounts every mail. */
export async function openAll(
  parts: BackupParts,
  halves: HalfOpener,
  id: string,
  count: number,
  signal: AbortSignal,
  progress: Progress,
): Promise<{ readonly findings: readonly string[] } & NonNullable<Verified["opened"]>> {
  const { target, sealing, archive } = parts;
  const findings: string[] = [];
  let [accounts, mails, octets] = [0, 0, 0];
  try {
    const set = await readSet(target, sealing, await openHead(target, sealing, halves, id));
    const lines = sampleOf(set.lines, count);
    for (const line of lines) {
      const account = line.record.account.id;
      const snapshot = await readPart(target, sealing, account, line);
      const reader = packReader(target, sealing, account, snapshot.contents);
      for (const content of snapshot.contents) {
        signal.throwIfAborted();
        for await (const piece of receivedOctets(reader, archive, content)) octets += piece.length;
      }
      mails += snapshot.mails.length;
      progress("accounts", ++accounts, lines.length);
    }
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    findings.push(error.message);
  }
  return { findings, accounts, mails, octets };
}
