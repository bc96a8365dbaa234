/** Reads the configuration that rspamd on this machine runs with, by its own program: all files merged, as it sees them. */
import { execFile } from "node:child_process";
import { type Clock, SECOND } from "../../host/clock.ts";
import type { ReadConfiguration } from "./rspamd-status.ts";

export type ConfigurationOptions = {
  readonly clock: Clock;
  readonly program?: string;
  /** Before the command: for an rspamd whose folders are elsewhere. */
  readonly more?: readonly string[];
};

/** It compiles rules on the way, which takes some seconds. */
const TIMEOUT_MS = 30 * SECOND;
const MAX_BYTES = 16 * 1024 * 1024;

/** Runs `rspamadm configdump`, which needs no right but to read the files. */
export function createReadConfiguration({
  clock,
  program = "rspamadm",
  more = [],
}: ConfigurationOptions): ReadConfiguration {
  return () =>
    new Promise((resolve) => {
      const late = new AbortController();
      const timer = clock.after(TIMEOUT_MS, () => late.abort());
      const options = { encoding: "buffer", maxBuffer: MAX_BYTES, signal: late.signal } as const;
      execFile(program, [...more, "configdump", "-C"], options, (error, stdout) => {
        timer[Symbol.dispose]();
        resolve(error === null ? stdout : undefined);
      });
    });
}
