/**
 * The account's side of backup and restore in memory: what the services above are tested against. Pieces are the octets
 * with one octet 0 before them, so that `inflate` is needed here too.
 */
import { createHash, randomBytes } from "node:crypto";
import { encodeSet } from "../../syntax/imap/encode.ts";
import { fromRanges, type NumberSet, ranges } from "../../syntax/bytes/number-set.ts";
import {
  type AccountArchive,
  type AccountSnapshot,
  RESTORE_GAP,
  type StoredPiece,
  type Vanished,
} from "../account-archive.ts";
import { type AccountId, modSeq } from "../ids.ts";
import type { FactsRow } from "../mail-store.ts";
import { StoreError } from "../store-error.ts";
import { gather } from "./gather.ts";
import {
  emptyAccount,
  flagsOf,
  keepQuotaMarks,
  type MemoryAccount,
  type MemoryMailbox,
  namesOf,
  placeMail,
  stateOf,
  type Unreported,
} from "./mail-account.ts";

const PIECE_BYTES = 256 * 1024;

export type MemoryArchiveContext = {
  /** Answers with the account, or throws a `StoreError`. */
  readonly account: (id: AccountId) => MemoryAccount;
  readonly exists: (id: AccountId) => boolean;
  /** Puts a restored account in place and tells the watchers. */
  readonly add: (id: AccountId, account: MemoryAccount) => void;
  readonly now: () => number;
  readonly listeners: Set<(account: AccountId) => void>;
};

export function memoryArchive({ account, exists, add, now, listeners }: MemoryArchiveContext): AccountArchive {
  return {
    mark: async (id) => markOf(account(id)),
    snapshot: async (id) => snapshotOf(account(id)),
    async *pieces(id, ids): AsyncGenerator<StoredPiece> {
      for (const content of ids) {
        const { octets } = account(id).contents.get(content) ?? {};
        if (octets === undefined) continue;
        const count = Math.max(1, Math.ceil(octets.length / PIECE_BYTES));
        for (let n = 0; n < count; n++) {
          const piece = octets.subarray(n * PIECE_BYTES, (n + 1) * PIECE_BYTES);
          yield { content, n, octets: Buffer.concat([new Uint8Array(1), piece]), isLast: n === count - 1 };
        }
      }
    },
    inflate(piece) {
      if (piece[0] !== 0) throw new StoreError("io", "A piece from a backup is damaged.");
      return piece.subarray(1);
    },
    remembered: async (id) => account(id).part,
    async remember(id, part, sent) {
      const all = account(id);
      for (const [content, pieces] of Map.groupBy(sent, (piece) => piece.content)) {
        const stored = all.contents.get(content);
        if (stored !== undefined) stored.sent = pieces;
      }
      all.part = markOf(all) === part.mark ? part : undefined;
    },
    async forget(id) {
      const all = account(id);
      all.part = undefined;
      for (const content of all.contents.values()) content.sent = [];
    },
    vanished: async (id) => vanishedOf(account(id)),
    async reported(id, vanished) {
      const all = account(id);
      const isReported = (row: Unreported): boolean =>
        vanished.some(
          ({ mailbox, modSeq, uids }) =>
            row.mailbox === mailbox && (uids === undefined || (row.uids !== undefined && row.modSeq <= modSeq)),
        );
      all.unreported = all.unreported.filter((row) => !isReported(row));
    },
    onVanished(listener) {
      const own = (id: AccountId): void => listener(id);
      listeners.add(own);
      return { [Symbol.dispose]: () => void listeners.delete(own) };
    },
    async restore(id, snapshot, content) {
      if (exists(id)) throw new StoreError("io", "The account exists already.");
      add(id, await restored(snapshot, content, now()));
    },
  };
}

function snapshotOf(account: MemoryAccount): AccountSnapshot {
  const boxes = [...account.mailboxes.values()].toSorted((a, b) => a.id - b.id);
  const mails = boxes.flatMap((box) =>
    [...box.mails.values()].map((row) => ({
      mailbox: box.id,
      uid: row.uid,
      content: row.content,
      modSeq: row.modSeq,
      ...namesOf(account, row.flags),
      internalDate: row.internalDate,
      zoneMinutes: row.zoneMinutes,
      savedDate: row.savedDate,
    })),
  );
  const contents = [...account.contents].map(([id, { octets, key, sent }]) => {
    const count = Math.max(1, Math.ceil(octets.length / PIECE_BYTES));
    return { id, size: octets.length, key, sent: sent.length === count ? sent : [] };
  });
  return {
    mark: markOf(account),
    quotaBytes: account.quotaBytes,
    mailboxes: boxes.map(stateOf).map(({ id, name, specialUse, uidValidity, uidNext, highestModSeq }) => ({
      id,
      name,
      specialUse,
      uidValidity,
      uidNext,
      highestModSeq,
    })),
    subscriptions: [...account.subscriptions].toSorted(),
    mails,
    contents: contents.toSorted((a, b) => a.id - b.id),
  };
}

