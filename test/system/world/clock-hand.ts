/**
 * The clock of a service under test: libfaketime adds what a file says, so a test moves the time while the service runs. As a
 * rule the date alone is moved, and timers are left alone; what measures how long somebody waits sees nothing of it.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MINUTE } from "../../../src/host/clock.ts";

/** As the program `faketime` names it; the linker puts the machine's folder for `$LIB`. */
const LIBRARY = "/usr/$LIB/faketime/libfaketimeMT.so.1";

/** "all waits": timers and what is measured by them come due too. */
type Moves = "the date" | "all waits";

export class ClockHand implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), "altmail-clock-"));
  readonly #moves: Moves;
  #aheadMs = 0;

  constructor(moves: Moves = "the date") {
    this.#moves = moves;
    this.#write();
  }

  /** What a service is started under. */
  get under(): readonly string[] {
    const variables = {
      LD_PRELOAD: LIBRARY,
      FAKETIME_TIMESTAMP_FILE: this.#file,
      FAKETIME_CACHE_DURATION: "1",
      ...(this.#moves === "the date" ? { FAKETIME_DONT_FAKE_MONOTONIC: "1", DONT_FAKE_MONOTONIC: "1" } : {}),
    };
    return ["env", ...Object.entries(variables).map(([name, value]) => `${name}=${value}`)];
  }

  /** What the service's clock says, within a second. */
  now(): number {
    return Date.now() + this.#aheadMs;
  }

  /** The service sees it within a second. */
  forward(ms: number): void {
    this.#aheadMs += ms;
    this.#write();
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get #file(): string {
    return join(this.#folder, "time");
  }

  #write(): void {
    writeFileSync(this.#file, `+${Math.round(this.#aheadMs / MINUTE)}m\n`);
  }
}
