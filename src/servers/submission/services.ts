/** What the server for submission is given: who takes the mail, who checks log-ins, and the machine, as parameters. */
import type { Clock } from "../../host/clock.ts";
import type { Log } from "../../host/events/events.ts";
import type { Authenticator } from "../../service/accounts/authenticator.ts";
import type { LogInRecords } from "../../service/web-access/log-in-records.ts";
import type { Submission } from "../../service/submission/submission.ts";
import type { SubmissionLimits } from "./limits.ts";

export type SubmissionServerServices = {
  readonly submission: Submission;
  readonly authenticator: Authenticator;
  /** Lists log-ins for their holders; without it nobody does. */
  readonly logIns?: Pick<LogInRecords, "note">;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: SubmissionLimits;
  /** Aborted when the service stops: every session says 421 as soon as it waits for its client. */
  readonly signal: AbortSignal;
  /** What we call ourselves in the greeting. */
  readonly hostName: string;
};
