/**
 * Every metric of the service, declared once: counters and a histogram made from events, and gauges that are read when
 * asked for (promise L3). Labels are protocol, command and class of result at most, with closed sets of values: never an
 * account, an address or a word of a peer. docs/prometheus has alerts and a dashboard over these names.
 */
import {
  feedbacks,
  imapCommands,
  imapResults,
  listeners,
  outcomeOf,
  outcomes,
  refusals,
  sendingLimits,
  smtpEndings,
  smtpVerbs,
  tlsVersions,
} from "./closed-sets.ts";
import { arrivingCounterRows } from "./arriving-counters.ts";
import { type CounterRow, type EventLabel, type GaugeRow, type HistogramRow, kind } from "./row.ts";

const KiB = 1024;
const MiB = KiB * KiB;

const outcome: EventLabel = { name: "outcome", values: outcomes, of: ({ code }) => outcomeOf(code) };
const listener: EventLabel = { name: "listener", values: listeners, of: (fields) => fields["listener"] };

export const counterRows: readonly CounterRow[] = [
  {
    name: "altmail_imap_commands_total",
    help: "Commands of mail clients that were answered.",
    events: ["imap.command"],
    labels: [
      { name: "command", values: imapCommands, of: ({ command }) => command },
      { name: "result", values: imapResults, of: ({ result }) => result },
    ],
  },
  {
    name: "altmail_imap_answered_bytes_total",
    help: "Octets of answers to mail clients.",
    events: ["imap.command"],
    by: ({ bytes }) => bytes,
  },
  {
    name: "altmail_imap_sessions_total",
    help: "Sessions of mail clients that ended, by version of TLS.",
    events: ["imap.closed"],
    labels: [{ name: "tls", values: tlsVersions, of: ({ tls }) => tls }],
  },
  {
    name: "altmail_logins_total",
    help: "Log-ins by result.",
    events: ["login.accepted", "login.refused"],
    labels: [kind({ "login.accepted": "accepted", "login.refused": "refused" })],
  },
  {
    name: "altmail_smtp_messages_total",
    help: "Messages from other servers that came to their end.",
    events: ["smtp.message"],
    labels: [outcome],
  },
  {
    name: "altmail_smtp_refusals_total",
    help: "Commands of other servers that were refused, messages not among them.",
    events: ["smtp.refused"],
    labels: [{ name: "command", values: smtpVerbs, of: ({ verb }) => verb }, outcome],
  },
  {
    name: "altmail_smtp_sessions_total",
    help: "Sessions of other servers that ended, by the way they did.",
    events: ["smtp.closed"],
    labels: [{ name: "end", values: smtpEndings, of: ({ reason }) => reason }],
  },
  ...arrivingCounterRows,
  {
    name: "altmail_submission_messages_total",
    help: "Messages of mail clients that came to their end.",
    events: ["submission.message"],
    labels: [outcome],
  },
  {
    name: "altmail_submission_limited_total",
    help: "Times that an account had reached a limit of sending, by limit.",
    events: ["submission.limited"],
    labels: [{ name: "limit", values: sendingLimits, of: ({ limit }) => limit }],
  },
  {
    name: "altmail_queue_recipients_total",
    help: "What became of recipients in the world: taken over there, put off, given up.",
    events: ["queue.delivered", "queue.deferred", "queue.failed"],
    labels: [kind({ "queue.delivered": "delivered", "queue.deferred": "deferred", "queue.failed": "failed" })],
  },
  {
    name: "altmail_queue_troubles_total",
    help: "Destinations that could not be reached, hosts that asked for less, steps of the queue that failed.",
    events: ["queue.resting", "queue.slowed", "queue.broken"],
    labels: [kind({ "queue.resting": "resting", "queue.slowed": "slowed", "queue.broken": "broken" })],
  },
  {
    name: "altmail_feedback_total",
    help: "Bounces and complaints from outside about mail that was sent.",
    events: ["queue.feedback"],
    labels: [{ name: "kind", values: feedbacks, of: ({ feedback }) => feedback }],
  },
  {
    name: "altmail_dkim_troubles_total",
    help: "Signing keys whose record the DNS does not show; messages that left unsigned; turns of keys that failed.",
    events: ["dkim.missing", "dkim.unsigned", "dkim.failed"],
    labels: [kind({ "dkim.missing": "missing", "dkim.unsigned": "unsigned", "dkim.failed": "failed" })],
  },
  {
    name: "altmail_billing_troubles_total",
    help: "Payments that a person must look at: refunds that failed, subscriptions of no account, prices of no plan.",
    events: ["billing.refund-failed", "billing.stray", "billing.price"],
    labels: [kind({ "billing.refund-failed": "refund", "billing.stray": "stray", "billing.price": "price" })],
  },
  {
    name: "altmail_deliveries_troubled_total",
    help: "Messages that could not be stored at once: not at all, deferred, tried again in vain, overdue.",
    events: ["delivery.failed", "delivery.deferred", "delivery.postponed", "delivery.overdue"],
    labels: [
      kind({
        "delivery.failed": "failed",
        "delivery.deferred": "deferred",
        "delivery.postponed": "postponed",
        "delivery.overdue": "overdue",
      }),
    ],
  },
  {
    name: "altmail_connections_refused_total",
    help: "Connections turned away: all taken (full), or too many from one peer.",
    events: ["connection.refused"],
    labels: [listener, { name: "reason", values: refusals, of: ({ reason }) => reason }],
  },
  {
    name: "altmail_tls_refused_total",
    help: "TLS handshakes that did not come to their end.",
    events: ["tls.refused"],
    labels: [listener],
  },
  {
    name: "altmail_store_suspects_total",
    help: "Account files that failed and were checked before they were used again.",
    events: ["store.suspect"],
  },
  {
    name: "altmail_faults_total",
    help: "Faults of the program itself.",
    events: ["connection.failed", "command.failed", "imap.bug", "smtp.failed", "submission.failed"],
    labels: [
      kind({
        "connection.failed": "connection",
        "command.failed": "command",
        "imap.bug": "imap",
        "smtp.failed": "smtp",
        "submission.failed": "submission",
      }),
    ],
  },
  { name: "altmail_worker_deaths_total", help: "Workers that ended by themselves.", events: ["worker.died"] },
  {
    name: "altmail_log_lost_events_total",
    help: "Events that never reached the log.",
    events: ["log.dropped", "log.failed"],
    by: ({ count }) => count,
  },
  {
    name: "altmail_log_left_total",
    help: "Days of the log that could not be destroyed, and files that are none of it, at each look.",
    events: ["log.kept"],
  },
  {
    name: "altmail_backups_total",
    help: "Sets made, sets that failed, accounts left out of one, notes of deletions that wait, restorations.",
    events: ["backup.made", "backup.failed", "backup.account-skipped", "backup.ledger-late", "backup.restored"],
    labels: [
      kind({
        "backup.made": "made",
        "backup.failed": "failed",
        "backup.account-skipped": "skipped",
        "backup.ledger-late": "late",
        "backup.restored": "restored",
      }),
    ],
  },
  {
    name: "altmail_retention_audits_total",
    help: "Audits of what rests: green, red (something is too old or unknown), failed.",
    events: ["retention.audited", "retention.red", "retention.failed"],
    labels: [kind({ "retention.audited": "green", "retention.red": "red", "retention.failed": "failed" })],
  },
  {
    name: "altmail_watch_total",
    help: "What the watch found: accounts flagged, accounts whose sending was paused, steps that failed.",
    events: ["watch.flagged", "watch.paused", "watch.failed"],
    labels: [kind({ "watch.flagged": "flagged", "watch.paused": "paused", "watch.failed": "failed" })],
  },
  {
    name: "altmail_staff_access_total",
    help: "Accesses of staff: opened, used, refused at the gate; holders that could not be told yet.",
    events: ["access.opened", "access.used", "access.refused", "access.untold"],
    labels: [
      kind({
        "access.opened": "opened",
        "access.used": "used",
        "access.refused": "refused",
        "access.untold": "untold",
      }),
    ],
  },
  { name: "altmail_statistics_days_total", help: "Days whose figures were made.", events: ["statistics.made"] },
];

