/**
 * The epoch: 32 random octets in `secret/epoch`, outside the data folder and never in a backup. Without the epoch of its
 * day an old copy of the data folder opens nothing. A new one is written beside (`epoch.next`) and renamed over the old
 * one when all keys are wrapped under it; in between both exist, and the database says which one counts.
 */
import { createHash, hkdfSync, randomBytes } from "node:crypto";
import { renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { syncFolder } from "../../host/sync-folder.ts";
import type { Root } from "./root.ts";
import { readSecret, removeSecret, type Secret, writeSecret } from "./secret-file.ts";

export type Epoch = { readonly id: string; readonly secret: Secret };

const paths = (folder: string): readonly [current: string, next: string] => [
  join(folder, "epoch"),
  join(folder, "epoch.next"),
];

function epochOf(secret: Secret | undefined): Epoch | undefined {
  if (secret === undefined) return undefined;
  const digest = createHash("sha256").update("altmail epoch").update(secret).digest("hex");
  return { id: digest.slice(0, 32), secret };
}

export function currentEpoch(folder: string): Epoch | undefined {
  return epochOf(readSecret(paths(folder)[0]));
}

/** When the epoch in place was made, by its file; epoch milliseconds. */
export function epochMadeAt(folder: string): number {
  return statSync(paths(folder)[0]).mtimeMs;
}

/** Looks for an epoch by id where it may be: in place, waiting, or just renamed. */
export function findEpoch(folder: string, id: string): Epoch | undefined {
  const [current, next] = paths(folder);
  for (const path of [current, next, current]) {
    const epoch = epochOf(readSecret(path));
    if (epoch?.id === id) return epoch;
  }
  return undefined;
}

/** Makes a new epoch and writes it beside the current one, durably. */
export function prepareEpoch(folder: string): Epoch {
  const secret = randomBytes(32) as Uint8Array as Secret;
  const [, next] = paths(folder);
  removeSecret(next);
  writeSecret(next, secret);
  return epochOf(secret) as Epoch;
}

/** Puts a waiting epoch in place when it is `id`, the one that the keys are wrapped under; else it is a left-over and goes. */
export function settleEpoch(folder: string, id: string): void {
  const [current, next] = paths(folder);
  const waiting = epochOf(readSecret(next));
  if (waiting === undefined) return;
  if (waiting.id !== id) return removeSecret(next);
  renameSync(next, current);
  syncFolder(folder);
}

/** KEK = HKDF-SHA-256(root, salt = epoch, then what else must be known). RFC 5869 section 2. */
export function keyEncryptionKey(root: Root, epoch: Epoch, besides: Uint8Array, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", root, Buffer.concat([epoch.secret, besides]), `altmail ${purpose}`, 32));
}
