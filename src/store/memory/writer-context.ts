/** What the verbs of the memory store's writer are given. */
import type { MailboxId, ModSeq } from "../ids.ts";
import type { MemoryAccount } from "./mail-account.ts";
import type { MemoryLimits } from "./mail-limits.ts";

export type WriterContext = {
  /** Answers with the account, or throws a `StoreError`. */
  readonly account: () => MemoryAccount;
  readonly now: () => number;
  readonly limits: MemoryLimits;
  /** Tells the watchers. `modSeq` undefined: the mailbox is gone, or more than mails changed. */
  readonly tell: (mailbox: MailboxId, modSeq: ModSeq | undefined) => void;
};
