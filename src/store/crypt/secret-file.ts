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
  let descriptor: number;
  try {
    descriptor = openSync(path, "r");
  } catch (error) {
    if (isErrno(error, "ENOENT")) return undefined;
    throw new StoreError("key", "A key file cannot be read; look at its owner and mode.", { cause: error });
  }
  try {
    if ((fstatSync(descriptor).mode & 0o077) !== 0) {
      throw new StoreError("key", "A key file may be read by others; set its mode to 0600.");
    }
    const text = readFileSync(descriptor, "latin1").trimEnd();
    if (!/^[0-9a-f]{64}$/.test(text)) throw new StoreError("key", "A key file does not hold 64 hexadecimal digits.");
    return Uint8Array.fromHex(text) as Secret;
  } finally {
    closeSync(descriptor);
  }
}

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
