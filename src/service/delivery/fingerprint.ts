/**
 * By what a repeated message is recognized: sender, recipient's account and octets as received, without what we put
 * before them. The store keeps only a keyed hash of it, until the peer has shown that it read our 250.
 */
import { hash } from "node:crypto";
import type { AccountId } from "../../store/ids.ts";

/** @param digest SHA-256 of the octets as received, in hexadecimal digits. */
export function fingerprintOf(sender: string, account: AccountId, digest: string): Uint8Array {
  return hash("sha256", `${sender}\n${account}\n${digest}`, "buffer");
}
