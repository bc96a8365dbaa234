/** Rows of `system.db` as the values of what a holder proves himself with, read and written whole: for a backup too. */
import type { Statement } from "better-sqlite3-multiple-ciphers";
import type { CredentialsRecord, HolderPlan, PasswordCost, RecoveryAddress, SecondStep } from "../../credentials.ts";
import type { AccountId } from "../../ids.ts";
import type { Database } from "../database.ts";

/** Verbs that run inside a transaction of the caller. */
export type CredentialRows = {
  readonly isAccount: (id: AccountId) => boolean;
  readonly recovery: (id: AccountId) => RecoveryAddress | undefined;
  readonly setRecovery: (id: AccountId, recovery: RecoveryAddress) => void;
  readonly secondStep: (id: AccountId) => SecondStep | undefined;
  readonly setSecondStep: (id: AccountId, step: SecondStep) => void;
  readonly removeSecondStep: (id: AccountId) => boolean;
  readonly setCodes: (id: AccountId, marks: readonly Uint8Array[]) => void;
  readonly plan: (id: AccountId) => HolderPlan | undefined;
  readonly setPlan: (id: AccountId, plan: HolderPlan) => void;
  readonly cost: () => PasswordCost | undefined;
};

export function credentialRows(db: Database): CredentialRows {
  const sql = <Name extends string>(texts: Readonly<Record<Name, string>>): Readonly<Record<Name, Statement>> =>
    Object.fromEntries(Object.entries<string>(texts).map(([name, text]) => [name, db.prepare(text)])) as Record<
      Name,
      Statement
    >;
  const by = sql({
    account: "SELECT 1 FROM account WHERE id = ?",
    recovery: "SELECT address, verified FROM recovery WHERE account = ?",
    setRecovery: "INSERT OR REPLACE INTO recovery (account, address, verified) VALUES (?, ?, ?)",
    step: "SELECT secret, last_step FROM second_step WHERE account = ?",
    setStep: "INSERT INTO second_step (account, secret, last_step) VALUES (?, ?, ?)",
    removeStep: "DELETE FROM second_step WHERE account = ?",
    codes: "SELECT mark FROM recovery_code WHERE account = ? ORDER BY mark",
    addCode: "INSERT INTO recovery_code (account, mark) VALUES (?, ?)",
    removeCodes: "DELETE FROM recovery_code WHERE account = ?",
    plan: "SELECT name, aliases FROM plan WHERE account = ?",
    setPlan: "INSERT OR REPLACE INTO plan (account, name, aliases) VALUES (?, ?, ?)",
    cost: "SELECT memory_kib, passes, lanes FROM password_cost",
  });
  const codes = by.codes.pluck();

  const rows: CredentialRows = {
    isAccount: (id) => by.account.get(id) !== undefined,

    recovery(id) {
      const row = by.recovery.get(id) as { readonly address: string; readonly verified: 0 | 1 } | undefined;
      return row && { address: row.address, verified: row.verified === 1 };
    },
    setRecovery: (id, { address, verified }) => void by.setRecovery.run(id, address, verified ? 1 : 0),

    secondStep(id) {
      const row = by.step.get(id) as { readonly secret: Uint8Array; readonly last_step: number } | undefined;
      if (row === undefined) return undefined;
      return { secret: row.secret, lastStep: row.last_step, codes: codes.all(id) as Uint8Array[] };
    },
    setSecondStep(id, { secret, lastStep, codes: marks }) {
      rows.removeSecondStep(id);
      by.setStep.run(id, secret, lastStep);
      rows.setCodes(id, marks);
    },
    removeSecondStep(id) {
      by.removeCodes.run(id);
      return by.removeStep.run(id).changes > 0;
    },
    setCodes(id, marks) {
      by.removeCodes.run(id);
      for (const mark of marks) by.addCode.run(id, mark);
    },

    plan: (id) => by.plan.get(id) as HolderPlan | undefined,
    setPlan: (id, { name, aliases }) => void by.setPlan.run(id, name, aliases),

    cost() {
      const row = by.cost.get() as
        | { readonly memory_kib: number; readonly passes: number; readonly lanes: number }
        | undefined;
      return row && { memoryKiB: row.memory_kib, passes: row.passes, lanes: row.lanes };
    },
  };
  return rows;
}

export function recordOf(rows: CredentialRows, id: AccountId): CredentialsRecord {
  return { recovery: rows.recovery(id), secondStep: rows.secondStep(id), plan: rows.plan(id) };
}
