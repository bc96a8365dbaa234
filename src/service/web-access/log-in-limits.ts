/**
 * How much may be guessed before log-ins are slowed: each bound with its unit and reason. Passed in, so that a test can make
 * it three. Nothing here locks: beyond a bound tries come later, and less often.
 */
import { HOUR, MINUTE, SECOND } from "../../host/clock.ts";
import type { Rate, Tarpit } from "../peer-limits/limits.ts";

export type LogInLimits = {
  /** Different wrong passwords of one name, from everywhere. */
  readonly name: Rate;
  /** Of one name, from one network, once its name or network is beyond its bound: so many are tried all the same. */
  readonly pair: Rate;
  /** Likewise, where the account lately logged in from there: its holder sits in this network. */
  readonly knownPair: number;
  /** Different wrong passwords from one network, for all names. */
  readonly network: Rate;
  /** Tries from one network, right ones too: a company behind one address that comes back after an outage. */
  readonly tries: Rate;
  /** Of these, once the network is beyond its bound for wrong ones. Never none: who shares it with a guesser gets in. */
  readonly slowTries: number;
  /** From this part of the bounds for name and network on, each further try is answered later. */
  readonly tarpit: Tarpit;
  /** Tries that wait at one time; some KiB each. */
  readonly waiting: number;
  /** So many different wrong passwords from one network, and its tries are checked after those of others. More than one errs by. */
  readonly suspect: number;
  /**
   * Tries of who is not known that are checked or wait for it. More could not be checked before their time is over
   * (accounts/log-in-turns.ts); who is known is never refused for their sake.
   */
  readonly checking: number;
  /** From here on networks that guessed find no place: the rest is for strangers who have done nothing wrong. */
  readonly checkingSuspects: number;
  /** Rows that are remembered; 26 to 38 octets each. */
  readonly names: number;
  readonly networks: number;
  readonly pairs: number;
  readonly passwords: number;
};

export const logInLimits: LogInLimits = Object.freeze({
  name: { most: 20, windowMs: HOUR },
  pair: { most: 2, windowMs: 20 * MINUTE },
  knownPair: 20,
  network: { most: 100, windowMs: HOUR },
  tries: { most: 300, windowMs: MINUTE },
  slowTries: 10,
  tarpit: Object.freeze({ from: 0.25, stepMs: 500, mostMs: 8 * SECOND }),
  waiting: 4096,
  suspect: 3,
  checking: 1024,
  checkingSuspects: 512,
  names: 16_384,
  networks: 16_384,
  pairs: 32_768,
  passwords: 32_768,
});

/** What one of several workers may let through. The kernel spreads connections over them, but not evenly. */
const SLACK = 2;

/** The limits of one of `workers`, each of which counts alone: together they let through at most twice a bound. */
export function shareOfLogIns(limits: LogInLimits, workers: number): LogInLimits {
  const part = Math.min(1, SLACK / Math.max(1, workers));
  const count = (most: number): number => Math.max(1, Math.ceil(most * part));
  const rate = ({ most, windowMs }: Rate): Rate => ({ most: count(most), windowMs });
  return {
    ...limits,
    name: rate(limits.name),
    pair: rate(limits.pair),
    knownPair: count(limits.knownPair),
    network: rate(limits.network),
    tries: rate(limits.tries),
    slowTries: count(limits.slowTries),
  };
}
