/**
 * The watch over accounts (promise A8): rules over events flag an account, a person then looks. At most sending is paused,
 * and only when rules of different kind agree; where somebody comes from is never enough (promise A6). What a flag knows
 * is counts and keyed fingerprints, and dies with the logs of its day.
 *
 * Every worker observes; what it sees goes to the elected one, which alone leads: keeps the windows, judges, flags.
 */
import type { AccountState } from "../../store/directory.ts";
import type { Flag } from "../../store/watch-book.ts";
import type { Refused } from "../accounts/accounts.ts";
import type { Observe } from "../accounts/authenticator.ts";

/** What a person may find. */
export const CLOSING_WORDS = ["harmless", "taken-over", "misuse"] as const;
export type ClosingWord = (typeof CLOSING_WORDS)[number];

/** A flag, and whose it is: undefined when the account is gone. */
export type FlagLine = Flag & {
  /** The rule in a sentence. */
  readonly meaning: string;
  readonly address: string | undefined;
  readonly state: AccountState | undefined;
};

export type Closed =
  | {
      readonly kind: "closed";
      /** Whether the account may send again by this. */
      readonly resumed: boolean;
      /** Ids of flags of the account that are still open. */
      readonly open: readonly string[];
    }
  | Refused;

export interface Watch extends AsyncDisposable {
  /** Takes events of this worker; those that no rule knows cost a look into a table. */
  readonly observe: Observe;
  /**
   * In the elected worker: judges what all workers observe, and once an hour tells what is untold and forgets what is old.
   * Disposing ends that and waits for what is under way.
   */
  lead(): AsyncDisposable;
  /** Newest first; never one that is older than the logs are kept. */
  flags(): Promise<readonly FlagLine[]>;
  /** `resume`: the account may send again, if it was paused. May be repeated. */
  close(id: string, word: ClosingWord, resume: boolean): Promise<Closed>;
  /** Erases what is older than the logs are kept. Answers how many flags and habits. */
  forget(now: number): Promise<number>;
}
