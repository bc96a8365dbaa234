/** The tables of `access.db` (src/store/sqlite/access/schema.ts): the sealed half of the record of staff access. */
import { type DatabaseClass, livesAs } from "../classified.ts";

export const accessDb: DatabaseClass = {
  name: "access.db",
  tables: [
    {
      table: "entry",
      what: "staff accesses: reason, case, use; accounts by their id",
      promise: "A7, D2",
      limit: livesAs("12 months after the holder was told"),
    },
    {
      table: "sent_head",
      what: "which head of the chain left the machine last",
      promise: "A7",
      limit: livesAs("the installation"),
    },
  ],
};
