/** What the IMAP server is given: everything that it does for people, and the machine, as parameters. */
import type { Clock } from "../../host/clock.ts";
import type { Log } from "../../host/events/events.ts";
import type { Authenticator } from "../../service/accounts/authenticator.ts";
import type { AllowanceOf } from "../../service/billing/allowance.ts";
import type { HolderAct } from "../../service/defence/holder-act.ts";
import type { Intake } from "../../service/delivery/intake.ts";
import type { LogInRecords } from "../../service/web-access/log-in-records.ts";
import type { AccountId } from "../../store/ids.ts";
import type { MailStore } from "../../store/mail-store.ts";
import type { ImapLimits } from "./limits.ts";

export type ImapServices = {
  readonly mail: MailStore;
  readonly authenticator: Authenticator;
  /** Lists log-ins for their holders; without it nobody does. */
  readonly logIns?: Pick<LogInRecords, "note">;
  /** What the account may for the sake of its payment, to tell its holder; without it nothing is told. */
  readonly allowance?: AllowanceOf;
  /** Makes an intake for one APPEND. */
  readonly intake: () => Intake;
  /** Hears after its commit what a holder does with mail that tells whether it was wanted. Returns at once, never throws. */
  readonly taught?: (account: AccountId, act: HolderAct) => void;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: ImapLimits;
  /** Aborted when the service stops: every session says BYE. */
  readonly signal: AbortSignal;
  readonly hostName: string;
  /** Serves a connection without TLS: for tests over pairs in memory. Otherwise such a connection is ended at once. */
  readonly allowCleartext?: boolean;
};
