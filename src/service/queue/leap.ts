/**
 * Leaps of the date: somebody sets the machine's, or the machine slept. Nobody has waited for that time: claims seem to have
 * run out in it, and ends of mail came that nobody worked on.
 */
import { type Clock, MINUTE } from "../../host/clock.ts";

/** Dates are corrected by less every day; claims have more left than this whenever they are looked at. */
const LEAST_MS: number = MINUTE;

/** Gives the question whether the date has leapt since now, to either side. */
export function leapsFromNow(clock: Clock): () => boolean {
  const apart = (): number => clock.now() - clock.steady();
  const before = apart();
  return () => Math.abs(apart() - before) > LEAST_MS;
}