export const histogramRows: readonly HistogramRow[] = [
  {
    name: "altmail_smtp_message_bytes",
    help: "Sizes of messages that were accepted from other servers.",
    event: "smtp.message",
    buckets: [10 * KiB, 100 * KiB, MiB, 10 * MiB],
    value: ({ code, bytes }) => (typeof code === "number" && code < 400 ? bytes : undefined),
  },
];

export type GaugeName =
  | "connections"
  | "queueMessages"
  | "outboundMessages"
  | "outboundHeld"
  | "outboundTroubled"
  | "dataFreeBytes"
  | "dataSizeBytes"
  | "backupNewestSeconds"
  | "certificateExpirySeconds";

/** What the composition root may give a reading of. */
export const gaugeRows: Readonly<Record<GaugeName, GaugeRow>> = {
  connections: {
    name: "altmail_connections",
    help: "Connections that are open.",
    aggregate: "sum",
    label: "listener",
  },
  queueMessages: {
    name: "altmail_queue_messages",
    help: "Accepted messages that wait for the store of their recipient.",
    aggregate: "sum",
  },
  outboundMessages: {
    name: "altmail_outbound_messages",
    help: "Messages on their way to the world.",
    aggregate: "sum",
  },
  outboundHeld: {
    name: "altmail_outbound_held",
    help: "Of these, copies for one destination that are held.",
    aggregate: "sum",
  },
  outboundTroubled: {
    name: "altmail_outbound_troubled_destinations",
    help: "Destinations that failed when they were last asked.",
    aggregate: "sum",
  },
  dataFreeBytes: {
    name: "altmail_data_free_bytes",
    help: "Octets free on the disk of HOME/data.",
    aggregate: "max",
  },
  dataSizeBytes: { name: "altmail_data_size_bytes", help: "Size of the disk of HOME/data.", aggregate: "max" },
  backupNewestSeconds: {
    name: "altmail_backup_newest_timestamp_seconds",
    help: "When the newest whole set of backups was made, epoch seconds.",
    aggregate: "max",
  },
  certificateExpirySeconds: {
    name: "altmail_certificate_expiry_timestamp_seconds",
    help: "When the certificate in use expires, epoch seconds.",
    aggregate: "max",
  },
};

/** What every process says of itself. */
export const processRows: Readonly<Record<"workers" | "loopDelay" | "resident", GaugeRow>> = {
  workers: { name: "altmail_workers", help: "Workers that answer.", aggregate: "sum" },
  loopDelay: {
    name: "altmail_event_loop_delay_p99_seconds",
    help: "99th percentile of the event loop's delay since the last look, of the slowest process.",
    aggregate: "max",
  },
  resident: { name: "altmail_resident_bytes", help: "Memory of all processes.", aggregate: "sum" },
};

export const cpuRow: { readonly name: string; readonly help: string } = {
  name: "altmail_cpu_seconds_total",
  help: "Processor time of all processes.",
};
