/** Every class of file below HOME. Temporary companions of a database count as the database. */
import { forYears, hours, livesAs, type NamedClass, TEN_DAYS } from "../classified.ts";

const installation = livesAs("the installation");
const COMPANION = String.raw`(?:-wal|-shm|-journal)?`;

const database = (name: string, what: string): NamedClass => ({
  name: new RegExp(String.raw`data/${name}\.db${COMPANION}`),
  what,
  promise: "D3",
  limit: livesAs("its tables say"),
});

export type HomeSettings = {
  /** Days of the calendar (UTC) that logs are kept, today among them. */
  readonly logDays: number;
};

export function homeFiles({ logDays }: HomeSettings): readonly NamedClass[] {
  const logs = hours(Math.min(logDays * 24, TEN_DAYS));
  return [
    { name: /altmail\.toml/, what: "settings", promise: "D1", limit: installation },
    { name: /ca\.pem/, what: "the public certificate of a lab", promise: "F1", limit: installation },
    database("keys", "sealed keys"),
    database("system", "account records"),
    database("queue", "mail that waits for a store"),
    database("access", "the record of staff access"),
    database("backup", "what backup sets need"),
    database("figures", "sums without persons"),
    database("watch", "flags and habits"),
    database("outbound(?:-[0-9]+)?", "mail on its way to the world, and records of delivery"),
    database("dkim", "keys that sign mail"),
    database("sending", "counts of what accounts send"),
    database("tlsrpt", "sums of TLS towards other domains"),
    database("dmarcrpt", "sums of DMARC of other domains"),
    database("received", "sums of what others reported of our domains"),
    database("defence", "what accounts have learned of their mail"),
    database("web", "sessions, mailed links and log-ins"),
    database("billing", "sign-ups that wait for their money, and subscriptions"),
    database("policies", "MTA-STS policies of other domains"),
    {
      name: new RegExp(String.raw`data/accounts/[0-9a-f]{2}/(?<account>[0-9a-f]{32})\.db${COMPANION}`),
      what: "account files: mail",
      promise: "D2, D5",
      limit: livesAs("the account"),
    },
    {
      name: /data\/(?:accounts\/[0-9a-f]{2}\/)?[0-9a-z]+\.db\.new-[0-9a-f]+(?:-wal|-shm|-journal)?/,
      what: "databases that are being made",
      promise: "D2",
      limit: hours(24),
    },
    {
      name: /data\/drill-[A-Za-z0-9]+\/.+/,
      what: "a drill of a restore, under keys that rest nowhere",
      promise: "D4",
      limit: hours(24),
    },
    {
      name: /data\/spool\/[0-9a-f]+\.spool/,
      what: "mail on its way, unlinked at once",
      promise: "D6",
      limit: hours(1),
    },
    {
      name: /data\/log\/(?<day>\d{4}-\d\d-\d\d)\.seg/,
      what: "logs of a day",
      promise: "L2",
      limit: logs,
    },
    { name: /secret\/day-(?<day>\d{4}-\d\d-\d\d)/, what: "the secret of a day's logs", promise: "L2", limit: logs },
    { name: /secret\/epoch/, what: "the epoch", promise: "D5", limit: livesAs("the next midnight") },
    { name: /secret\/epoch\.next/, what: "an epoch that is being made", promise: "D5", limit: hours(24) },
    { name: /secret\/root/, what: "a lab's root", promise: "D3", limit: installation },
    { name: /secret\/age-key\.txt/, what: "what opens a lab's backups", promise: "D4", limit: installation },
    { name: /secret\/lab\.json/, what: "the one password of a lab", promise: "D7", limit: installation },
    { name: /secret\/tls\/[a-z-]+\.(?:pem|key)/, what: "a lab's TLS keys", promise: "F1", limit: installation },
    {
      name: /record\/destruction\.chain/,
      what: "which log days were destroyed when",
      promise: "L2",
      limit: forYears("nothing of a person"),
    },
    {
      name: /record\/access\.chain/,
      what: "digests of the record of staff access",
      promise: "A7",
      limit: forYears("nothing of a person"),
    },
    {
      name: /run\/(?:control|lock|pid|(?:ready|altmail-retention)\.json(?:\.new)?|lock-journal)/,
      what: "sockets, locks and the statement on retention",
      promise: "D2",
      limit: livesAs("the process"),
    },
  ];
}
