/** The tables of `queue.db` (src/store/sqlite/inbound-queue/schema.ts): accepted mail that waits for a recipient's store. */
import { type DatabaseClass, hours, livesAs, TEN_DAYS } from "../classified.ts";

const queued = { promise: "D2, D6", limit: hours(TEN_DAYS) };

export const queueDb: DatabaseClass = {
  name: "queue.db",
  tables: [
    { ...queued, table: "message", what: "mail that waits for a store", since: "created_at" },
    { table: "piece", what: "its octets", promise: "D2, D6", limit: livesAs("its message") },
    { ...queued, table: "entry", what: "for whom it waits", since: "accepted_at" },
  ],
};
