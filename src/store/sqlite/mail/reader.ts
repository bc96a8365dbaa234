/** The reading side of the mail store. Each call looks at the newest committed state; long ones go in slices. */
import { difference, EMPTY, intersection, type NumberSet, range, union } from "../../../syntax/bytes/number-set.ts";
import type { AccountId, ContentId, MailboxId, ModSeq, Uid } from "../../ids.ts";
import type { Changes, MailReader } from "../../mail-store.ts";
import { changedSince, isInGap, vanishedSince } from "./change-log.ts";
import { contentFacts, gone, readOctets, readPiece } from "./content.ts";
import type { Handle } from "./handle.ts";
import { existingUids, listRows, scanChanged } from "./listing.ts";
import type { OpenAccounts } from "./open-accounts.ts";
import { marksOf } from "./quota.ts";
import { searchText } from "./search.ts";
import { allStates, stateById, stateByName, usageOf } from "./transaction.ts";
import { decompress, decompressBriefly } from "./zstd.ts";

export function mailReader(accounts: OpenAccounts, account: AccountId): MailReader {
  const use = <T>(work: (handle: Handle) => T): Promise<T> => accounts.use(account, work);
  return {
    mailboxes: () => use(allStates),
    mailbox: (name) => use((handle) => stateByName(handle, name)),
    mailboxById: (id) => use((handle) => stateById(handle, id)),
    subscriptions: () => use((handle) => handle.column<string>("SELECT name FROM subscription ORDER BY name")),
    keywords: (mailbox) =>
      use((handle) =>
        handle.column<string>(
          "SELECT k.name FROM mailbox_keyword AS m JOIN keyword AS k ON k.key = m.key WHERE m.mailbox = ? ORDER BY m.nth",
          mailbox,
        ),
      ),
    keywordSet: (number) => use((handle) => handle.keywords.names(handle, number)),
    uids: (mailbox, asOf) => uids(accounts, account, mailbox, asOf),
    changes: (mailbox, since) => changes(accounts, account, mailbox, since),
    rows: (mailbox, set, columns) => listRows(accounts, account, mailbox, set, columns),
    octets: (content, from, to) => octets(accounts, account, content, from, to),
    pour: (content, from, to, take) =>
      use((handle) => readOctets(handle, content, Math.max(0, from), to, decompressBriefly, take)),
    header: (content) => header(accounts, account, content),
    tree: (content) =>
      use((handle) => {
        const tree = handle.value("SELECT tree FROM content WHERE id = ?", content) as string | undefined;
        if (tree === undefined) throw gone();
        return tree;
      }),
    search: (mailbox, within, scope, needle) => searchText(accounts, account, mailbox, within, scope, needle),
    usage: () => use(usageOf),
    quotaMarks: () => use(marksOf),
  };
}

type AsOf = { readonly modSeq: ModSeq; readonly uidNext: Uid };

async function uids(
  accounts: OpenAccounts,
  account: AccountId,
  mailbox: MailboxId,
  asOf: AsOf | undefined,
): Promise<NumberSet | undefined> {
  const wanted = await accounts.use(account, (handle): AsOf | undefined => {
    const state = stateById(handle, mailbox);
    if (state === undefined) return undefined;
    if (asOf === undefined) return { modSeq: state.highestModSeq, uidNext: state.uidNext };
    return isInGap(handle, mailbox, asOf.modSeq) ? undefined : asOf;
  });
  if (wanted === undefined) return undefined;
  const existing = await existingUids(accounts, account, mailbox);
  const gone = await accounts.use(account, (handle) =>
    handle.snapshot(() =>
      stateById(handle, mailbox) === undefined ? undefined : vanishedSince(handle, mailbox, wanted.modSeq),
    ),
  );
  return gone && intersection(union(existing, gone), range(1, wanted.uidNext - 1));
}

async function changes(
  accounts: OpenAccounts,
  account: AccountId,
  mailbox: MailboxId,
  since: ModSeq,
): Promise<Changes | undefined> {
  const logged = await accounts.use(account, (handle) =>
    handle.snapshot(() => {
      const state = stateById(handle, mailbox);
      if (state === undefined) return undefined;
      if (since >= state.highestModSeq) return { state, from: since, changed: EMPTY, vanished: EMPTY };
      const from = isInGap(handle, mailbox, since) ? 0 : since;
      const vanished = vanishedSince(handle, mailbox, from);
      return { state, from, vanished, changed: changedSince(handle, mailbox, from) };
    }),
  );
  if (logged === undefined) return undefined;
  const { state, from } = logged;
  const changed = logged.changed ?? (await scanChanged(accounts, account, mailbox, from));
  if (logged.vanished !== undefined) {
    return { state, changed: difference(changed, logged.vanished), vanished: logged.vanished, complete: true };
  }
  const all = range(1, state.uidNext - 1);
  const existing = await existingUids(accounts, account, mailbox);
  return {
    state,
    changed: intersection(changed, existing),
    vanished: difference(all, existing),
    complete: false,
  };
}

/** Piece by piece, each read anew: between two the content may be erased. */
async function* octets(
  accounts: OpenAccounts,
  account: AccountId,
  content: ContentId,
  from: number,
  to: number,
): AsyncGenerator<Uint8Array> {
  for (let at = Math.max(0, from); at < to; ) {
    const start = at;
    const pieces: Uint8Array[] = [];
    at = await accounts.use(account, (handle) =>
      readOctets(handle, content, start, to, decompress, (piece) => void pieces.push(piece)),
    );
    yield* pieces;
  }
}

async function header(accounts: OpenAccounts, account: AccountId, content: ContentId): Promise<Uint8Array> {
  return accounts.use(account, (handle) =>
    handle.snapshot(() => {
      const { headerSize } = contentFacts(handle, content);
      const pieces: Uint8Array[] = [];
      for (let at = 0; at < headerSize; ) {
        const piece = readPiece(handle, content, pieces.length);
        pieces.push(piece);
        at += piece.length;
      }
      return pieces.length === 1 ? (pieces[0] as Uint8Array) : Buffer.concat(pieces);
    }),
  );
}
