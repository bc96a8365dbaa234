/**
 * What is under way, counted as it begins and ends, so that the question whether one more may begin costs the same with
 * hundreds of attempts that wait for silent hosts as with none.
 */
import type { Batch, Standing } from "../../store/outbound-queue.ts";
import type { QueueLimits } from "./queue-limits.ts";

export type Attempt = {
  /** It waits for a host that does not answer, or no longer. */
  waits(isWaiting: boolean): void;
  end(): void;
};

type Sum = { all: number; waiting: number };

export class Attempts {
  readonly #limits: Pick<QueueLimits, "places" | "quick" | "perDestination">;
  readonly #batches = new Set<Batch>();
  readonly #sums: Readonly<Record<Standing, Sum>> = {
    well: { all: 0, waiting: 0 },
    new: { all: 0, waiting: 0 },
    troubled: { all: 0, waiting: 0 },
  };
  readonly #byDestination = new Map<string, number>();
  readonly #names = new Set<string>();
  readonly #full = new Set<string>();

  constructor(limits: Pick<QueueLimits, "places" | "quick" | "perDestination">) {
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

  /** Each must be ended, once. */
  begin(batch: Batch): Attempt {
    const sum = this.#sums[batch.standing];
    let waiting = 0;
    this.#batches.add(batch);
    sum.all++;
    this.#count(batch.destination, 1);
    const wait = (now: number): void => {
      sum.waiting += now - waiting;
      waiting = now;
    };
    return {
      waits: (isWaiting) => wait(isWaiting ? 1 : 0),
      end: () => {
        wait(0);
        sum.all--;
        this.#batches.delete(batch);
        this.#count(batch.destination, -1);
      },
    };
  }

  #count(destination: string, change: 1 | -1): void {
    const count = (this.#byDestination.get(destination) ?? 0) + change;
    if (count > 0) this.#byDestination.set(destination, count);
    else this.#byDestination.delete(destination);
    put(this.#names, destination, count > 0);
    put(this.#full, destination, count >= this.#limits.perDestination);
  }
}

function put(set: Set<string>, name: string, isIn: boolean): void {
  if (isIn) set.add(name);
  else set.delete(name);
}
