/**
 * Hands out turns at checking passwords: a check takes a core tens of milliseconds, so few run at one time and the others
 * wait, for a time and not for a number. Who is known where he comes from goes first; then who comes from a network that did
 * nothing wrong; then the rest. Within these, networks take turns, whatever each of them asks for. So after a restart all
 * holders get in, one after the other, and who guesses waits behind them.
 *
 * Nobody starves: one turn of eight goes to whoever has waited longest. How many wait is bounded by the guard before it.
 */
import { type Clock, MINUTE, SECOND } from "../../host/clock.ts";

/** In the order of their turns. `suspect`: wrong passwords came from this network. */
export const STANDINGS = ["known", "stranger", "suspect"] as const;
export type Standing = (typeof STANDINGS)[number];

export type Asker = {
  /** Those of one network take one turn between them. */
  readonly network: string;
  /** Asked only of who must wait. */
  readonly standing: () => Promise<Standing>;
  /** An answer is expected sooner than mail programs expect it: browsers, whose server closes what is silent for half a minute. */
  readonly isHurried: boolean;
};

export type TurnLimits = {
  /**
   * How long who is known waits at most: longer than a thousand checks of 100 ms take one core. A program that gives up before
   * finds its password checked when it comes to this process again.
   */
  readonly knownMs: number;
  /** All others: with the pauses for guessers below the half minute after which the website's server hangs up. */
  readonly otherMs: number;
  /** One turn of so many goes to whoever has waited longest. */
  readonly eldestEvery: number;
};

export const turnLimits: TurnLimits = Object.freeze({ knownMs: 3 * MINUTE, otherMs: 20 * SECOND, eldestEvery: 8 });

export interface LogInTurns {
  /** Fulfils with the turn, which ends when it is disposed of; with `undefined` when none came in time. */
  take(asker: Asker): Promise<Disposable | undefined>;
}

export type LogInTurnsOptions = {
  /** Checks at one time in this process. */
  readonly atOnce: number;
  readonly clock: Clock;
  readonly limits?: TurnLimits;
};

export function createLogInTurns({ atOnce, clock, limits = turnLimits }: LogInTurnsOptions): LogInTurns {
  const lines: readonly Line[] = STANDINGS.map(() => new Line());
  let running = 0;
  let given = 0;

  const next = (): Waiting | undefined => {
    given += 1;
    const heads = lines.flatMap((line) => line.head ?? []);
    const [first] = given % limits.eldestEvery === 0 ? heads.toSorted((a, b) => a.order - b.order) : heads;
    return first;
  };
  /** To be ended once; the turn goes to the next, or is free. */
  const turn = (): Disposable => {
    let isOver = false;
    return {
      [Symbol.dispose]() {
        if (isOver) return;
        isOver = true;
        const following = next();
        if (following === undefined) running -= 1;
        else following.begin(turn());
      },
    };
  };

  let order = 0;
  return {
    async take({ network, standing, isHurried }) {
      if (running >= atOnce) {
        const known = await standing();
        // One may have become free meanwhile.
        if (running >= atOnce) {
          const line = lines[STANDINGS.indexOf(known)] as Line;
          const waitMs = known === "known" && !isHurried ? limits.knownMs : limits.otherMs;
          return new Promise((resolve) => {
            const leave = (begun: Disposable | undefined): void => {
              timer[Symbol.dispose]();
              line.remove(waiting, begun !== undefined);
              resolve(begun);
            };
            const waiting: Waiting = { network, order: order++, begin: leave };
            const timer = clock.after(waitMs, () => leave(undefined));
            line.add(waiting);
          });
        }
      }
      running += 1;
      return turn();
    },
  };
}

type Waiting = {
  readonly network: string;
  /** Rises with each that comes. */
  readonly order: number;
  readonly begin: (turn: Disposable) => void;
};

/** Those of one standing. */
class Line {
  /** In the order of their next turns. */
  readonly #networks = new Map<string, Set<Waiting>>();

  get head(): Waiting | undefined {
    const [network] = this.#networks.values();
    const [first] = network ?? [];
    return first;
  }

  add(waiting: Waiting): void {
    const present = this.#networks.get(waiting.network);
    if (present === undefined) this.#networks.set(waiting.network, new Set([waiting]));
    else present.add(waiting);
  }

  /** @param hadTurn then the others of its network are the last from now on */
  remove(waiting: Waiting, hadTurn: boolean): void {
    const { network } = waiting;
    const present = this.#networks.get(network);
    present?.delete(waiting);
    if (present === undefined || (present.size > 0 && !hadTurn)) return;
    this.#networks.delete(network);
    if (present.size > 0) this.#networks.set(network, present);
  }
}
