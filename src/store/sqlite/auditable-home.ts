/** Every system database of a home as the audit of retention sees it; keys.db lends itself (crypt/keys.ts). */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Auditable } from "../auditable.ts";
import type { FileKey } from "../crypt/account-keys.ts";
import { accessMigrations } from "./access/schema.ts";
import { auditableFile } from "./auditable.ts";
import { backupMigrations } from "./backup/schema.ts";
import { billingMigrations } from "./billing/schema.ts";
import { APPLICATION, openDatabase } from "./database.ts";
import { dkimMigrations } from "./dkim/schema.ts";
import { dmarcResultMigrations } from "./dmarc-results/schema.ts";
import { defenceMigrations } from "./defence/schema.ts";
import { directoryMigrations } from "./directory/schema.ts";
import { figuresMigrations } from "./figures/schema.ts";
import { inboundMigrations } from "./inbound-queue/schema.ts";
import type { Migration } from "./migrate.ts";
import { laneNames } from "./outbound-queue/lanes.ts";
import { outboundMigrations } from "./outbound-queue/schema.ts";
import { policyMigrations } from "./policy/schema.ts";
import { receivedReportMigrations } from "./received-reports/schema.ts";
import { sendCountsMigrations } from "./send-counts/schema.ts";
import { tlsResultMigrations } from "./tls-results/schema.ts";
import { watchMigrations } from "./watch/schema.ts";
import { webAccessMigrations } from "./web-access/schema.ts";

const MIGRATIONS = {
  system: directoryMigrations,
  queue: inboundMigrations,
  access: accessMigrations,
  backup: backupMigrations,
  figures: figuresMigrations,
  watch: watchMigrations,
  outbound: outboundMigrations,
  dkim: dkimMigrations,
  sending: sendCountsMigrations,
  policies: policyMigrations,
  tlsrpt: tlsResultMigrations,
  dmarcrpt: dmarcResultMigrations,
  received: receivedReportMigrations,
  defence: defenceMigrations,
  web: webAccessMigrations,
  billing: billingMigrations,
} as const satisfies Partial<Record<keyof typeof APPLICATION, readonly Migration[]>>;

type SystemDatabase = keyof typeof MIGRATIONS;

/** How long a look waits for the lock of a process that starts or stops. */
const WAIT_MS = 1000;

/** Those that exist, all lanes of a queue under the name of the first; each is opened for a look and closed again. */
export function auditableDatabases(dataFolder: string, systemKey: (name: string) => FileKey): readonly Auditable[] {
  const names = Object.keys(MIGRATIONS) as SystemDatabase[];
  const lanes = laneNames(readdirSync(dataFolder), 1);
  const files = names.flatMap((name) => (name === "outbound" ? lanes : [name]).map((file) => ({ name, file })));
  return files.flatMap(({ name, file }) => {
    const path = join(dataFolder, `${file}.db`);
    if (!existsSync(path)) return [];
    const open = (): ReturnType<typeof openDatabase> =>
      openDatabase({
        path,
        key: systemKey(file),
        applicationId: APPLICATION[name],
        migrations: MIGRATIONS[name],
        synchronous: "full",
        waitMs: WAIT_MS,
      });
    return [auditableFile(`${name}.db`, open)];
  });
}
