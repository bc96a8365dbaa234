/**
 * Lets a bounded number of costly steps run at once and a bounded number wait; who comes beyond that is turned away. Steps
 * come in lanes, of which each has places of its own and the next turn in its turn: one that is full keeps out nobody else.
 */

export type Lane = {
  /** Runs `step` when its turn comes. `undefined`: too many wait in this lane already, the step was not begun. */
  readonly run: <T>(step: () => Promise<T>) => Promise<T | undefined>;
};
export type Gate = { readonly lane: () => Lane };

/** @param bounds steps that run at once, of all lanes; and that wait, of each */
export function createGate({ atOnce, waiting }: { readonly atOnce: number; readonly waiting: number }): Gate {
  let running = 0;
  /** The one whose turn is next stands first. */
  const lanes: (() => void)[][] = [];
  const next = (): (() => void) | undefined => {
    const lane = lanes.find(({ length }) => length > 0);
    if (lane === undefined) return undefined;
    lanes.push(...lanes.splice(lanes.indexOf(lane), 1));
    return lane.shift();
  };
  return {
    lane() {
      const queue: (() => void)[] = [];
      lanes.push(queue);
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
            const following = next();
            if (following === undefined) running -= 1;
            else following();
          }
        },
      };
    },
  };
}
