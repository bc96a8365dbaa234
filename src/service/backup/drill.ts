/**
 * Proves that a set comes back: restores some of its accounts to a temporary home, compares every mailbox, mail and octet
 * with what the set says, and the octets with those of the living account where it still has them.
 */
import type { AccountArchive, AccountSnapshot } from "../../store/account-archive.ts";
import type { AccountId, ContentId } from "../../store/ids.ts";
import { StoreError } from "../../store/store-error.ts";
import { readSet } from "./backup-set.ts";
import { packReader } from "./packs.ts";
import { readPart } from "./part.ts";
import type { BackupParts, Progress } from "./parts.ts";
import type { HalfOpener } from "./private-halves.ts";
import { digestOf, restoredContent } from "./restored-content.ts";
import { chooseSet } from "./restore-everything.ts";
import { visitAll } from "./slices.ts";
import { sampleOf } from "./verify.ts";

/** A home that goes when it is disposed. */
export type TemporaryHome = AsyncDisposable & { readonly archive: AccountArchive };

export type Drilled = {
  readonly set: string;
  readonly madeAt: number;
  readonly accounts: number;
  readonly mails: number;
  readonly octets: number;
  /** Contents that the living account still has: their octets were compared too. */
  readonly compared: number;
  readonly findings: readonly string[];
};

/** @throws HostError, StoreError when the set cannot be read at all. */
export async function drill(
  parts: BackupParts,
  home: TemporaryHome,
  halves: HalfOpener,
  id: string | undefined,
  count: number,
  signal: AbortSignal,
  progress: Progress,
): Promise<Drilled> {
  const head = await chooseSet(parts, halves, id);
  const { lines } = await readSet(parts.target, parts.sealing, head);
  const findings: string[] = [];
  let [accounts, mails, octets, compared] = [0, 0, 0, 0];
  const sample = sampleOf(lines, count);
  for (const line of sample) {
    signal.throwIfAborted();
    const account = line.record.account.id;
    const snapshot = await readPart(parts.target, parts.sealing, account, line);
    const digests = await restoreInto(parts, home.archive, account, snapshot);
    for (const difference of await differences(home.archive, account, snapshot, digests))
      findings.push(`account ${account}: ${difference}`);
    const living = await livingDigests(parts.archive, account, snapshot);
    for (const [content, digest] of living)
      if (digest !== digests.get(content)) findings.push(`account ${account}: a mail differs from the living one`);
    mails += snapshot.mails.length;
    octets += snapshot.contents.reduce((sum, { size }) => sum + size, 0);
    compared += living.size;
    progress("accounts", ++accounts, sample.length);
  }
  return { set: head.id, madeAt: head.madeAt, accounts, mails, octets, compared, findings };
}

/** @returns the digests of the octets that were given. */
async function restoreInto(
  { target, sealing, archive }: BackupParts,
  temporary: AccountArchive,
  account: AccountId,
  snapshot: AccountSnapshot,
): Promise<ReadonlyMap<ContentId, string>> {
  const digests = new Map<ContentId, string>();
  const contents = new Map(snapshot.contents.map((content) => [content.id, content]));
  const reader = packReader(target, sealing, account, snapshot.contents);
  await temporary.restore(account, snapshot, async (id) => {
    const found = contents.get(id);
    if (found === undefined) throw new StoreError("io", "A part names a content that it does not hold.");
    const back = await restoredContent(reader, archive, found);
    digests.set(id, await digestOf(back.content.pieces()));
    return back;
  });
  return digests;
}

async function differences(
  temporary: AccountArchive,
  account: AccountId,
  expected: AccountSnapshot,
  digests: ReadonlyMap<ContentId, string>,
): Promise<readonly string[]> {
  const found = await temporary.snapshot(account);
  const there = await digestsOf(temporary, account, [...new Set(found.mails.map(({ content }) => content))]);
  const wrong: string[] = [];
  if (foldersOf(found) !== foldersOf(expected)) wrong.push("folders, their UIDVALIDITY or subscriptions differ");
  const before = await rowsOf(expected, digests);
  const after = await rowsOf(found, there);
  const missing = [...before].filter(([place, row]) => after.get(place) !== row).length;
  if (missing > 0) wrong.push(`${missing} of ${before.size} mails are missing or differ`);
  if (after.size > before.size) wrong.push(`${after.size - before.size} mails are too many`);
  return wrong;
}

const foldersOf = ({ mailboxes, subscriptions }: AccountSnapshot): string =>
  JSON.stringify([
    mailboxes.map(({ name, specialUse, uidValidity }) => [name, specialUse ?? null, uidValidity].join("\n")).toSorted(),
    subscriptions.toSorted(),
  ]);

/** Each mail by its folder and UID: all that a client can see of it. */
async function rowsOf(
  snapshot: AccountSnapshot,
  digests: ReadonlyMap<ContentId, string>,
): Promise<ReadonlyMap<string, string>> {
  const names = new Map(snapshot.mailboxes.map(({ id, name }) => [id, name]));
  const rows = new Map<string, string>();
  await visitAll(snapshot.mails, ({ mailbox, uid, content, system, keywords, ...dates }) => {
    const { internalDate, zoneMinutes, savedDate } = dates;
    const digest = digests.get(content) ?? "missing";
    const row = [system, keywords.toSorted(), internalDate, zoneMinutes, savedDate, digest];
    rows.set(`${uid} ${names.get(mailbox)}`, JSON.stringify(row));
  });
  return rows;
}

async function livingDigests(
  archive: AccountArchive,
  account: AccountId,
  { contents }: AccountSnapshot,
): Promise<ReadonlyMap<ContentId, string>> {
  try {
    return await digestsOf(
      archive,
      account,
      contents.map(({ id }) => id),
    );
  } catch (error) {
    // Closed or damaged: what a backup is for.
    if (error instanceof StoreError) return new Map();
    throw error;
  }
}

/** Contents asked for at once. */
const CONTENTS_AT_ONCE = 100;

/** Of the contents that are whole there. */
async function digestsOf(
  archive: AccountArchive,
  account: AccountId,
  ids: readonly ContentId[],
): Promise<ReadonlyMap<ContentId, string>> {
  const digests = new Map<ContentId, string>();
  for (let at = 0; at < ids.length; at += CONTENTS_AT_ONCE) {
    let pieces: Uint8Array[] = [];
    for await (const { content, octets, n, isLast } of archive.pieces(account, ids.slice(at, at + CONTENTS_AT_ONCE))) {
      if (n === 0) pieces = [];
      pieces.push(archive.inflate(octets));
      if (isLast) digests.set(content, await digestOf(fromArray(pieces)));
    }
  }
  return digests;
}

async function* fromArray(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}
