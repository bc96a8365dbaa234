/** The tables of `keys.db` (src/store/crypt/keys.ts). */
import { type DatabaseClass, livesAs } from "../classified.ts";

export const keysDb: DatabaseClass = {
  name: "keys.db",
  tables: [
    { table: "wrapping", what: "the name of the epoch", promise: "D3", limit: livesAs("the epoch") },
    {
      table: "key",
      what: "sealed keys, of accounts wrapped under keys of groups",
      promise: "D3",
      limit: livesAs("what it opens"),
    },
  ],
};
