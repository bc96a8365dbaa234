/** What a lab remembers of its first start, so that the next one is the same lab: `secret/lab.json`, for its user alone. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export type LabMemory = {
  readonly domain: string;
  /** Of every account. A lab may tell it, for it guards nothing but demo mail on loopback. */
  readonly password: string;
  readonly accounts: number;
  readonly basePort: number;
};

export function recall(home: string): LabMemory | undefined {
  const file = memoryFile(home);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as LabMemory) : undefined;
}

export function remember(home: string, memory: LabMemory): void {
  writeFileSync(memoryFile(home), `${JSON.stringify(memory)}\n`, { mode: 0o600 });
}

const memoryFile = (home: string): string => join(home, "secret", "lab.json");
