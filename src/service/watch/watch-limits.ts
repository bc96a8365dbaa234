/** The bounds and thresholds of the watch, each with its reason; passed in, so that a test can make them small. */
import { DAY, HOUR, MINUTE } from "../../host/clock.ts";

export type WatchLimits = {
  /** Parts of the hour that windows count by: what is an hour old leaves in steps of this. */
  readonly slotMs: number;
  /** Accounts with a window at a time, the longest idle forgotten first: about a kilobyte each. */
  readonly accounts: number;
  /** Networks that a window tells apart; above every threshold. */
  readonly networks: number;
  /** Networks a day that an account is known to come from: who has more is at home everywhere. */
  readonly placesADay: number;
  /** Examinations waiting at most; what is dropped comes again with the next event. */
  readonly waiting: number;
  /** A suspicion that was examined is not examined again for so long. */
  readonly againMs: number;
  /** A rule that a person closed a flag of says nothing about that account for so long. */
  readonly quietMs: number;
  /** Flags agree when they were raised within this. */
  readonly togetherMs: number;
  /** Weight that pauses sending; the weights of the rules are set against it. */
  readonly pauseWeight: number;
  /** Fingerprints kept with a flag: enough to see that two flags have the same. */
  readonly evidenceNetworks: number;

  /** Guessing: people mistype ten times in a row, from one place; programs with an old password try often, from few. */
  readonly guessedRefusals: number;
  readonly guessedNetworks: number;
  /** App passwords: a client that was revoked polls each minute for weeks, from a few networks. */
  readonly appRefusals: number;
  readonly appNetworks: number;
  /** Log-ins an hour: mbsync each minute is 60, with five connections 300. */
  readonly surgeLogIns: number;
  /** So many times the busiest hour that is usual. */
  readonly surgeTimes: number;
  /** Days that must be known before anything counts as unusual. */
  readonly usualDays: number;
  /** Networks an hour: Tor changes its exit each ten minutes, with several clients 18 an hour. */
  readonly placesNetworks: number;
  readonly placesTimes: number;
};

export const watchLimits: WatchLimits = Object.freeze({
  slotMs: 5 * MINUTE,
  accounts: 50_000,
  networks: 64,
  placesADay: 16,
  waiting: 1000,
  againMs: 5 * MINUTE,
  quietMs: DAY,
  togetherMs: DAY,
  pauseWeight: 3,
  evidenceNetworks: 20,
  guessedRefusals: 30,
  guessedNetworks: 10,
  appRefusals: 40,
  appNetworks: 12,
  surgeLogIns: 600,
  surgeTimes: 10,
  usualDays: 3,
  placesNetworks: 24,
  placesTimes: 3,
});

/** Slots of a window: an hour. */
export const slotsOf = ({ slotMs }: WatchLimits): number => Math.ceil(HOUR / slotMs);
