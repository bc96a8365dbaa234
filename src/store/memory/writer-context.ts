/** What the verbs of the memory store's writer are given. */
import type { NumberSet } from "../../syntax/bytes/number-set.ts";
import type { MailboxId, ModSeq } from "../ids.ts";
import type { MemoryAccount, MemoryMailbox } from "./mail-account.ts";
import type { MemoryLimits } from "./mail-limits.ts";

export type WriterContext = {
  /** Answers with the account, or throws a `StoreError`. */
  readonly account: () => MemoryAccount;
  readonly now: () => number;
  readonly limits: MemoryLimits;
  /** Keeps the quota's marks: to be called within each commit that changed octets or quota. */
  readonly sized: () => void;
  /** Tells the watchers. `modSeq` undefined: the mailbox is gone, or more than mails changed. */
  readonly tell: (mailbox: MailboxId, modSeq: ModSeq | undefined) => void;
  /** Notes for the ledger of the backups what went. `uids` undefined: the mailbox. `contents`: what nothing names any more. */
  readonly vanished: (mailbox: MemoryMailbox, uids: NumberSet | undefined, contents: NumberSet) => void;
};
