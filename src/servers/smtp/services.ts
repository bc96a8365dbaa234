/** What the SMTP server is given: who takes the mail, and the machine, as parameters. */
import type { Clock } from "../../host/clock.ts";
import type { Log } from "../../host/events/events.ts";
import type { Inbound } from "../../service/delivery/inbound.ts";
import type { PeerGate } from "../../service/peer-limits/peer-limits.ts";
import type { SmtpLimits } from "./limits.ts";

export type SmtpServices = {
  readonly inbound: Inbound;
  readonly clock: Clock;
  readonly log: Log;
  /** Bounds of each single session. */
  readonly limits: SmtpLimits;
  /** Bounds of a peer and its network over all sessions; without it they are not counted. */
  readonly gate?: PeerGate;
  /** Aborted when the service stops: every session says 421 as soon as it waits for its peer. */
  readonly signal: AbortSignal;
  /** What we call ourselves in the greeting. */
  readonly hostName: string;
};
