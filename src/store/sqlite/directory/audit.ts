/** Audits `system.db`: the file itself, then what the rows must say of one another. Names no address in a finding. */
import type { Database } from "../database.ts";

type Finding = { readonly rule: string; readonly detail: string };

const RULES: readonly (readonly [rule: string, sql: string])[] = [
  [
    "the primary address leads to its account",
    `SELECT count(*) FROM account WHERE NOT EXISTS
      (SELECT 1 FROM address WHERE address = primary_address AND account = id AND kind = 'primary')`,
  ],
  [
    "an account has one primary address",
    "SELECT count(*) FROM address JOIN account ON id = account WHERE kind = 'primary' AND address <> primary_address",
  ],
  [
    "what an account owns dies with it",
    `SELECT (SELECT count(*) FROM address WHERE account NOT IN (SELECT id FROM account))
      + (SELECT count(*) FROM app_password WHERE account NOT IN (SELECT id FROM account))
      + (SELECT count(*) FROM preference WHERE account NOT IN (SELECT id FROM account))
      + (SELECT count(*) FROM forwarder WHERE account NOT IN (SELECT account FROM preference))
      + (SELECT count(*) FROM recovery WHERE account NOT IN (SELECT id FROM account))
      + (SELECT count(*) FROM second_step WHERE account NOT IN (SELECT id FROM account))
      + (SELECT count(*) FROM recovery_code WHERE account NOT IN (SELECT account FROM second_step))
      + (SELECT count(*) FROM plan WHERE account NOT IN (SELECT id FROM account))`,
  ],
];

export function auditDirectory(db: Database, fingerprint: (address: string) => Uint8Array): readonly Finding[] {
  const findings: Finding[] = [];
  if (db.pragma("integrity_check", { simple: true }) !== "ok") {
    findings.push({ rule: "the file is whole", detail: "integrity_check" });
  }
  for (const [rule, sql] of RULES) {
    const count = Number(db.prepare(sql).pluck().get());
    if (count > 0) findings.push({ rule, detail: `${count} rows` });
  }
  const isUsed = db.prepare("SELECT 1 FROM used_address WHERE fingerprint = ?");
  for (const address of db.prepare("SELECT address FROM address").pluck().all()) {
    if (isUsed.get(fingerprint(String(address))) === undefined) continue;
    findings.push({ rule: "no living address was given up before", detail: "an address" });
  }
  return findings;
}
