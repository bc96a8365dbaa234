/**
 * The right to withdraw from the contract: fourteen days, of which the day of the purchase is not one, to the end of the
 * last (Regulation 1182/71, article 3), in whatever zone its holder lives: we do not ask, so the last zone counts.
 */

const HOUR = 3_600_000;
const DAY: number = 24 * HOUR;
/** A day ends in UTC-12 so much later than in UTC. */
const LAST_ZONE_MS: number = 12 * HOUR;

/** Tells until when, epoch milliseconds. */
export function withdrawalEnd(boughtAt: number, days: number): number {
  return Math.floor(boughtAt / DAY) * DAY + (days + 1) * DAY + LAST_ZONE_MS;
}
