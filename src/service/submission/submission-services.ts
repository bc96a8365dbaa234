/** What submission is given: stores, the queue, scanners, and the machine, as parameters. */
import type { Clock } from "../../host/clock.ts";
import type { Log } from "../../host/events/events.ts";
import type { Spool } from "../../host/spool/spool.ts";
import type { Account, Directory } from "../../store/directory.ts";
import type { AccountId } from "../../store/ids.ts";
import type { SendCounts } from "../../store/send-counts.ts";
import type { AllowanceOf } from "../billing/allowance.ts";
import type { OutgoingScanner } from "../delivery/scanner.ts";
import type { DkimSigner } from "./dkim-signer.ts";
import type { SendLimits } from "./send-limits.ts";
import type { SubmissionReply, Submit } from "./submission.ts";

export type SubmissionServices = {
  readonly directory: Directory;
  readonly submit: Submit;
  readonly signer: DkimSigner;
  /** Asked one after the other. */
  readonly scanners: readonly OutgoingScanner[];
  readonly counts: SendCounts;
  readonly limitsOf: (account: Account) => SendLimits | Promise<SendLimits>;
  /** Whether the account may send, for the sake of its payment; without it each may. @throws StoreError */
  readonly allowance?: AllowanceOf;
  readonly spool: Spool;
  readonly clock: Clock;
  readonly log: Log;
  /** Hears to whom a holder has written, once it is queued: canonical addresses. Returns at once, never throws. */
  readonly wrote?: (account: AccountId, addresses: readonly string[]) => void;
  /** Stands in the Received field. */
  readonly hostName: string;
  /** Ours, in A-labels; postmaster without a domain is at the first. */
  readonly domains: readonly [string, ...string[]];
  /** Why mail to an address at one of our domains cannot be taken; `undefined`: it can. @throws StoreError */
  readonly local: (address: string) => Promise<SubmissionReply | undefined>;
  /** Up to this size a body stays in memory; 256 KiB when not given. */
  readonly memoryBytes?: number;
};
