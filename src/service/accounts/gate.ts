/** Lets a bounded number of costly steps run at once and a bounded number wait; who comes beyond that is turned away. */

export type Gate = {
  /** Runs `step` when its turn comes. `undefined`: too many are waiting already, the step was not begun. */
  readonly run: <T>(step: () => Promise<T>) => Promise<T | undefined>;
};

export function createGate({ atOnce, waiting }: { readonly atOnce: number; readonly waiting: number }): Gate {
  let running = 0;
  const queue: (() => void)[] = [];
  return {
    async run(step) {
      if (running >= atOnce) {
        if (queue.length >= waiting) return undefined;
        await new Promise<void>((resolve) => {
          queue.push(resolve);
        });
      } else running += 1;
      try {
        return await step();
      } finally {
        const next = queue.shift();
        if (next === undefined) running -= 1;
        else next();
      }
    },
  };
}
