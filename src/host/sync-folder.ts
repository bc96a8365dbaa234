/** Makes names that were made or removed in a folder durable. */
import { closeSync, constants, fsyncSync, openSync } from "node:fs";

export function syncFolder(folder: string): void {
  const descriptor = openSync(folder, constants.O_RDONLY);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
