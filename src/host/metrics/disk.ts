/** How full a disk is, as readings for gauges. */
import { statfs } from "node:fs/promises";
import type { Gauges } from "./process-metrics.ts";

/** Readings of the disk on which `folder` lies; free is what this user may still write. */
export function diskGauges(folder: string): Required<Pick<Gauges, "dataFreeBytes" | "dataSizeBytes">> {
  return {
    async dataFreeBytes() {
      const { bavail, bsize } = await statfs(folder);
      return bavail * bsize;
    },
    async dataSizeBytes() {
      const { blocks, bsize } = await statfs(folder);
      return blocks * bsize;
    },
  };
}
