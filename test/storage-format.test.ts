/** Holds docs/storage-format.md against the schemas: every table and column has its row there, and nothing else has. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { test } from "node:test";
import type { FileKey } from "../src/store/crypt/account-keys.ts";
import { accessMigrations } from "../src/store/sqlite/access/schema.ts";
import { billingMigrations } from "../src/store/sqlite/billing/schema.ts";
import { webAccessMigrations } from "../src/store/sqlite/web-access/schema.ts";
import { backupMigrations } from "../src/store/sqlite/backup/schema.ts";
import { figuresMigrations } from "../src/store/sqlite/figures/schema.ts";
import { tlsResultMigrations } from "../src/store/sqlite/tls-results/schema.ts";
import { watchMigrations } from "../src/store/sqlite/watch/schema.ts";
import { keysMigrations } from "../src/store/crypt/keys.ts";
import { openDatabase } from "../src/store/sqlite/database.ts";
import { directoryMigrations } from "../src/store/sqlite/directory/schema.ts";
import { inboundMigrations } from "../src/store/sqlite/inbound-queue/schema.ts";
import { mailMigrations } from "../src/store/sqlite/mail/schema.ts";
import { defenceMigrations } from "../src/store/sqlite/defence/schema.ts";
import { dmarcResultMigrations } from "../src/store/sqlite/dmarc-results/schema.ts";
import { receivedReportMigrations } from "../src/store/sqlite/received-reports/schema.ts";
import { dkimMigrations } from "../src/store/sqlite/dkim/schema.ts";
import { outboundMigrations } from "../src/store/sqlite/outbound-queue/schema.ts";
import { policyMigrations } from "../src/store/sqlite/policy/schema.ts";
import { sendCountsMigrations } from "../src/store/sqlite/send-counts/schema.ts";
import type { Migration } from "../src/store/sqlite/migrate.ts";

const page = readFileSync(resolve(import.meta.dirname, "../docs/storage-format.md"), "utf8");

function described(heading: string): readonly string[] {
  const from = page.indexOf(`\n### ${heading}\n`);
  const section = page.slice(from, page.indexOf("\n#", from + heading.length + 6));
  return Array.from(section.matchAll(/^\| (`[a-z_]+\.[^|]+) \|/gm), ([, cell = ""]) => {
    const [first = "", ...more] = Array.from(cell.matchAll(/`([a-z0-9_.]+)`/g), ([, name = ""]) => name);
    const table = first.split(".", 1)[0] ?? "";
    return [first, ...more.map((name) => (name.startsWith(".") ? table + name : name))];
  }).flat();
}

function columns(migrations: readonly Migration[]): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), "altmail-format-"));
  const key = randomBytes(32) as Uint8Array as FileKey;
  const path = join(folder, "x.db");
  const db = openDatabase({ path, key, applicationId: 1, migrations, synchronous: "normal", create: {} });
  try {
    const sql = `SELECT t.name || '.' || c.name FROM sqlite_schema AS t JOIN pragma_table_info(t.name) AS c
      WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%'`;
    return db.prepare(sql).pluck().all().map(String);
  } finally {
    db.close();
    rmSync(folder, { recursive: true });
  }
}

for (const [heading, migrations] of [
  ["keys.db", keysMigrations],
  ["system.db", directoryMigrations],
  ["queue.db", inboundMigrations],
  ["access.db", accessMigrations],
  ["backup.db", backupMigrations],
  ["figures.db", figuresMigrations],
  ["watch.db", watchMigrations],
  ["outbound.db", outboundMigrations],
  ["dkim.db", dkimMigrations],
  ["sending.db", sendCountsMigrations],
  ["policies.db", policyMigrations],
  ["tlsrpt.db", tlsResultMigrations],
  ["dmarcrpt.db", dmarcResultMigrations],
  ["received.db", receivedReportMigrations],
  ["defence.db", defenceMigrations],
  ["web.db", webAccessMigrations],
  ["billing.db", billingMigrations],
  ["Account files", mailMigrations],
] as const)
  test(`the page on the store's format names every column of: ${heading}`, () => {
    assert.deepEqual(described(heading).toSorted(), columns(migrations).toSorted());
  });
