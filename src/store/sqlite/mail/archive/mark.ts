/**
 * Tells whether an account changed since its last part without reading a mail: whatever changes a mail raises its
 * mailbox's mod-sequence or UIDNEXT, and no combination of these ever comes back.
 */
import { createHash } from "node:crypto";
import type { Handle } from "../handle.ts";

/** Within one state of the file. */
export function markOf(handle: Handle): string {
  const mailboxes = handle.arrays(
    "SELECT id, name, special_use, uid_validity, uid_next, modseq FROM mailbox ORDER BY id",
  );
  const subscriptions = handle.column<string>("SELECT name FROM subscription ORDER BY name");
  const quota = handle.value("SELECT quota FROM account");
  return createHash("sha256")
    .update(JSON.stringify([mailboxes, subscriptions, quota]))
    .digest("hex");
}
