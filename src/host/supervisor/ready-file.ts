/** HOME/run/ready.json: whether the service serves, where, and by which processes; for tests, scripts and monitors. */
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export type Readiness = {
  readonly state: "sealed" | "serving";
  readonly supervisor: number;
  readonly workers: readonly number[];
  readonly ports: Readonly<Record<string, readonly number[]>>;
};

/** Replaces the file whole, so that nobody reads half of it. */
export function writeReadiness(runFolder: string, readiness: Readiness): void {
  const path = join(runFolder, "ready.json");
  writeFileSync(`${path}.new`, `${JSON.stringify(readiness)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

export function removeReadiness(runFolder: string): void {
  rmSync(join(runFolder, "ready.json"), { force: true });
}
