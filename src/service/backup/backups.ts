/**
 * Backup sets: made, listed, verified, restored, and gone after their hours (promises D2, D4, D5). Verbs that restore or
 * open need the text of the operators' offline age key file, which is forgotten when they end. Without a target every
 * verb refuses with a sentence.
 */
import type { Account } from "../../store/directory.ts";
import type { MadeSet } from "./create.ts";
import type { Drilled } from "./drill.ts";
import type { Expired } from "./expire.ts";
import type { Ledger } from "./ledger.ts";
import type { Progress } from "./parts.ts";
import type { RestoredEverything } from "./restore-everything.ts";
import type { RestoredMail, WantedMails } from "./restore-one.ts";
import type { Verified } from "./verify.ts";

/** While work goes on. */
export type Working = { readonly signal: AbortSignal; readonly progress: Progress };

/** From which set, and the key for it. */
export type FromSet = {
  /** `undefined`: the newest. */
  readonly set: string | undefined;
  /** The text of an age key file. */
  readonly identity: string;
};

export type ListedSet = {
  readonly id: string;
  /** Epoch milliseconds, as all times here. */
  readonly madeAt: number;
  readonly doneAt: number | undefined;
  /** When nobody can open it any more. */
  readonly endsAt: number;
  readonly accounts: number;
  readonly sentOctets: number;
};

/** For status, metrics, alerts and the audit of retention. */
export type BackupFacts = {
  readonly isConfigured: boolean;
  /** Whole sets that live. */
  readonly sets: number;
  readonly lastSetAt: number | undefined;
  readonly oldestSetAt: number | undefined;
};

export interface Backups extends AsyncDisposable {
  /** What is deleted is told through this; `undefined` without a target. */
  readonly ledger: Ledger | undefined;
  facts(): Promise<BackupFacts>;
  /** @throws HostError when one is being made; PlaceError, StoreError when it could not be made. */
  create(working: Working): Promise<MadeSet>;
  /** Oldest first. */
  list(): Promise<readonly ListedSet[]>;
  /** `accounts`: of how many accounts of the newest set the mails are opened. */
  verify(working: Working, open?: { readonly identity: string; readonly accounts: number }): Promise<Verified>;
  /** What is over goes; at a start, and after a run that failed, with all that nobody knows. Each hour. */
  expire(): Promise<Expired>;
  /** @throws HostError in a running service, or where there are accounts. */
  restoreEverything(from: FromSet, working: Working): Promise<RestoredEverything>;
  /** Makes an account's file anew. The holder is told. */
  restoreAccount(account: Account, from: FromSet, working: Working): Promise<RestoredMail>;
  /** Puts mails into the living account. The holder is told. */
  restoreFolder(account: Account, from: FromSet, wanted: WantedMails, working: Working): Promise<RestoredMail>;
  /** Restores up to `accounts` accounts to a temporary home and compares. */
  drill(from: FromSet, accounts: number, working: Working): Promise<Drilled>;
}
