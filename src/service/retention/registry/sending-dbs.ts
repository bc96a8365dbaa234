/** The tables of what sends mail: the queue to the world, signing keys, counts for limits, policies of other domains. */
import { type DatabaseClass, hours, livesAs, type TableClass, TEN_DAYS } from "../classified.ts";

const installation = livesAs("the installation");
const waits = livesAs("its message");
const sent = (table: string, what: string, limit = waits): TableClass => ({ table, what, promise: "D6", limit });

/** src/store/sqlite/outbound-queue/schema.ts */
export const outboundDb: DatabaseClass = {
  name: "outbound.db",
  tables: [
    { ...sent("content", "keys of messages on their way", hours(TEN_DAYS)), since: "created_at" },
    sent("piece", "their sealed octets"),
    { ...sent("message", "mail on its way to the world", hours(TEN_DAYS)), since: "submitted_at" },
    sent("item", "where it goes and when"),
    sent("recipient", "for whom it is"),
    sent("express", "mail that is handed over in the moment in which it is taken"),
    sent("destination", "domains for which mail waits, and how they do"),
    sent("sender", "accounts whose mail waits, for their turns"),
    { table: "served", what: "whose turn it is: a number", promise: "D6", limit: installation },
    sent("report", "reports that senders are still to get"),
    {
      table: "record",
      what: "what became of each recipient of sent mail, for the holder; no content",
      promise: "D6, A3",
      limit: hours(TEN_DAYS),
      since: "at",
    },
    { table: "secret", what: "the key of marks of message ids", promise: "D6", limit: installation },
  ],
};

/** src/store/sqlite/dkim/schema.ts */
export const dkimDb: DatabaseClass = {
  name: "dkim.db",
  tables: [
    { table: "dkim_key", what: "keys that sign mail of our domains", promise: "F2", limit: livesAs("their rotation") },
    {
      table: "used_selector",
      what: "names of such keys, so that none comes twice",
      promise: "F2",
      limit: installation,
    },
  ],
};

/** src/store/sqlite/send-counts/schema.ts */
export const sendingDb: DatabaseClass = {
  name: "sending.db",
  tables: [
    {
      table: "sent_minute",
      what: "how much an account sent in a minute: counts",
      promise: "F4, D2",
      limit: hours(TEN_DAYS),
      since: "minute",
      unit: "minutes",
    },
    {
      table: "written_to",
      what: "keyed fingerprints of whom an account wrote to",
      promise: "F4, D2",
      limit: hours(TEN_DAYS),
      since: "minute",
      unit: "minutes",
    },
    { table: "secret", what: "the key of these fingerprints", promise: "F4", limit: installation },
  ],
};

/** src/store/sqlite/policy/schema.ts */
export const policiesDb: DatabaseClass = {
  name: "policies.db",
  tables: [
    { table: "policy", what: "MTA-STS policies of other domains", promise: "F1", limit: livesAs("the policy itself") },
  ],
};

const sums = { promise: "F5, D2", limit: hours(72), since: "day" };

/** src/store/sqlite/tls-results/schema.ts */
export const tlsrptDb: DatabaseClass = {
  name: "tlsrpt.db",
  tables: [
    { ...sums, table: "policy", what: "sums of TLS sessions by domain" },
    { table: "failure", what: "kinds of failures among them", promise: "F5, D2", limit: livesAs("its policy") },
    { ...sums, table: "report", what: "reports to be sent, and that they were" },
    { ...sums, table: "sent", what: "marks of places that have one" },
  ],
};
