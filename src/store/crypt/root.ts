/**
 * The root: 32 octets from the operator from which, with the epoch, the key of all keys is derived. Here from a key file;
 * whoever keeps that file on the disk it protects has no protection against loss of the disk (promise D3).
 */
import { randomBytes } from "node:crypto";
import { StoreError } from "../store-error.ts";
import { parseRoot } from "./root-text.ts";
import { readSecretText, type Secret, writeSecret } from "./secret-file.ts";

export type Root = Secret;

/** Takes either form of root-text.ts. @throws StoreError "key" when the file is missing, readable by others, or not a root. */
export function readRoot(path: string): Root {
  const text = readSecretText(path);
  if (text === undefined)
    throw new StoreError("key", `The key file ${path} does not exist: --key-file or the setting "key" names it.`);
  const root = parseRoot(text);
  if (root === undefined)
    throw new StoreError(
      "key",
      `The key file ${path} holds no root key: it must hold 64 hexadecimal digits, or the 52 signs that "altmail init" shows.`,
    );
  return root as Root;
}

/** Makes a new root and its file, which must not exist yet. */
export function generateRoot(path: string): Root {
  const root = new Uint8Array(randomBytes(32)) as Root;
  if (!writeSecret(path, root)) throw new StoreError("key", "The key file exists already; it is never overwritten.");
  return root;
}
