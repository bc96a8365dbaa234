/**
 * By what a repeated message is recognized: sender, recipient's account and octets as received, without what we put
 * before them. The store keeps only a keyed hash of it, until the peer has shown that it read our 250.
 */
import { createHash } from "node:crypto";
import type { AccountId } from "../../store/ids.ts";

/** @param digest SHA-256 of the octets as received. */
export function fingerprintOf(sender: string, account: AccountId, digest: Uint8Array): Uint8Array {
  return createHash("sha256").update(`${sender}\n${account}\n`).update(digest).digest();
}
