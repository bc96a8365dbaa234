/** How the engine of a worker is started. */
import { totalmem } from "node:os";

const MIB: number = 1024 * 1024;
/** Of the machine's memory, to each worker. */
const SHARE = 1 / 16;
const MOST_MIB = 256;

/** Of the machine, or of the container that this process lives in. */
export function memoryBytes(): number {
  const machine = totalmem();
  const container = process.constrainedMemory();
  return container > 0 ? Math.min(machine, container) : machine;
}

/**
 * Flags of V8: how large a heap may become before it is looked through as a whole for the first time. A worker's own heap is
 * small, and buffers of messages count as its growth, so that it was looked through every thirty messages.
 */
export function workerFlags(machineBytes: number): readonly string[] {
  const heapMiB = Math.min(MOST_MIB, Math.floor((machineBytes * SHARE) / MIB));
  return [`--initial-heap-size=${heapMiB}`];
}
