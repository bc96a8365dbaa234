/** What the reports on TLS ask of the log: their own events and no others. */
import type { FieldsOf } from "../../host/events/declaration.ts";
import type { tlsReportEvents } from "../../host/events/tls-report.ts";

type ReportEvents = typeof tlsReportEvents;

/** The log of host/events is one. */
export type ReportLog = <N extends keyof ReportEvents>(name: N, fields: FieldsOf<ReportEvents[N]>) => void;
