/** What making, expiring and restoring of sets work with. */
import type { Clock } from "../../host/clock.ts";
import type { Log } from "../../host/events/events.ts";
import type { AccountArchive } from "../../store/account-archive.ts";
import type { BackupBook } from "../../store/backup-book.ts";
import type { BillingStore } from "../../store/billing.ts";
import type { DefenceMemory } from "../../store/defence-memory.ts";
import type { DirectoryArchive } from "../../store/directory-archive.ts";
import type { Directory } from "../../store/directory.ts";
import type { ObjectPlace } from "./place.ts";
import type { Sealing } from "./sealing.ts";

export type BackupParts = {
  /** Where sets rest. */
  readonly target: ObjectPlace;
  /** Where their keys rest, and the ledger; at another provider. */
  readonly escrow: ObjectPlace;
  /** The public half of the operators' offline age key. */
  readonly recipient: string;
  /** How long a set lives; up to 240. */
  readonly hours: number;
  readonly book: BackupBook;
  readonly archive: AccountArchive;
  readonly directory: Directory;
  readonly directoryArchive: DirectoryArchive;
  /** In no set; switched off again for whom it was off. */
  readonly memory: Pick<DefenceMemory, "setOn">;
  /** Who pays for what, for an account's record. */
  readonly subscriptions: Pick<BillingStore, "byAccount" | "restore">;
  readonly sealing: Sealing;
  readonly clock: Clock;
  readonly log: Log;
};

/** How far work is, of `total` where that is known. */
export type Progress = (step: string, done: number, total: number | undefined) => void;
