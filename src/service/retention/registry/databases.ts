/** Every database, with all its tables. */
import type { DatabaseClass } from "../classified.ts";
import { accessDb } from "./access-db.ts";
import { accountFiles } from "./account-files.ts";
import { defenceDb, dmarcrptDb, receivedDb } from "./arriving-dbs.ts";
import { backupDb } from "./backup-db.ts";
import { figuresDb } from "./figures-db.ts";
import { keysDb } from "./keys-db.ts";
import { queueDb } from "./queue-db.ts";
import { billingDb } from "./billing-db.ts";
import { dkimDb, outboundDb, policiesDb, sendingDb, tlsrptDb } from "./sending-dbs.ts";
import { systemDb } from "./system-db.ts";
import { watchDb } from "./watch-db.ts";
import { webDb } from "./web-db.ts";

export const databases: readonly DatabaseClass[] = [
  keysDb,
  systemDb,
  queueDb,
  accessDb,
  backupDb,
  figuresDb,
  watchDb,
  outboundDb,
  dkimDb,
  sendingDb,
  policiesDb,
  tlsrptDb,
  dmarcrptDb,
  receivedDb,
  defenceDb,
  webDb,
  billingDb,
  accountFiles,
];
