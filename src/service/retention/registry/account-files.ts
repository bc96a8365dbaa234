/** The tables of an account's own file (src/store/sqlite/mail/schema.ts): mail and what IMAP must remember of it. */
import { type DatabaseClass, hours, livesAs, type TableClass, TEN_DAYS } from "../classified.ts";

const FINGERPRINT_HOURS = 120;
const account = livesAs("the account");
const mail = livesAs("the mail");
const of = (table: string, what: string, limit = account): TableClass => ({ table, what, limit, promise: "D2" });

export const accountFiles: DatabaseClass = {
  name: "account files",
  tables: [
    of("account", "quota, keys and counters of the account"),
    of("mailbox", "mailboxes and their counters"),
    of("mail", "mails by mailbox and UID, with flags and dates", mail),
    of("change", "UIDs that commits changed, for CONDSTORE: 1,000 commits a mailbox"),
    of("vanished", "UIDs that commits took away, for QRESYNC: 10,000 commits a mailbox"),
    of("gap", "numbers that a crash skipped"),
    of("content", "messages: size, key, structure", mail),
    {
      ...of("content", "messages that no mail names yet: they were being stored", hours(TEN_DAYS)),
      since: "staged",
    },
    of("body", "octets of messages", mail),
    of("derived", "ready listings of messages", mail),
    of("text", "text of messages, for searching", mail),
    of("doomed", "messages to be erased", livesAs("60 seconds")),
    { ...of("delivery", "ids of deliveries, so that none is stored twice", hours(TEN_DAYS)), since: "stored" },
    {
      ...of("delivery", "fingerprints of deliveries, so that none is stored twice", hours(FINGERPRINT_HOURS)),
      since: "stored",
      having: "fingerprint",
    },
    of("subscription", "subscribed names"),
    of("keyword", "keywords as they were first spelt"),
    of("keyword_set", "combinations of keywords"),
    of("mailbox_keyword", "keywords by mailbox"),
    of("part", "the key of the account's last backup part"),
    of("pack", "names of packs at the backup's target"),
    of("sent", "where pieces of messages rest at the backup's target", mail),
    of("unreported", "UIDs whose end the ledger has not been told of yet", livesAs("60 seconds")),
  ],
};
