/** The service with one worker and the limits on strangers as they are shipped, counting hosts of loopback too. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freeBasePort, Lab, type LabOptions } from "../lab.ts";

/** @returns the service; with it its folder goes */
export async function startForStrangers(options: Pick<LabOptions, "under"> = {}): Promise<Lab & AsyncDisposable> {
  const home = mkdtempSync(join(tmpdir(), "altmail-strangers-"));
  try {
    const basePort = await freeBasePort();
    await Lab.start({ home, basePort, accounts: 4, workers: 1 }).then((lab) => lab.stop());
    const file = join(home, "altmail.toml");
    const text = readFileSync(file, "utf8");
    writeFileSync(file, text.replace("[smtp]\n", "[smtp]\ntrusted-networks = []\n"));
    const lab = await Lab.start({ ...options, home, basePort, asItLies: true });
    return Object.assign(lab, {
      async [Symbol.asyncDispose]() {
        await lab.stop();
        rmSync(home, { recursive: true, force: true });
      },
    });
  } catch (error) {
    rmSync(home, { recursive: true, force: true });
    throw error;
  }
}
