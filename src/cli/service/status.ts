/** What `altmail status` answers with: numbers of processes, how scanners are, nothing of people. */
import type { Readiness } from "../../host/supervisor/ready-file.ts";
import type { ScannerLine } from "../scanners.ts";

export type WorkerStatus = {
  readonly pid: number;
  /** The 99th percentile of the event loop's delay since the last look, milliseconds. */
  readonly eventLoopDelayP99Ms: number;
  readonly residentBytes: number;
  readonly connections: Readonly<Record<string, number>>;
};

export type ServiceStatus = Omit<Readiness, "workers"> & {
  /** `file`: the root key rests on a disk of this machine, so its data protects nobody from whoever takes both. */
  readonly key: "unlock" | "file";
  readonly upSeconds: number;
  readonly workers: readonly WorkerStatus[];
  /** Those that the settings name. */
  readonly scanners: readonly ScannerLine[];
};
