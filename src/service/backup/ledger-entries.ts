/**
 * The ledger: what was deleted since the sets were made, so that no restore brings it back. An object `ledger/ID/TIME-xxxx`
 * is a sealed box to the day's key with a list of entries in JSON and zstd; an entry is
 *
 *     {kind: "closed", account}                                          the account is gone
 *     {kind: "vanished", account, mailbox, uidValidity, uids, contents}  these places and contents are, as IMAP writes
 *                                                                        sets; uids null: the mailbox
 *
 * UIDs and the ids of mailboxes and accounts are never given twice, so entries may be applied in any order, and again.
 */
import { HostError } from "../../host/host-error.ts";
import type { Vanished } from "../../store/account-archive.ts";
import { type AccountId, mailboxId, modSeq } from "../../store/ids.ts";
import { pack, unpack } from "./frames.ts";
import { ledgerFolder, ownerOf } from "./object-names.ts";
import type { ObjectPlace } from "./place.ts";
import type { HalfOpener } from "./private-halves.ts";
import { openBox, sealBox, type Sealing } from "./sealing.ts";

export type LedgerEntry =
  | { readonly kind: "closed"; readonly account: AccountId }
  | {
      readonly kind: "vanished";
      readonly account: AccountId;
      readonly mailbox: number;
      readonly uidValidity: number;
      readonly uids: string | null;
      readonly contents: string | null;
    };

/** What must not come back. */
export type Deleted = {
  readonly accounts: ReadonlySet<string>;
  /** By account. */
  readonly vanished: ReadonlyMap<string, readonly Vanished[]>;
};

const contextOf = (name: string): string => `ledger entries ${name}`;

/** Seals the entries and puts them at the escrow place under `ledger/ID/name`. */
export async function writeEntries(
  escrow: ObjectPlace,
  sealing: Sealing,
  key: { readonly id: string; readonly publicKey: Uint8Array },
  name: string,
  entries: readonly LedgerEntry[],
): Promise<void> {
  const whole = `${ledgerFolder(key.id)}${name}`;
  await escrow.put(whole, sealBox(sealing, key.publicKey, await pack({ version: 1, entries }), contextOf(whole)));
}

/** Reads the whole ledger. @throws HostError when a part of it cannot be opened: restoring without it is not for us to decide. */
export async function readLedger(escrow: ObjectPlace, sealing: Sealing, halves: HalfOpener): Promise<Deleted> {
  const accounts = new Set<string>();
  const vanished = new Map<string, Vanished[]>();
  const keys = new Map<string, Uint8Array>();
  for await (const { name } of escrow.list("ledger/")) {
    if (name.endsWith(".age")) continue;
    const id = ownerOf(name);
    const key = keys.get(id) ?? (await halves.open("ledger", id));
    keys.set(id, key);
    for (const entry of await entriesOf(escrow, sealing, key, name)) {
      if (entry.kind === "closed") accounts.add(entry.account);
      else {
        const known = vanished.get(entry.account);
        if (known === undefined) vanished.set(entry.account, [vanishedOf(entry)]);
        else known.push(vanishedOf(entry));
      }
    }
  }
  return { accounts, vanished };
}

async function entriesOf(
  escrow: ObjectPlace,
  sealing: Sealing,
  key: Uint8Array,
  name: string,
): Promise<readonly LedgerEntry[]> {
  const box = await escrow.get(name);
  const plain = box && openBox(sealing, key, box, contextOf(name));
  if (plain === undefined) throw new HostError(`${name} at ${escrow.label} does not open: the ledger is damaged`);
  const { version, entries } = (await unpack(plain)) as {
    readonly version: number;
    readonly entries: readonly LedgerEntry[];
  };
  if (version > 1) throw new HostError(`${name} was written by a newer version of altmail: restore with that version`);
  return entries;
}

/** What the ledger is told of what vanished in an account. */
export function entryOf(account: AccountId, { mailbox, uidValidity, uids, contents }: Vanished): LedgerEntry {
  return { kind: "vanished", account, mailbox, uidValidity, uids: uids ?? null, contents: contents ?? null };
}

function vanishedOf(entry: Extract<LedgerEntry, { readonly kind: "vanished" }>): Vanished {
  const { mailbox, uidValidity, uids, contents } = entry;
  return {
    mailbox: mailboxId(mailbox),
    uidValidity,
    uids: uids ?? undefined,
    contents: contents ?? undefined,
    modSeq: modSeq(0),
  };
}
