/** The status of the service as a short page for people. */
import type { ServiceStatus, WorkerStatus } from "./service/status.ts";

export function statusPage(value: unknown): string {
  const { state, supervisor, key, upSeconds, ports, workers } = value as ServiceStatus;
  return [
    `${state} for ${upSeconds} s, supervisor ${supervisor}`,
    ...Object.entries(ports).map(([name, numbers]) => `${name}: port ${numbers.join(", ")}`),
    ...(key === "file" ? ["the root key rests in a file: who takes the disks of this machine can read all mail"] : []),
    ...workers.map(workerLine),
    "",
  ].join("\n");
}

function workerLine({ pid, eventLoopDelayP99Ms, residentBytes, connections }: WorkerStatus): string {
  const open = Object.entries(connections).map(([name, count]) => `${count} ${name}`);
  const memory = `${Math.round(residentBytes / 1024 ** 2)} MiB`;
  return `worker ${pid}: ${open.join(", ")} connections, ${memory}, loop delay p99 ${eventLoopDelayP99Ms.toFixed(1)} ms`;
}
