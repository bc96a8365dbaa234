/** What the SMTP server is given: who takes the mail, and the machine, as parameters. */
import type { Clock } from "../../host/clock.ts";
import type { Log } from "../../host/events/events.ts";
import type { Inbound } from "../../service/delivery/inbound.ts";
import type { SmtpLimits } from "./limits.ts";

export type SmtpServices = {
  readonly inbound: Inbound;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: SmtpLimits;
  /** Aborted when the service stops: every session says 421 as soon as it waits for its peer. */
  readonly signal: AbortSignal;
  /** What we call ourselves in the greeting. */
  readonly hostName: string;
};
