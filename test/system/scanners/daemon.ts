/** A scanner's program, run for a test in a folder of its own: ended with all its children when the test ends or dies. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, createWriteStream, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/** Ends a daemon when the test process is killed. */
const GUARD = "setpriv";
const START_MS = 60_000;

/** A folder that goes with the test; daemons that give up being root can enter it. */
export function scratch(): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), "altmail-scan-"));
  chmodSync(path, 0o755);
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

export class Daemon implements AsyncDisposable {
  readonly child: ChildProcess;
  readonly #logFile: string;

  private constructor(child: ChildProcess, logFile: string) {
    this.child = child;
    this.#logFile = logFile;
  }

  /** Runs `program` and waits until `isReady`. @param logFile where its output goes */
  static async start(
    program: string,
    args: readonly string[],
    logFile: string,
    isReady: () => Promise<boolean>,
  ): Promise<Daemon> {
    const log = createWriteStream(logFile, { flags: "a" });
    await once(log, "open");
    // A group of its own, so that children can be ended with it.
    const child = spawn(GUARD, ["--pdeathsig", "KILL", program, ...args], {
      stdio: ["ignore", log, log],
      detached: true,
    });
    log.end();
    const daemon = new Daemon(child, logFile);
    const end = performance.now() + START_MS;
    while (!(await isReady())) {
      const isLate = performance.now() > end;
      if (isLate || child.exitCode !== null || child.signalCode !== null) {
        const said = daemon.log();
        await daemon.signal("SIGKILL");
        throw new Error(`${program} ${isLate ? "was not ready in time" : "ended"}:\n${said}`);
      }
      await pause(50);
    }
    return daemon;
  }

  /** All that the program has written. */
  log(): string {
    return readFileSync(this.#logFile, "latin1");
  }

  /** SIGSTOP: it and its children hang; SIGCONT: they go on; SIGKILL: they are gone when this fulfils. */
  async signal(name: "SIGSTOP" | "SIGCONT" | "SIGKILL" | "SIGTERM"): Promise<void> {
    const { child } = this;
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    const ended = name === "SIGKILL" || name === "SIGTERM" ? once(child, "exit") : undefined;
    process.kill(-child.pid, name);
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.signal("SIGKILL");
  }
}
