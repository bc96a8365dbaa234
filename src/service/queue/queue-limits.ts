/** What the queue may have under way, and for how long: each limit with its unit and its reason. */
import { HOUR, MINUTE, SECOND } from "../../host/clock.ts";
import type { Standing } from "../../store/outbound-queue.ts";

export type QueueLimits = {
  /** Attempts at once that are not waiting for a silent host, of each standing but the troubled. */
  readonly quick: number;
  /** Attempts at once in all, by what is known of the destination: nobody takes the places of those that are well. */
  readonly places: Readonly<Record<Standing, number>>;
  /** Attempts of a standing that wait with mail of one account, once half of its places wait: slow hosts of one sender's choice leave the others. */
  readonly waitingPerAccount: number;
  readonly perDestination: number;
  /** Connections to one remote host, whatever domains it serves. */
  readonly perHost: number;
  /** Messages of one attempt, one after the other over one connection. */
  readonly batch: number;
  /** After so long without an answer an attempt counts as one that waits. */
  readonly patienceMs: number;
  /** A claim without renewal. */
  readonly leaseMs: number;
  /** What is held is given up so long after its submission: promise D2. */
  readonly heldLifeMs: number;
  /** What others put into the queue; looking costs one query. */
  readonly lookAgainMs: number;
};

export const queueLimits: QueueLimits = Object.freeze({
  quick: 50,
  places: { well: 200, new: 300, troubled: 200 },
  waitingPerAccount: 50,
  perDestination: 10,
  perHost: 10,
  batch: 10,
  patienceMs: 2 * SECOND,
  leaseMs: 5 * MINUTE,
  heldLifeMs: 239 * HOUR,
  lookAgainMs: 2 * SECOND,
});

/** Of one of so many processes that hand over beside each other: all together keep to the limits, or to one each. */
export function shareOf(limits: QueueLimits, processes: number): QueueLimits {
  const part = (whole: number): number => Math.max(1, Math.floor(whole / processes));
  const { well, new: fresh, troubled } = limits.places;
  return {
    ...limits,
    quick: part(limits.quick),
    places: { well: part(well), new: part(fresh), troubled: part(troubled) },
    waitingPerAccount: part(limits.waitingPerAccount),
    perDestination: part(limits.perDestination),
    perHost: part(limits.perHost),
  };
}

/** What is released has a day at least, whatever is left of its time. */
export const RELEASED_LIFE_MS: number = 24 * HOUR;
