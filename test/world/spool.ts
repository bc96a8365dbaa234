/** One real spool for all worlds of a test process, in a folder that goes with the process. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSpool, type Spool } from "../../src/host/spool/spool.ts";

let opened: Promise<Spool> | undefined;

export function worldSpool(): Promise<Spool> {
  opened ??= open();
  return opened;
}

function open(): Promise<Spool> {
  const folder = mkdtempSync(join(tmpdir(), "altmail-spool-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return openSpool(folder);
}
