/**
 * Names this run of the kernel, so that a store knows whether the machine went down under it. Where the kernel has no
 * name for it (macOS), the second it started at: a wrong guess after a change of the clock costs a gap in numbers only.
 */
import { readFileSync } from "node:fs";
import { uptime } from "node:os";
import type { Clock } from "../clock.ts";

export function bootId(clock: Clock): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
  } catch {
    return `started ${Math.round(clock.now() / 1000 - uptime())}`;
  }
}
