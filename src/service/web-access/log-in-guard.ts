/**
 * Stands before the check of a password, for every protocol: who guesses is slowed, by name and by network, and whoever owns
 * the account still gets in. There are no locks. Once too many different passwords were wrong for a name, each network has a
 * few tries of its own left, which come back within minutes; and from where the account lately logged in, more, without delay.
 * While there are more tries than can be checked, those from such places go before all others, and those from networks that
 * guessed come last. The same wrong password counts once a day: an old phone that goes on with the old one takes nothing
 * from its holder.
 *
 * Names are counted whether they exist or not, and wait alike. Only who shares a network with a holder, and guesses there
 * beyond the bounds, could tell by the tries that the holder has left.
 *
 * Memory is fixed, whatever comes. Names, networks and wrong passwords are in it as 64 bits of an HMAC under a key that is made
 * anew each day, lives in this process alone, and is written nowhere.
 */
import { type Clock, pauseOrAbort } from "../../host/clock.ts";
import { type AccountId, accountId } from "../../store/ids.ts";
import { StoreError } from "../../store/store-error.ts";
import type { LogInStore } from "../../store/web-access.ts";
import { CounterTable, type Print } from "../peer-limits/counter-table.ts";
import { DailyPrints } from "../peer-limits/stranger.ts";
import type { Standing } from "../accounts/log-in-turns.ts";
import { type LogInLimits, logInLimits } from "./log-in-limits.ts";
import { networkOf } from "./network-of.ts";
import type { Log } from "../../host/events/events.ts";

export type LogInTry = {
  /** The name as it is looked up, in lower case. */
  readonly name: string;
  /** As it is hashed. */
  readonly password: string;
  /** Whose the name is; undefined where it is nobody's. */
  readonly account: AccountId | undefined;
  /** Where it comes from, in text; undefined where the server did not say. */
  readonly address: string | undefined;
  /** As client-kind.ts names it; undefined where it is not known yet. */
  readonly client?: string;
  readonly signal?: AbortSignal;
};

/** `untried`: it was not checked after all. */
export type LogInOutcome = "right" | "wrong" | "untried";

export interface LogInGuard {
  /**
   * Fulfils when the password may be checked, which can take seconds, or with `undefined`: later, the client comes again.
   * What is called with the outcome must be, once.
   */
  enter(attempt: LogInTry): Promise<((outcome: LogInOutcome) => void) | undefined>;
  /** Tells who goes first where checks wait for their turn. It says nothing of whether the name exists. */
  standing(attempt: LogInTry): Promise<Standing>;
}

export type LogInGuardOptions = {
  readonly store: Pick<LogInStore, "isKnownFrom">;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits?: LogInLimits;
};

/** Asked of when a name is nobody's, so that the answer takes as long. */
const NOBODY: AccountId = accountId("0".repeat(32));
const [WRONG, TRIES] = [0, 1];

/** The guard of one process; where several serve, `limits` is its share. */
export function createLogInGuard(options: LogInGuardOptions): LogInGuard & { readonly bytes: number } {
  const { store, clock, log, limits = logInLimits } = options;
  const counters = new Counters(clock, limits);
  let waiting = 0;
  let checking = 0;

  const isKnown = async ({ account = NOBODY, address, client }: LogInTry): Promise<boolean> => {
    const network = networkOf(address ?? "");
    try {
      return network !== "" && (await store.isKnownFrom(account, network, client));
    } catch (error) {
      if (error instanceof StoreError) return false;
      throw error;
    }
  };
  const later = (scope: "name" | "network" | "all"): undefined => {
    log("login.held", { scope, waits: waiting });
    return undefined;
  };
  /** False: whoever asked is gone. */
  const wait = async (delayMs: number, signal: AbortSignal): Promise<boolean> => {
    waiting += 1;
    await pauseOrAbort(clock, delayMs, signal);
    waiting -= 1;
    return !signal.aborted;
  };

  return {
    get bytes() {
      return counters.bytes;
    },
    async enter(attempt) {
      const { signal = new AbortController().signal } = attempt;
      const prints = counters.printsOf(attempt);
      const first = counters.judge(prints);
      const isPressed = first.scope !== undefined || first.delayMs > 0;
      const known = isPressed && first.mayBeKnown && (await isKnown(attempt));
      // Others may have begun meanwhile; from here to `begin` nobody can.
      const judged = counters.judge(prints);
      const isTrusted = known && judged.mayBeKnown;
      if (judged.scope !== undefined && !isTrusted) return later(judged.scope);
      const delayMs = isTrusted ? 0 : judged.delayMs;
      if (delayMs > 0 && waiting >= limits.waiting) return later("all");
      counters.begin(prints);
      if (delayMs > 0 && !(await wait(delayMs, signal))) {
        counters.end(prints, "untried");
        return undefined;
      }
      const most = counters.isSuspect(prints) ? limits.checkingSuspects : limits.checking;
      if (checking >= most && !known && !(await isKnown(attempt))) {
        counters.end(prints, "untried");
        return later("all");
      }
      checking += 1;
      let isOver = false;
      return (outcome) => {
        if (isOver) return;
        isOver = true;
        checking -= 1;
        counters.end(prints, outcome);
      };
    },
    async standing(attempt) {
      if (await isKnown(attempt)) return "known";
      return counters.isSuspect(counters.printsOf(attempt)) ? "suspect" : "stranger";
    },
  };
}

