/**
 * What is under way, counted as it begins and ends, so that the question whether one more may begin costs the same with
 * hundreds of attempts that wait for silent hosts as with none.
 */
import type { AccountId } from "../../store/ids.ts";
import type { Batch, Standing } from "../../store/outbound-queue.ts";
import type { QueueLimits } from "./queue-limits.ts";

/** `undefined`: the service itself. */
type Sender = AccountId | undefined;

export type Attempt = {
  /** It waits for a host that does not answer, or no longer. */
  waits(isWaiting: boolean): void;
  /** Whose message is in hand from now on; at first it is that of the first. */
  readonly turnsTo: (sender: Sender) => void;
  end(): void;
};

type Limits = Pick<QueueLimits, "places" | "quick" | "perDestination" | "waitingPerAccount">;
type Sum = { all: number; waiting: number; readonly waitingOf: Map<Sender, number> };
const nothing = (): Sum => ({ all: 0, waiting: 0, waitingOf: new Map() });

export class Attempts {
  readonly #limits: Limits;
  readonly #batches = new Set<Batch>();
  readonly #sums: Readonly<Record<Standing, Sum>> = {
    well: nothing(),
    new: nothing(),
    troubled: nothing(),
  };
  readonly #byDestination = new Map<string, number>();
  readonly #names = new Set<string>();
  readonly #full = new Set<string>();
  /** Of those for which something is under way. */
  readonly #failed = new Set<string>();

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  get count(): number {
    return this.#batches.size;
  }

  /** Names of the claims of all that is under way. */
  get claims(): readonly string[] {
    return [...this.#batches].flatMap(({ works }) => works.map(({ claim }) => claim));
  }

  /** Those for which something is under way. */
  get destinations(): ReadonlySet<string> {
    return this.#names;
  }

  /** Those that have as many attempts as they may. */
  get full(): ReadonlySet<string> {
    return this.#full;
  }

  mayBegin(standing: Standing): boolean {
    const { all, waiting } = this.#sums[standing];
    if (all >= this.#limits.places[standing]) return false;
    return standing === "troubled" || all - waiting < this.#limits.quick;
  }

  /**
   * Whether mail of the sender may begin beside that of the same for which is waited. Nobody needs the places as long as half
   * of them are free; and who writes to dead hosts keeps nothing back that is for those that are well.
   */
  mayWaitFor(sender: Sender, standing: Standing): boolean {
    const { waiting, waitingOf } = this.#sums[standing];
    return waiting < this.#limits.places[standing] / 2 || (waitingOf.get(sender) ?? 0) < this.#limits.waitingPerAccount;
  }

  /** One of them found that nobody answers there. True when others are under way there, which may know better. */
  failed(destination: string): boolean {
    const isOneOfSome = (this.#byDestination.get(destination) ?? 0) > 1;
    if (isOneOfSome) this.#failed.add(destination);
    return isOneOfSome;
  }

  /** Whether one failed since something went through beside it; asked by what went through. */
  endFailure(destination: string): boolean {
    return this.#failed.delete(destination);
  }

  /** Each must be ended, once. */
  begin(batch: Batch): Attempt {
    const sum = this.#sums[batch.standing];
    let sender = batch.works[0]?.message.account;
    let waiting = 0;
    this.#batches.add(batch);
    sum.all++;
    this.#count(batch.destination, 1);
    const wait = (now: number): void => {
      sum.waiting += now - waiting;
      add(sum.waitingOf, sender, now - waiting);
      waiting = now;
    };
    return {
      waits: (isWaiting) => wait(isWaiting ? 1 : 0),
      turnsTo: (next) => {
        const before = waiting;
        wait(0);
        sender = next;
        wait(before);
      },
      end: () => {
        wait(0);
        sum.all--;
        this.#batches.delete(batch);
        this.#count(batch.destination, -1);
      },
    };
  }

  #count(destination: string, change: 1 | -1): void {
    const count = add(this.#byDestination, destination, change);
    put(this.#names, destination, count > 0);
    if (count === 0) this.#failed.delete(destination);
    put(this.#full, destination, count >= this.#limits.perDestination);
  }
}

/** Gives the new count; of none nothing is kept. */
function add<Key>(counts: Map<Key, number>, key: Key, change: number): number {
  const count = (counts.get(key) ?? 0) + change;
  if (count > 0) counts.set(key, count);
  else counts.delete(key);
  return count;
}

function put(set: Set<string>, name: string, isIn: boolean): void {
  if (isIn) set.add(name);
  else set.delete(name);
}
