/**
 * Asks Linux whether memory of this process could come to rest on a disk: core dumps, swap. Keys and passwords are in that
 * memory (promise D7). Elsewhere than on Linux nothing can be asked, and nothing is said.
 */
import { readFile } from "node:fs/promises";

export type Exposure = {
  readonly kind: "core-dump" | "core-pipe" | "swap" | "virtual-machine";
  /** What is so, and what to do. */
  readonly sentence: string;
};

/** Reads a file of /proc or /sys; `undefined` where there is none. */
export type ReadProc = (path: string) => Promise<string | undefined>;

const readProc: ReadProc = (path) => readFile(path, "latin1").catch(() => undefined);

export async function findExposures(read: ReadProc = readProc): Promise<readonly Exposure[]> {
  const found = [await coreDumps(read), await swap(read), await virtualMachine(read)];
  return found.filter((one) => one !== undefined);
}

async function coreDumps(read: ReadProc): Promise<Exposure | undefined> {
  const limits = await read("/proc/self/limits");
  const [, soft] = /^Max core file size\s+(\S+)/m.exec(limits ?? "") ?? [];
  if (soft !== undefined && soft !== "0") {
    return {
      kind: "core-dump",
      sentence:
        "a crash may write memory to a file: start the service with bin/altmail, or with LimitCORE=0 in its unit",
    };
  }
  // A program that takes the dump over a pipe gets it whatever the limit is; the filter leaves nothing in it.
  const pattern = await read("/proc/sys/kernel/core_pattern");
  const filter = await read("/proc/self/coredump_filter");
  if (pattern?.startsWith("|") !== true || filter === undefined || Number.parseInt(filter, 16) === 0) return undefined;
  return {
    kind: "core-pipe",
    sentence:
      "a crash may give memory to the program in kernel.core_pattern: start the service with bin/altmail, or set CoredumpFilter=0x0 in its unit",
  };
}

async function swap(read: ReadProc): Promise<Exposure | undefined> {
  const [, ...areas] = ((await read("/proc/swaps")) ?? "").trim().split("\n");
  const open = await Promise.all(areas.map((line) => isPlain(line.split(/\s/, 1)[0] ?? "", read)));
  if (!open.includes(true)) return undefined;
  return {
    kind: "swap",
    sentence: "memory may be written to swap, where it stays for months: switch swap off, or encrypt it (docs/keys.md)",
  };
}

/** Swap in compressed memory is no disk; of what the device mapper made the kernel says whether it enciphers. */
async function isPlain(device: string, read: ReadProc): Promise<boolean> {
  if (device.startsWith("/dev/zram")) return false;
  const [, mapped] = /^\/dev\/(dm-\d+)$/.exec(device) ?? [];
  if (mapped === undefined) return true;
  return (await read(`/sys/block/${mapped}/dm/uuid`))?.startsWith("CRYPT-") !== true;
}

async function virtualMachine(read: ReadProc): Promise<Exposure | undefined> {
  const processor = await read("/proc/cpuinfo");
  if (processor === undefined || !/^flags\s*:.*\bhypervisor\b/m.test(processor)) return undefined;
  return {
    kind: "virtual-machine",
    sentence:
      "this is a virtual machine: whoever runs its host can copy its memory, and a snapshot keeps it (docs/keys.md)",
  };
}
