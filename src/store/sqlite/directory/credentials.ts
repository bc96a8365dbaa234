/** What a holder proves himself with, in `system.db`, by the directory's connection. A commit is durable when it returns. */
import type { Credentials } from "../../credentials.ts";
import type { Database } from "../database.ts";
import type { Steps } from "../immediate.ts";
import { credentialRows } from "./credential-rows.ts";

export function sqliteCredentials(db: Database, { read, write }: Steps): Credentials {
  const rows = credentialRows(db);
  const removeRecovery = db.prepare("DELETE FROM recovery WHERE account = ?");
  const tries = db.prepare("SELECT tries, tries_since AS since FROM second_step WHERE account = ?");
  const setTries = db.prepare("UPDATE second_step SET tries = ?, tries_since = ? WHERE account = ?");
  const useStep = db.prepare("UPDATE second_step SET last_step = ?, tries = 0 WHERE account = ? AND last_step < ?");
  const useCode = db.prepare("DELETE FROM recovery_code WHERE account = ? AND mark = ?");
  const setPassword = db.prepare("UPDATE account SET password_hash = ? WHERE id = ? AND password_hash = ?");
  const removeAppPasswords = db.prepare("DELETE FROM app_password WHERE account = ?");
  const keepCost = db.prepare(
    "INSERT OR IGNORE INTO password_cost (id, memory_kib, passes, lanes) VALUES (1, ?, ?, ?)",
  );
  const isCode = db.prepare("SELECT 1 FROM recovery_code WHERE account = ? AND mark = ?");

  return {
    recoveryAddress: (id) => read(() => rows.recovery(id)),
    setRecoveryAddress: (id, recovery) =>
      write(() => {
        if (!rows.isAccount(id)) return "no-account";
        rows.setRecovery(id, recovery);
        return "set";
      }),
    removeRecoveryAddress: (id) => write(() => (removeRecovery.run(id).changes > 0 ? "removed" : "none")),

    secondStep: (id) => read(() => rows.secondStep(id)),
    setSecondStep: (id, step) =>
      write(() => {
        if (!rows.isAccount(id)) return "no-account";
        rows.setSecondStep(id, step);
        return "set";
      }),
    removeSecondStep: (id) => write(() => (rows.removeSecondStep(id) ? "removed" : "none")),

    countTry: (id, { at, lengthMs, most }) =>
      write(() => {
        const row = tries.get(id) as { readonly tries: number; readonly since: number } | undefined;
        if (row === undefined) return "may";
        // A clock that was set back must not hold anybody for longer than the window.
        const isOver = row.tries === 0 || at >= row.since + lengthMs || at < row.since;
        const made = isOver ? 0 : row.tries;
        if (made > most) return "wait";
        setTries.run(made + 1, isOver ? at : row.since, id);
        if (made < most) return "may";
        return "first";
      }),
    useStep: (id, step) => write(() => (useStep.run(step, id, step).changes > 0 ? "used" : "replayed")),
    setRecoveryCodes: (id, marks) =>
      write(() => {
        if (rows.secondStep(id) === undefined) return "none";
        rows.setCodes(id, marks);
        return "set";
      }),
    useRecoveryCode: (id, mark) => write(() => (useCode.run(id, mark).changes > 0 ? "used" : "unknown")),

    changePassword: (id, { passwordHash, from, appPasswords, code }) =>
      write(() => {
        if (!rows.isAccount(id)) return "no-account";
        if (code !== undefined && isCode.get(id, code) === undefined) return "unknown-code";
        if (setPassword.run(passwordHash, id, from).changes === 0) return "other-password";
        if (code !== undefined) useCode.run(id, code);
        if (appPasswords === "removed") removeAppPasswords.run(id);
        return "set";
      }),

    plan: (id) => read(() => rows.plan(id)),
    setPlan: (id, plan) =>
      write(() => {
        if (!rows.isAccount(id)) return "no-account";
        rows.setPlan(id, plan);
        return "set";
      }),

    passwordCost: () => read(() => rows.cost()),
    keepPasswordCost: (cost) =>
      write(() => {
        keepCost.run(cost.memoryKiB, cost.passes, cost.lanes);
        return rows.cost() ?? cost;
      }),
  };
}
