/**
 * The tables of what judges arriving mail: sums for DMARC reports to others and of reports from others, and what accounts
 * have learned, whose ages are those of service/defence/expiry.ts.
 */
import { type DatabaseClass, hours, livesAs, type TableClass } from "../classified.ts";

const sums = { promise: "F5, D2", limit: hours(72), since: "day" };

/** src/store/sqlite/dmarc-results/schema.ts */
export const dmarcrptDb: DatabaseClass = {
  name: "dmarcrpt.db",
  tables: [
    { ...sums, table: "policy", what: "policies of other domains that mail came under" },
    {
      table: "message_sum",
      what: "sums of their messages, by the address that sent them",
      promise: "F5, D2",
      limit: livesAs("its policy"),
    },
    { ...sums, table: "report", what: "DMARC reports to be sent, and that they were" },
    { ...sums, table: "sent", what: "marks of places that have one" },
  ],
};

const reported = { promise: "L4", limit: hours(91 * 24), since: "day" };

/** src/store/sqlite/received-reports/schema.ts */
export const receivedDb: DatabaseClass = {
  name: "received.db",
  tables: [
    { ...reported, table: "reported_sum", what: "sums of what others reported of our domains, of no person" },
    { ...reported, table: "known_report", what: "marks of reports that were counted" },
  ],
};

/** Until the first pass after the last day that counts. */
const MONTHS_12 = hours(367 * 24);
const DAYS_90 = hours(92 * 24);
const learned = (table: string, what: string, limit = DAYS_90): TableClass => ({
  table,
  what,
  promise: "D2",
  limit,
  since: "day",
  unit: "days",
});

/** src/store/sqlite/defence/schema.ts */
export const defenceDb: DatabaseClass = {
  name: "defence.db",
  tables: [
    {
      table: "holder",
      what: "accounts that learn from their mail, with a salt",
      promise: "D2",
      limit: livesAs("the account"),
    },
    learned("correspondent", "keyed fingerprints of whom an account knows", MONTHS_12),
    learned("sender", "how mail of whom was called: fingerprints and counts"),
    learned("word", "words of mail that was called wanted or not: fingerprints and counts"),
    learned("lesson", "fingerprints of mail that was learned from"),
    learned("contact", "fingerprints of first contacts"),
  ],
};
