/** What a verb of the writer is given inside its transaction, and the steps that all verbs share. */
import type { MailboxId, ModSeq } from "../../ids.ts";
import type { MailboxChange, MailboxState, SpecialUse, Usage } from "../../mail-store.ts";
import type { Handle } from "./handle.ts";
import type { MailLimits } from "./limits.ts";

export class Transaction {
  readonly handle: Handle;
  readonly limits: MailLimits;
  /** Epoch milliseconds: one time for the whole transaction. */
  readonly now: number;
  /** What watchers hear when the transaction is durable. */
  readonly told: MailboxChange[] = [];
  /** What vanishes is noted for the ledger of the backups. */
  readonly ledger: boolean;
  /** Set when contents were doomed: the eraser is to come. */
  dooms = false;
  /** Set when something was noted for the ledger. */
  notes = false;
  /** Set when octets or quota changed: the quota's marks are to be kept. */
  sizes = false;

  constructor(handle: Handle, limits: MailLimits, now: number, ledger: boolean = false) {
    this.handle = handle;
    this.limits = limits;
    this.now = now;
    this.ledger = ledger;
  }

  tell(mailbox: MailboxId | undefined, modSeq: ModSeq | undefined): void {
    this.told.push({ mailbox, modSeq });
  }
}

const STATE = `SELECT id, name, uid_validity AS uidValidity, uid_next AS uidNext, modseq AS highestModSeq,
  messages, unseen, deleted, octets, special_use AS specialUse FROM mailbox`;

type StateRow = Omit<MailboxState, "specialUse"> & { readonly specialUse: SpecialUse | null };

const stateOf = (row: StateRow): MailboxState => ({ ...row, specialUse: row.specialUse ?? undefined });

export function stateById(handle: Handle, id: MailboxId): MailboxState | undefined {
  const row = handle.row(`${STATE} WHERE id = ?`, id) as StateRow | undefined;
  return row && stateOf(row);
}

export function stateByName(handle: Handle, name: string): MailboxState | undefined {
  const row = handle.row(`${STATE} WHERE name = ?`, name) as StateRow | undefined;
  return row && stateOf(row);
}

export function allStates(handle: Handle): readonly MailboxState[] {
  return handle.rows<StateRow>(`${STATE} ORDER BY name`).map(stateOf);
}

export function usageOf(handle: Handle): Usage {
  const usage = handle.row(`SELECT coalesce(sum(octets), 0) AS octets, coalesce(sum(messages), 0) AS messages,
    (SELECT quota FROM account) AS quotaBytes FROM mailbox`) as Usage | undefined;
  return usage ?? { octets: 0, messages: 0, quotaBytes: 0 };
}
