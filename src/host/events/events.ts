/** Every event of the program, in one list; the areas keep their rows in files of their own. */
import { accessEvents } from "./access.ts";
import { backupEvents } from "./backup.ts";
import type { EventTable, FieldsOf } from "./declaration.ts";
import { billingEvents } from "./billing.ts";
import { defenceEvents } from "./defence.ts";
import { dmarcReportEvents } from "./dmarc-report.ts";
import { holderEvents } from "./holder.ts";
import { hostEvents } from "./host.ts";
import { imapEvents } from "./imap.ts";
import { logEvents } from "./log.ts";
import { queueEvents } from "./queue.ts";
import { retentionEvents } from "./retention.ts";
import { serviceEvents } from "./service.ts";
import { smtpEvents } from "./smtp.ts";
import { statisticsEvents } from "./statistics.ts";
import { storeEvents } from "./store.ts";
import { submissionEvents } from "./submission.ts";
import { tlsReportEvents } from "./tls-report.ts";
import { watchEvents } from "./watch.ts";
import { webAccessEvents } from "./web-access.ts";
import { webEvents } from "./web.ts";

export type Events = typeof accessEvents &
  typeof backupEvents &
  typeof billingEvents &
  typeof defenceEvents &
  typeof dmarcReportEvents &
  typeof holderEvents &
  typeof hostEvents &
  typeof imapEvents &
  typeof logEvents &
  typeof queueEvents &
  typeof retentionEvents &
  typeof serviceEvents &
  typeof smtpEvents &
  typeof statisticsEvents &
  typeof storeEvents &
  typeof submissionEvents &
  typeof tlsReportEvents &
  typeof watchEvents &
  typeof webAccessEvents &
  typeof webEvents;
export type EventName = keyof Events;

/** Also the proof that every row has the form of a declaration. */
export const events: Events & EventTable = {
  ...accessEvents,
  ...backupEvents,
  ...billingEvents,
  ...defenceEvents,
  ...dmarcReportEvents,
  ...holderEvents,
  ...hostEvents,
  ...imapEvents,
  ...logEvents,
  ...queueEvents,
  ...retentionEvents,
  ...serviceEvents,
  ...smtpEvents,
  ...statisticsEvents,
  ...storeEvents,
  ...submissionEvents,
  ...tlsReportEvents,
  ...watchEvents,
  ...webAccessEvents,
  ...webEvents,
};

/** Records that an event happened. Never throws, never blocks. */
export type Log = <N extends EventName>(name: N, fields: FieldsOf<Events[N]>) => void;
