/** Whether files look like noise: no known text in any encoding that a program would write, and the entropy of random octets. */
import assert from "node:assert/strict";
import { type Dirent, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { entropy } from "../world/entropy.ts";

/** SQLite's index of its write-ahead log: page numbers and checksums, no content; lives only while a file is open. */
const NOT_NOISE = /-shm$/;
/** Shorter ones say too little. */
const MEASURED_BYTES = 2048;

/** All files, hidden ones too; what goes away while it looks is left out. */
export function filesBelow(folder: string): readonly string[] {
  return entriesOf(folder).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    return entry.isFile() ? [path] : [];
  });
}

const entriesOf = (folder: string): readonly Dirent[] =>
  orWhenMissing([], () => readdirSync(folder, { withFileTypes: true }));

function orWhenMissing<T>(value: T, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return value;
    throw error;
  }
}

/** What random octets of that length reach at least: the expected loss is about 255 / (2 ln 2 n) bits. */
const expectedEntropy = (length: number): number => 8 - (255 / (2 * Math.LN2 * length)) * 1.6 - 0.001;

/** @returns the octets; none of a file that is gone, which holds nothing. */
export function assertWithout(path: string, known: readonly string[]): Uint8Array {
  const octets = orWhenMissing(Buffer.alloc(0), () => readFileSync(path));
  for (const text of known) {
    assert.equal(octets.indexOf(text, 0, "latin1"), -1, `${path} holds "${text}"`);
    assert.equal(octets.indexOf(Buffer.from(text, "utf16le")), -1, `${path} holds "${text}" in UTF-16`);
    assert.equal(octets.indexOf(Buffer.from(text).toString("hex")), -1, `${path} holds "${text}" in hexadecimal`);
    // Of three ways to lie in base64 the one that begins with it.
    const base64 = Buffer.from(text)
      .subarray(0, Math.floor(text.length / 3) * 3)
      .toString("base64");
    assert.equal(octets.indexOf(base64), -1, `${path} holds "${text}" in base64`);
  }
  return octets;
}

export function assertNoise(path: string, known: readonly string[]): void {
  const octets = assertWithout(path, known);
  if (NOT_NOISE.test(path) || octets.length < MEASURED_BYTES) return;
  const got = entropy(octets);
  const { length } = octets;
  assert.ok(got >= expectedEntropy(length), `${path} is no noise: ${got.toFixed(4)} bits an octet in ${length} octets`);
}
