/** The tables of `watch.db` (src/store/sqlite/watch/schema.ts): flags and the habits that they are judged by. */
import { type DatabaseClass, hours, livesAs, TEN_DAYS } from "../classified.ts";

export const watchDb: DatabaseClass = {
  name: "watch.db",
  tables: [
    {
      table: "flag",
      what: "accounts that a rule flagged, with its evidence",
      promise: "A8, D2",
      limit: hours(TEN_DAYS),
      since: "since",
    },
    {
      table: "habit",
      what: "how often an account logs in on a day: counts",
      promise: "A8, D2",
      limit: hours(TEN_DAYS),
      since: "day",
      unit: "days",
    },
    { table: "secret", what: "the key of fingerprints of networks", promise: "A8", limit: livesAs("the installation") },
  ],
};
