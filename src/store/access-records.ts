/**
 * What staff did at the gate (promise A7): for each access a list of entries, in `access.db`. An entry is written once;
 * the line of the public chain that bears its digest is added when that line is durable. Entries name the account by its
 * id alone, and go all at once, 12 months after the holder was told.
 */

export type AccessEntry = {
  /** The access it belongs to: random, without meaning. */
  readonly access: string;
  /** From 1 on, within the access. */
  readonly n: number;
  readonly what: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** JSON, exactly as the digest was made from it. */
  readonly says: string;
  /** Enters the digest, so that nobody can guess what it stands for once the entry is erased. */
  readonly salt: Uint8Array;
  /** Line of the chain; `undefined` while it is not known to stand there. */
  readonly line: number | undefined;
};

/** A head of the chain that left the machine. */
export type SentHead = { readonly at: number; readonly entries: number; readonly head: string };

/** Every change is one durable commit: fsynced before the promise fulfils. */
export interface AccessRecords extends AsyncDisposable {
  /** "taken" when the access has an entry of this number. */
  add(entry: Omit<AccessEntry, "line">): Promise<"added" | "taken">;
  /** Says in which line of the chain an entry stands. */
  chained(access: string, n: number, line: number): Promise<void>;
  /** Of one access or of all; in order of accesses, then of numbers. */
  entries(access?: string): Promise<readonly AccessEntry[]>;
  /** Entries without a line of the chain: of a moment, or left by a crash. */
  unchained(): Promise<readonly AccessEntry[]>;
  /** Removes all entries of an access, also from what free pages and the write-ahead log hold. */
  erase(access: string): Promise<void>;
  /** The newest head that left the machine. */
  sentHead(): Promise<SentHead | undefined>;
  setSentHead(head: SentHead): Promise<void>;
  check(): Promise<readonly { readonly rule: string; readonly detail: string }[]>;
}
