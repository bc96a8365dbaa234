/** The status of the service as a short page for people. */
import type { ScannerLine } from "./scanners.ts";
import type { ServiceStatus, WorkerStatus } from "./service/status.ts";

export function statusPage(value: unknown): string {
  const { state, supervisor, key, upSeconds, ports, workers, scanners } = value as ServiceStatus;
  return [
    `${state} for ${upSeconds} s, supervisor ${supervisor}`,
    ...Object.entries(ports).map(([name, numbers]) => `${name}: port ${numbers.join(", ")}`),
    ...(key === "file" ? ["the root key rests in a file: who takes the disks of this machine can read all mail"] : []),
    ...workers.map(workerLine),
    ...scanners.flatMap(scannerLines),
    "",
  ].join("\n");
}

function workerLine({ pid, eventLoopDelayP99Ms, residentBytes, connections }: WorkerStatus): string {
  const open = Object.entries(connections).map(([name, count]) => `${count} ${name}`);
  const memory = `${Math.round(residentBytes / 1024 ** 2)} MiB`;
  return `worker ${pid}: ${open.join(", ")} connections, ${memory}, loop delay p99 ${eventLoopDelayP99Ms.toFixed(1)} ms`;
}

function scannerLines(status: ScannerLine): readonly string[] {
  const { scanner, findings } = status;
  const words =
    status.kind === "alive"
      ? `answers${status.version === undefined ? "" : `, version ${status.version}`}`
      : `does not answer (${status.why})`;
  return [`${scanner}: ${words}`, ...findings.map((finding) => `${scanner}: ${finding}`)];
}
