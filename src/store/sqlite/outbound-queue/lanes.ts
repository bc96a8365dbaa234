/** Opens the lanes of a home: those that somebody worked off once, and as many as there are workers now. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../../../host/clock.ts";
import type { FileKey } from "../../crypt/account-keys.ts";
import { asOne, type OutboundLanes } from "../../outbound-lanes.ts";
import type { OutboundQueue } from "../../outbound-queue.ts";
import { openSqliteOutboundQueue } from "./outbound-queue.ts";

export type LanesOptions = {
  /** Where `outbound.db` and its sisters lie. */
  readonly folder: string;
  readonly keyOf: (name: string) => FileKey;
  readonly clock?: Clock;
  readonly workers: number;
};

const FILE = /^outbound(?:-([2-9]|[1-9]\d{1,2}))?\.db$/;

/** Names of queue files, without their ending, in the order of lanes; `files`: what lies in the folder. */
export function laneNames(files: readonly string[], workers: number): readonly [string, ...string[]] {
  const known = files.flatMap((file) => {
    const [found, number = "1"] = FILE.exec(file) ?? [];
    return found === undefined ? [] : [Number(number)];
  });
  const count = Math.max(workers, ...known);
  return ["outbound", ...Array.from({ length: count - 1 }, (_, n) => `outbound-${n + 2}`)];
}

/** @throws StoreError "key", "io", "full", "busy". */
export async function openSqliteOutboundLanes({ folder, keyOf, clock, workers }: LanesOptions): Promise<OutboundLanes> {
  await using opening = new AsyncDisposableStack();
  const open = async (name: string): Promise<OutboundQueue> => {
    const file = join(folder, `${name}.db`);
    return opening.use(await openSqliteOutboundQueue({ file, key: keyOf(name), ...(clock && { clock }) }));
  };
  const [first, ...others] = laneNames(await readdir(folder), workers);
  const lanes: [OutboundQueue, ...OutboundQueue[]] = [await open(first)];
  for (const name of others) lanes.push(await open(name));
  const opened = opening.move();
  return { lanes, all: asOne(lanes), [Symbol.asyncDispose]: () => opened.disposeAsync() };
}
