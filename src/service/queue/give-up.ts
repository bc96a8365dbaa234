/**
 * The end of what could not be delivered in its time (RFC 5321 section 4.5.4.1). The time is meant for attempts: what came
 * to its end while nobody worked the queue off, and was not tried as the schedule has it, gets another day first. Nothing
 * gets more than may be held (promise D2).
 */
import { pauseAfter, type RetrySchedule } from "../../rules/retry.ts";
import type { OutboundQueue, Work } from "../../store/outbound-queue.ts";
import { type AttemptServices, settleSurely } from "./attempt.ts";
import { expired } from "./outcome.ts";
import { RELEASED_LIFE_MS } from "./queue-limits.ts";

export type GiveUpServices = Parameters<typeof settleSurely>[0] &
  Pick<AttemptServices, "heldLifeMs" | "newId"> & { readonly queue: OutboundQueue };

/**
 * Ends a claimed item whose time is over, or lets it have its day. @throws StoreError
 * @param since when the queue began to be worked off
 */
export async function giveUp(services: GiveUpServices, work: Work, since: number): Promise<void> {
  const { queue, clock, schedule, heldLifeMs, newId } = services;
  const now = clock.now();
  const { submittedAt } = work.message;
  if (now >= submittedAt + heldLifeMs || !wasLeftAlone(work, since, schedule)) {
    await settleSurely(services, work, expired(work, newId));
    return;
  }
  await queue.putBack([work], Math.min(now + RELEASED_LIFE_MS, submittedAt + heldLifeMs));
}

/** Its end came before we were there, and it was never tried, or not for longer than the longest pause. */
function wasLeftAlone(work: Work, since: number, schedule: RetrySchedule): boolean {
  const { hold, deadline, attempts, recipients, destinationReply } = work;
  if (hold !== undefined || deadline >= since) return false;
  const isUntried = attempts === 0 && destinationReply === undefined && recipients.every(({ reply }) => !reply);
  return isUntried || deadline + pauseAfter(schedule, schedule.pausesMs.length, 1) < since;
}
