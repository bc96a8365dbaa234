/** The tables of `backup.db` (src/store/sqlite/backup/schema.ts): which objects the living sets need, without keys. */
import { type DatabaseClass, hours, livesAs, TEN_DAYS } from "../classified.ts";

export const backupDb: DatabaseClass = {
  name: "backup.db",
  tables: [
    {
      table: "backup_set",
      what: "backup sets: when, how large",
      promise: "D2, D4",
      limit: hours(TEN_DAYS),
      since: "made_at",
    },
    {
      table: "object",
      what: "names and sizes of objects, by account",
      promise: "D2, D4",
      limit: livesAs("the sets that name it"),
    },
    {
      table: "closing",
      what: "closed accounts that the ledger has not been told of yet",
      promise: "D5",
      limit: livesAs("60 seconds"),
    },
    { table: "restored", what: "accounts that a restore has done", promise: "D5", limit: livesAs("the restore") },
  ],
};
