/**
 * Small files that hold one secret of 32 octets as 64 hexadecimal digits and a line end: readable by their owner alone,
 * written whole and synced with their folder before the call returns.
 */
import { closeSync, fstatSync, fsyncSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { syncFolder } from "../../host/sync-folder.ts";
import { StoreError } from "../store-error.ts";

export type Secret = Uint8Array & { readonly length: 32 };

/**
 * `undefined` when the file does not exist.
 * @throws StoreError "key" when others may read it or it does not hold a secret.
 */
export function readSecret(path: string): Secret | undefined {
  const text = readSecretText(path)?.trimEnd();
  if (text === undefined) return undefined;
  if (!/^[0-9a-f]{64}$/.test(text))
    throw new StoreError("key", `${path} does not hold 64 hexadecimal digits: put the file back as it was.`);
  return Uint8Array.fromHex(text) as Secret;
}

/**
 * What a file of a secret holds, whatever that is; `undefined` when it does not exist.
 * @throws StoreError "key" when others may read it, or it cannot be read.
 */
export function readSecretText(path: string): string | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(path, "r");
  } catch (error) {
    if (isErrno(error, "ENOENT")) return undefined;
    throw unreadable(path, error);
  }
  try {
    const facts = fstatSync(descriptor);
    if (facts.isDirectory()) throw new StoreError("key", `${path} is a folder: a key rests in a file of its own.`);
    if ((facts.mode & 0o077) !== 0)
      throw new StoreError("key", `${path} holds a key and may be read by others: set its mode to 0600.`);
    return readFileSync(descriptor, "latin1");
  } catch (error) {
    throw error instanceof StoreError ? error : unreadable(path, error);
  } finally {
    closeSync(descriptor);
  }
}

const unreadable = (path: string, cause: unknown): StoreError =>
  new StoreError("key", `${path} holds a key and cannot be read: look at its owner and mode.`, { cause });

/** Makes a new file. Returns false, and changes nothing, when there is one already. */
export function writeSecret(path: string, secret: Secret): boolean {
  let descriptor: number;
  try {
    descriptor = openSync(path, "wx", 0o600);
  } catch (error) {
    if (isErrno(error, "EEXIST")) return false;
    throw error;
  }
  try {
    writeSync(descriptor, `${Buffer.from(secret).toString("hex")}\n`);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  syncFolder(dirname(path));
  return true;
}

/** Unlinks the file, durably; silent when it does not exist. */
export function removeSecret(path: string): void {
  rmSync(path, { force: true });
  syncFolder(dirname(path));
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
