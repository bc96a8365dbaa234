/**
 * Limits what a network may ask of pages that answer everybody: whether a name is free, to sign up, to have a link mailed.
 * Each network is counted by itself, under the key of the day, in memory that never grows; what was forgotten for want of
 * room may ask anew.
 */
import type { Clock } from "../../host/clock.ts";
import { CounterTable } from "../peer-limits/counter-table.ts";
import type { Rate } from "../peer-limits/limits.ts";
import { DailyPrints } from "../peer-limits/stranger.ts";

export interface AskLimit {
  /** Counts one question, and says how long to wait where it is one too many; 0: it may be answered. */
  ask(address: string | undefined): number;
}

export type AskLimitOptions = {
  readonly clock: Clock;
  /** Of one network: /24 of IPv4, /48 of IPv6. */
  readonly rate: Rate;
  /** That are remembered; 26 octets each. */
  readonly networks?: number;
};

export function createAskLimit({ clock, rate, networks = 16_384 }: AskLimitOptions): AskLimit {
  const prints = new DailyPrints(clock);
  const table = new CounterTable([rate], networks);
  let { day } = prints;
  return {
    ask(address = "") {
      if (prints.day !== day) {
        ({ day } = prints);
        table.clear();
      }
      const now = clock.now();
      const row = table.take(prints.stranger(address)?.network ?? prints.of("no network"), now);
      if (table.used(row, 0, now) >= rate.most) return Math.max(1, table.waitMs(row, 0, rate.most, now));
      table.add(row, 0, 1, now);
      return 0;
    },
  };
}