type Prints = Readonly<Record<"name" | "network" | "pair" | "password", Print>> & { readonly day: number };

type Judgement = {
  readonly delayMs: number;
  /** Which bound stands against it; undefined: none. */
  readonly scope: "network" | "name" | undefined;
  /** It is tried all the same where the account lately logged in from there. */
  readonly mayBeKnown: boolean;
};

class Counters {
  readonly #clock: Clock;
  readonly #limits: LogInLimits;
  readonly #prints: DailyPrints;
  #day: number;
  readonly #names: CounterTable;
  readonly #networks: CounterTable;
  readonly #pairs: CounterTable;
  /** Those that were wrong today. */
  readonly #passwords: CounterTable;

  constructor(clock: Clock, limits: LogInLimits) {
    this.#clock = clock;
    this.#limits = limits;
    this.#prints = new DailyPrints(clock);
    this.#day = this.#prints.day;
    this.#names = new CounterTable([limits.name], limits.names);
    this.#networks = new CounterTable([limits.network, limits.tries], limits.networks);
    this.#pairs = new CounterTable([limits.pair], limits.pairs);
    this.#passwords = new CounterTable([], limits.passwords);
  }

  get bytes(): number {
    return this.#tables.reduce((sum, table) => sum + table.bytes, 0);
  }

  printsOf({ name, password, address = "" }: LogInTry): Prints {
    const day = this.#today();
    const network = this.#prints.stranger(address)?.network ?? this.#prints.of("no network");
    return {
      day,
      network,
      name: this.#prints.of(`name\n${name}`),
      pair: this.#prints.of(`pair\n${network.high} ${network.low}\n${name}`),
      password: this.#prints.of(`password\n${name}\n${password}`),
    };
  }

  judge(prints: Prints): Judgement {
    const { name, network, tries, slowTries, pair, knownPair } = this.#limits;
    const wrong = {
      name: this.#used(this.#names, prints.name, WRONG, true),
      network: this.#used(this.#networks, prints.network, WRONG),
      pair: this.#used(this.#pairs, prints.pair, WRONG, true),
    };
    const [isNameFull, isNetworkFull] = [wrong.name >= name.most, wrong.network >= network.most];
    const delayMs = Math.max(this.#delay(wrong.name, name.most), this.#delay(wrong.network, network.most));
    const tried = this.#used(this.#networks, prints.network, TRIES);
    const isTooOften = tried >= (isNetworkFull ? slowTries : tries.most);
    const isPairFull = (isNameFull || isNetworkFull) && wrong.pair >= pair.most;
    const scope = isTooOften ? "network" : isPairFull ? (isNameFull ? "name" : "network") : undefined;
    return { delayMs, scope, mayBeKnown: wrong.pair < knownPair };
  }

  isSuspect({ network }: Prints): boolean {
    return this.#used(this.#networks, network, WRONG) >= this.#limits.suspect;
  }

  begin(prints: Prints): void {
    const now = this.#clock.now();
    this.#networks.add(this.#networks.take(prints.network, now), TRIES, 1, now);
    for (const [table, print] of this.#counted(prints)) table.addOpen(table.take(print, now), 1);
  }

  end(prints: Prints, outcome: LogInOutcome): void {
    // Known by another name today; what was open went with the old one.
    if (this.#today() !== prints.day) return;
    const now = this.#clock.now();
    for (const [table, print] of this.#counted(prints)) {
      const row = table.find(print);
      if (row !== undefined) table.addOpen(row, -1);
    }
    if (outcome !== "wrong") return;
    const isSeen = this.#passwords.find(prints.password) !== undefined;
    this.#passwords.take(prints.password, now);
    if (isSeen) return;
    for (const [table, print] of [...this.#counted(prints), [this.#networks, prints.network] as const])
      table.add(table.take(print, now), WRONG, 1, now);
  }

  /** Where tries that are under way count as if they were wrong, or a thousand at once would be one. */
  #counted(prints: Prints): readonly (readonly [CounterTable, Print])[] {
    return [
      [this.#names, prints.name],
      [this.#pairs, prints.pair],
    ];
  }

  #used(table: CounterTable, print: Print, column: number, withOpen = false): number {
    const row = table.find(print);
    if (row === undefined) return 0;
    return table.used(row, column, this.#clock.now()) + (withOpen ? table.opened(row) : 0);
  }

  #delay(used: number, most: number): number {
    const { from, stepMs, mostMs } = this.#limits.tarpit;
    return Math.min(mostMs, Math.max(0, Math.floor(used - most * from)) * stepMs);
  }

  /** With another day nobody is known any more. */
  #today(): number {
    const { day } = this.#prints;
    if (day !== this.#day) {
      this.#day = day;
      for (const table of this.#tables) table.clear();
    }
    return day;
  }

  get #tables(): readonly CounterTable[] {
    return [this.#names, this.#networks, this.#pairs, this.#passwords];
  }
}
