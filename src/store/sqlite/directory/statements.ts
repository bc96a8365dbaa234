/** The directory's statements, prepared once a connection. */
import type { Statement } from "better-sqlite3-multiple-ciphers";
import type { Database } from "../database.ts";
import { ACCOUNT_COLUMNS, OWN_COLUMNS } from "./rows.ts";

type Name =
  | "byAddress"
  | "byId"
  | "appPasswords"
  | "isAddress"
  | "isFingerprint"
  | "addAccount"
  | "addAddress"
  | "aliasCount"
  | "returnAlias"
  | "reserveAlias"
  | "setPassword"
  | "setState"
  | "setStateFrom"
  | "setLanguage"
  | "setQuota"
  | "preference"
  | "setPreference"
  | "clearForwarders"
  | "addForwarder"
  | "addAppPassword"
  | "removeAppPassword"
  | "addFingerprint";

const SQL: Readonly<Record<Name, string>> = {
  byAddress: `SELECT ${ACCOUNT_COLUMNS} FROM account
    WHERE id = (SELECT account FROM address WHERE address = ? AND kind <> 'reserved')`,
  byId: `SELECT ${ACCOUNT_COLUMNS} FROM account WHERE id = ?`,
  appPasswords: "SELECT * FROM app_password WHERE account = ? ORDER BY created_at, id",
  isAddress: "SELECT 1 FROM address WHERE address = ?",
  isFingerprint: "SELECT 1 FROM used_address WHERE fingerprint = ?",
  addAccount: `INSERT INTO account (${OWN_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)`,
  addAddress: "INSERT INTO address (address, account, kind) VALUES (?, ?, ?)",
  aliasCount: `SELECT count(*) FILTER (WHERE kind = 'alias') AS living, count(*) FILTER (WHERE kind <> 'primary') AS held
    FROM address WHERE account = ?`,
  returnAlias: "UPDATE address SET kind = 'alias' WHERE address = ? AND account = ? AND kind = 'reserved'",
  reserveAlias: "UPDATE address SET kind = 'reserved' WHERE address = ? AND account = ? AND kind = 'alias'",
  setPassword: "UPDATE account SET password_hash = ? WHERE id = ?",
  setState: "UPDATE account SET state = ? WHERE id = ?",
  setStateFrom: "UPDATE account SET state = ? WHERE id = ? AND state = ?",
  setLanguage: "UPDATE account SET language = ? WHERE id = ?",
  setQuota: "UPDATE account SET quota_bytes = ? WHERE id = ?",
  preference: "SELECT empty_junk_days, empty_trash_days, learns FROM preference WHERE account = ?",
  setPreference:
    "INSERT OR REPLACE INTO preference (account, empty_junk_days, empty_trash_days, learns) VALUES (?, ?, ?, ?)",
  clearForwarders: "DELETE FROM forwarder WHERE account = ?",
  addForwarder: "INSERT OR IGNORE INTO forwarder (account, domain) VALUES (?, ?)",
  addAppPassword: "INSERT INTO app_password VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
  removeAppPassword: "DELETE FROM app_password WHERE account = ? AND id = ?",
  addFingerprint: "INSERT OR IGNORE INTO used_address (fingerprint) VALUES (?)",
};

export type DirectoryStatements = Readonly<Record<Name, Statement>> & {
  /** Answers with the domains alone. */
  readonly forwarders: Statement;
  /** Answers with the ids alone. */
  readonly emptying: Statement;
  /** These two answer with the addresses alone. */
  readonly aliases: Statement;
  readonly allAddresses: Statement;
  /** In the order of their references. */
  readonly removeAccount: readonly Statement[];
};

export function directoryStatements(db: Database): DirectoryStatements {
  const prepared = Object.entries(SQL).map(([name, sql]) => [name, db.prepare(sql)] as const);
  return {
    ...(Object.fromEntries(prepared) as Record<Name, Statement>),
    aliases: db.prepare("SELECT address FROM address WHERE account = ? AND kind = 'alias' ORDER BY address").pluck(),
    allAddresses: db.prepare("SELECT address FROM address WHERE account = ?").pluck(),
    emptying: db
      .prepare(
        "SELECT account FROM preference WHERE empty_junk_days NOT NULL OR empty_trash_days NOT NULL ORDER BY account",
      )
      .pluck(),
    forwarders: db.prepare("SELECT domain FROM forwarder WHERE account = ? ORDER BY domain").pluck(),
    removeAccount: [
      db.prepare("DELETE FROM recovery_code WHERE account = ?"),
      db.prepare("DELETE FROM second_step WHERE account = ?"),
      db.prepare("DELETE FROM recovery WHERE account = ?"),
      db.prepare("DELETE FROM plan WHERE account = ?"),
      db.prepare("DELETE FROM forwarder WHERE account = ?"),
      db.prepare("DELETE FROM preference WHERE account = ?"),
      db.prepare("DELETE FROM app_password WHERE account = ?"),
      db.prepare("DELETE FROM address WHERE account = ?"),
      db.prepare("DELETE FROM account WHERE id = ?"),
    ],
  };
}