function markOf({ mailboxes, subscriptions, quotaBytes }: MemoryAccount): string {
  const boxes = [...mailboxes.values()].map(({ id, name, uidNext, highestModSeq }) => [
    id,
    name,
    uidNext,
    highestModSeq,
  ]);
  const facts = [boxes, [...subscriptions].toSorted(), quotaBytes];
  return createHash("sha256").update(JSON.stringify(facts)).digest("hex");
}

function vanishedOf({ unreported }: MemoryAccount): readonly Vanished[] {
  return Array.from(Map.groupBy(unreported, (row) => row.mailbox).values(), (rows): Vanished => {
    const last = rows.at(-1) as Unreported;
    const contents = together(rows.map((row) => row.contents));
    return {
      mailbox: last.mailbox,
      uidValidity: last.uidValidity,
      modSeq: last.modSeq,
      uids: last.uids && encodeSet(together(rows.flatMap(({ uids }) => uids ?? []))),
      contents: contents.size === 0 ? undefined : encodeSet(contents),
    };
  });
}

const together = (sets: readonly NumberSet[]): NumberSet => fromRanges(sets.flatMap((set) => [...ranges(set)]));

async function restored(
  snapshot: AccountSnapshot,
  content: Parameters<AccountArchive["restore"]>[2],
  now: number,
): Promise<MemoryAccount> {
  const account = emptyAccount(snapshot.quotaBytes);
  const named = new Set(snapshot.mails.map((mail) => mail.content));
  for (const { id, size } of snapshot.contents) {
    if (!named.has(id)) continue;
    const { content: source, derived } = await content(id);
    const octets = await gather(source).catch((error: unknown) => {
      throw error instanceof RangeError ? damaged() : error;
    });
    if (octets.length !== size || derived.size !== size) throw damaged();
    account.contents.set(id, { octets, derived, mails: 0, key: new Uint8Array(randomBytes(32)), sent: [] });
  }
  for (const box of snapshot.mailboxes) {
    const highestModSeq = box.highestModSeq + RESTORE_GAP;
    const mailbox: MemoryMailbox = {
      ...box,
      uidNext: box.uidNext + RESTORE_GAP,
      highestModSeq,
      messages: 0,
      unseen: 0,
      deleted: 0,
      octets: 0,
      mails: new Map(),
      vanished: [],
      vanishedFloor: highestModSeq,
      gap: { low: box.highestModSeq, high: highestModSeq },
      keywords: new Set(),
    };
    account.mailboxes.set(box.id, mailbox);
  }
  for (const name of snapshot.subscriptions) account.subscriptions.add(name);
  for (const mail of snapshot.mails) {
    const mailbox = account.mailboxes.get(mail.mailbox);
    const stored = account.contents.get(mail.content);
    if (mailbox === undefined || stored === undefined) {
      throw new StoreError("io", "The backup of the account is not whole: a mail lacks its content or its mailbox.");
    }
    const { uid, content, internalDate, zoneMinutes, savedDate } = mail;
    const size = stored.octets.length;
    const value = flagsOf(account, mailbox, mail);
    const row: FactsRow = {
      uid,
      flags: value,
      modSeq: modSeq(mail.modSeq),
      content,
      size,
      internalDate,
      zoneMinutes,
      savedDate,
    };
    placeMail(account, mailbox, row);
  }
  const most = (numbers: readonly number[]): number => numbers.reduce((high, n) => Math.max(high, n), 0);
  account.lastMailbox = most(snapshot.mailboxes.map(({ id }) => id)) + RESTORE_GAP;
  account.lastContent = most(snapshot.contents.map(({ id }) => id)) + RESTORE_GAP;
  account.lastUidValidity = most([Math.floor(now / 1000), ...snapshot.mailboxes.map((box) => box.uidValidity)]);
  keepQuotaMarks(account, now);
  return account;
}

function damaged(): StoreError {
  return new StoreError("io", "A content came back from the backup in another size than it had.");
}
