/** The tables of `web.db` (src/store/sqlite/web-access/schema.ts): sessions, mailed links, log-ins, known kinds of client. */
import { type DatabaseClass, hours, livesAs, TEN_DAYS } from "../classified.ts";

export const webDb: DatabaseClass = {
  name: "web.db",
  tables: [
    {
      table: "session",
      what: "sessions of the web site: account by its id, no address",
      promise: "W3, D2",
      limit: hours(TEN_DAYS),
      since: "seen_at",
    },
    {
      table: "link",
      what: "links that were mailed to holders, as hashes",
      promise: "A4, D2",
      limit: hours(2),
      since: "made_at",
    },
    {
      table: "log_in",
      what: "log-ins of an account: protocol, kind of client, address",
      promise: "D2",
      limit: hours(TEN_DAYS),
      since: "first_at",
    },
    {
      table: "known_client",
      what: "kinds of client that an account uses: fingerprints",
      promise: "D2",
      limit: hours(91 * 24),
      since: "day",
      unit: "days",
    },
    {
      table: "secret",
      what: "the key of fingerprints of kinds of client",
      promise: "D2",
      limit: livesAs("the installation"),
    },
  ],
};
