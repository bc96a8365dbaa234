/** Holds the registry against the schemas: every table has its row, and no row is of a table or column that is not there. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { FileKey } from "../../../store/crypt/account-keys.ts";
import { keysMigrations } from "../../../store/crypt/keys.ts";
import { accessMigrations } from "../../../store/sqlite/access/schema.ts";
import { auditableOf } from "../../../store/sqlite/auditable.ts";
import { billingMigrations } from "../../../store/sqlite/billing/schema.ts";
import { webAccessMigrations } from "../../../store/sqlite/web-access/schema.ts";
import { backupMigrations } from "../../../store/sqlite/backup/schema.ts";
import { openDatabase } from "../../../store/sqlite/database.ts";
import { directoryMigrations } from "../../../store/sqlite/directory/schema.ts";
import { figuresMigrations } from "../../../store/sqlite/figures/schema.ts";
import { inboundMigrations } from "../../../store/sqlite/inbound-queue/schema.ts";
import { mailMigrations } from "../../../store/sqlite/mail/schema.ts";
import type { Migration } from "../../../store/sqlite/migrate.ts";
import { tlsResultMigrations } from "../../../store/sqlite/tls-results/schema.ts";
import { watchMigrations } from "../../../store/sqlite/watch/schema.ts";
import { defenceMigrations } from "../../../store/sqlite/defence/schema.ts";
import { dmarcResultMigrations } from "../../../store/sqlite/dmarc-results/schema.ts";
import { receivedReportMigrations } from "../../../store/sqlite/received-reports/schema.ts";
import { dkimMigrations } from "../../../store/sqlite/dkim/schema.ts";
import { outboundMigrations } from "../../../store/sqlite/outbound-queue/schema.ts";
import { policyMigrations } from "../../../store/sqlite/policy/schema.ts";
import { sendCountsMigrations } from "../../../store/sqlite/send-counts/schema.ts";
import { databases } from "./databases.ts";

const SCHEMAS: Readonly<Record<string, readonly Migration[]>> = {
  "keys.db": keysMigrations,
  "system.db": directoryMigrations,
  "queue.db": inboundMigrations,
  "access.db": accessMigrations,
  "backup.db": backupMigrations,
  "figures.db": figuresMigrations,
  "watch.db": watchMigrations,
  "outbound.db": outboundMigrations,
  "dkim.db": dkimMigrations,
  "sending.db": sendCountsMigrations,
  "policies.db": policyMigrations,
  "tlsrpt.db": tlsResultMigrations,
  "dmarcrpt.db": dmarcResultMigrations,
  "received.db": receivedReportMigrations,
  "defence.db": defenceMigrations,
  "web.db": webAccessMigrations,
  "billing.db": billingMigrations,
  "account files": mailMigrations,
};

test("every database is in the registry", () => {
  assert.deepEqual(databases.map(({ name }) => name).toSorted(), Object.keys(SCHEMAS).toSorted());
});

for (const { name, tables } of databases)
  test(`D2: every table has its limit in the registry: ${name}`, async () => {
    const folder = mkdtempSync(join(tmpdir(), "altmail-registry-"));
    const key = randomBytes(32) as Uint8Array as FileKey;
    const path = join(folder, "x.db");
    const migrations = SCHEMAS[name] ?? [];
    const db = openDatabase({ path, key, applicationId: 1, migrations, synchronous: "normal", create: {} });
    try {
      const auditable = auditableOf(name, (work) => work(db));
      const known = new Set(tables.map(({ table }) => table));
      assert.deepEqual(await auditable.tables(), [...known].toSorted());
      for (const { table, since, having, limit, what } of tables) {
        assert.equal(limit.kind === "hours", since !== undefined, `${what}: hours are counted from a column`);
        if (since === undefined) continue;
        assert.equal(await auditable.oldest({ table, since, ...(having !== undefined && { having }) }), undefined);
      }
    } finally {
      db.close();
      rmSync(folder, { recursive: true });
    }
  });
