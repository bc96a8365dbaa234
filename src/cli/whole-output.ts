/**
 * Stdout, of which it is known at the end whether it took all that was written: on a full disk an answer is lost, and that
 * must not look like success.
 */
import { writeSync } from "node:fs";
import { Socket } from "node:net";
import { setImmediate as othersFirst } from "node:timers/promises";

export interface WholeOutput {
  /** The code of the error for which it takes no more. */
  readonly lost: () => string | undefined;
  /** Fulfils when all that was written is taken, or lost. */
  readonly shown: () => Promise<void>;
}

const STDOUT = 1;

/** Once a process, before anything is written. */
export function watchOutput(): WholeOutput {
  const { stdout } = process;
  let lost: string | undefined;
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    lost ??= error.code ?? error.name;
  });
  // What leads to a file Node writes at once, and does not look whether the file took all of it.
  if (!(stdout instanceof Socket)) Object.assign(stdout, { _write: writeAll });
  return {
    lost: () => lost,
    async shown() {
      await new Promise<void>((resolve) => void stdout.write("", () => resolve()));
      // A stream tells of its error behind the callbacks of what it did not write.
      await othersFirst();
    },
  };
}

/** As `Writable` calls it. */
function writeAll(octets: Uint8Array, _encoding: string, done: (error?: unknown) => void): void {
  try {
    for (let at = 0; at < octets.length; ) at += writeSync(STDOUT, octets, at);
  } catch (error) {
    done(error);
    return;
  }
  done();
}
