/**
 * When mail that could not be handed over is tried again, and for how long: growing pauses with some chance in them, so
 * that what failed together does not come back together (RFC 5321 section 4.5.4.1). Chance comes in as a number from 0 to
 * below 1. Three things wait in their own way: a message that a host put off (greylisting), a destination that nobody
 * answers for, and a host that asks for less.
 */

export type RetrySchedule = {
  /** Pauses after the first, second, ... attempt; the last one stays. */
  readonly pausesMs: readonly number[];
  /** Pauses of a destination that was not reached, likewise. */
  readonly restsMs: readonly number[];
  /** How long a message is tried. RFC 5321 section 4.5.4.1 asks for 4 to 5 days at least. */
  readonly lifeMs: number;
  /** When the sender hears that it takes long. */
  readonly delayAfterMs: number;
};

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/**
 * The usual hosts that put strangers off ask for five minutes to an hour: hence the short pauses at first. All later ones
 * are those of RFC 5321 section 4.5.4.1, half an hour and more.
 */
export const retrySchedule: RetrySchedule = Object.freeze({
  pausesMs: [6 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR, 4 * HOUR],
  restsMs: [5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR],
  lifeMs: 120 * HOUR,
  delayAfterMs: 4 * HOUR,
});

/** How far chance moves a pause, to both sides. */
const SPREAD = 0.2;

/** @param attempts how many there were, the one that just failed among them */
export function pauseAfter({ pausesMs }: RetrySchedule, attempts: number, chance: number): number {
  return spread(at(pausesMs, attempts), chance);
}

/** @param failures how often the destination was not reached, one after the other */
export function restAfter({ restsMs }: RetrySchedule, failures: number, chance: number): number {
  return spread(at(restsMs, failures), chance);
}

const at = (steps: readonly number[], count: number): number =>
  steps[Math.min(Math.max(count, 1), steps.length) - 1] ?? HOUR;

const spread = (ms: number, chance: number): number => Math.round(ms * (1 - SPREAD + 2 * SPREAD * chance));

/** What a temporary refusal says of whoever refused, as far as it goes beyond the one message or recipient. */
export type Demand =
  /** The host wants less from us. */
  | "less"
  /** It has nothing against us: it puts strangers' mail off (greylisting). */
  | "later"
  | "none";

/** Of the host's own words; what we found without it, as with its certificate, demands nothing. */
export function demandOf({ code, enhanced }: { readonly code: number | undefined; readonly enhanced: string }): Demand {
  // RFC 3207 section 4 and RFC 4954 section 6: of TLS and of our log-in, which mail to other domains may do without.
  if (code === undefined || code < 400 || code > 499 || code === 454) return "none";
  // RFC 3463 section 3.3: of a mailbox, as one that is full, never of the host.
  if (/^\d\.2\./.test(enhanced)) return "none";
  if (code === 421) return "less";
  // RFC 3463 section 3.8: 4.7.1 is what greylisting says of a message; all else of policy is about us.
  if (enhanced === "4.7.1") return "later";
  if (enhanced.startsWith("4.7.")) return "less";
  // RFC 5321 section 4.5.3.1.10: too many recipients; section 4.2.3: no room at the host.
  return code === 452 && /^4\.(?:3\.\d+|5\.3|0\.0)$/.test(enhanced) ? "less" : "none";
}

/** How a host is treated that asked for less, and recovers. */
export type Slowness = {
  /** Connections at once. */
  readonly connections: number;
  /** Nothing goes there before; epoch milliseconds. */
  readonly until: number;
  /** Demands for less in a row. */
  readonly demands: number;
  /** Messages taken since the last change. */
  readonly taken: number;
};

/** So many are taken before one more connection is tried. */
const TAKEN_TO_RECOVER = 20;
const FIRST_SLOW_MS = MINUTE;
const MOST_SLOW_MS = HOUR;

export const unslowed = (connections: number): Slowness => ({ connections, until: 0, demands: 0, taken: 0 });

/** Half the connections, and a pause that doubles with each demand. */
export function slowed(slowness: Slowness, now: number, chance: number): Slowness {
  // Connections that were open at the first demand say the same: one demand a pause.
  if (slowness.until > now) return slowness;
  const demands = slowness.demands + 1;
  const pauseMs = spread(Math.min(FIRST_SLOW_MS * 2 ** Math.min(demands - 1, 10), MOST_SLOW_MS), chance);
  return { connections: Math.max(1, Math.floor(slowness.connections / 2)), until: now + pauseMs, demands, taken: 0 };
}

/** The host took a message. */
export function recovered(slowness: Slowness, most: number): Slowness {
  const taken = slowness.taken + 1;
  if (taken < TAKEN_TO_RECOVER) return { ...slowness, demands: 0, taken };
  return { ...slowness, demands: 0, taken: 0, connections: Math.min(most, slowness.connections + 1) };
}
