/** What the reports on DMARC ask of the log: their own events and no others. */
import type { FieldsOf } from "../../host/events/declaration.ts";
import type { dmarcReportEvents } from "../../host/events/dmarc-report.ts";

type ReportEvents = typeof dmarcReportEvents;

/** The log of host/events is one. */
export type DmarcReportLog = <N extends keyof ReportEvents>(name: N, fields: FieldsOf<ReportEvents[N]>) => void;
