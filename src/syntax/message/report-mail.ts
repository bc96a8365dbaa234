/**
 * Writes the mail that carries a daily report: a text for people and the compressed report, marked as written by a program
 * (RFC 3834 section 5). On TLS it is a multipart/report (RFC 6522, RFC 8460 section 5.3), on DMARC a plain attachment (RFC
 * 9990 section 3.5.2). All of it is ASCII with lines of at most 998 signs, so that it passes every host and keeps its
 * signature.
 */
import { formatDate } from "../smtp/trace.ts";

export type ReportMail = {
  readonly kind: "tls" | "dmarc";
  /** ASCII, `local@domain`; its domain is the submitter, and signs. */
  readonly from: string;
  readonly to: string;
  /** Whom the report is about, in A-labels. */
  readonly reportDomain: string;
  readonly submitter: string;
  /** On TLS `left@right` (RFC 5322 section 3.6.4), on DMARC as in RFC 9990 section 3.5.1. */
  readonly reportId: string;
  /** Without its angle brackets. */
  readonly messageId: string;
  /** Epoch milliseconds. */
  readonly date: number;
  /** ASCII; lines parted by `\n`. */
  readonly text: string;
  readonly fileName: string;
  /** Gzip. */
  readonly file: Uint8Array;
  /** Must not occur in the text: random. */
  readonly boundary: string;
};

const FORMATS = {
  tls: { container: 'multipart/report; report-type="tlsrpt";', media: "application/tlsrpt+gzip" },
  dmarc: { container: "multipart/mixed;", media: "application/gzip" },
} as const;

/** RFC 2045 section 6.8. */
const BASE64_LINE = /.{1,76}/g;

/** @throws RangeError when a value is not printable ASCII: all are ours or were checked, so that is a fault of ours. */
export function composeReportMail(mail: ReportMail): Uint8Array {
  const { kind, reportDomain, submitter, boundary } = mail;
  const { container, media } = FORMATS[kind];
  const lines = [
    `From: ${mail.from}`,
    `To: ${mail.to}`,
    "Subject: Report Domain:",
    ` ${reportDomain}`,
    " Submitter:",
    ` ${submitter}`,
    " Report-ID:",
    ` <${mail.reportId}>`,
    `Date: ${formatDate(mail.date)}`,
    "Message-ID:",
    ` <${mail.messageId}>`,
    ...(kind === "tls" ? [`TLS-Report-Domain: ${reportDomain}`, `TLS-Report-Submitter: ${submitter}`] : []),
    "Auto-Submitted: auto-generated",
    "MIME-Version: 1.0",
    `Content-Type: ${container}`,
    ` boundary="${boundary}"`,
    "Content-Transfer-Encoding: 7bit",
    "",
    `--${boundary}`,
    "Content-Type: text/plain; charset=us-ascii",
    "Content-Transfer-Encoding: 7bit",
    "",
    ...mail.text.split("\n"),
    `--${boundary}`,
    `Content-Type: ${media}`,
    "Content-Transfer-Encoding: base64",
    "Content-Disposition: attachment;",
    ` filename="${mail.fileName}"`,
    "",
    ...(mail.file.toBase64().match(BASE64_LINE) ?? []),
    `--${boundary}--`,
    "",
  ];
  if (!lines.every((line) => /^[\x20-\x7e]{0,998}$/.test(line)))
    throw new RangeError("the lines of a report's mail must be printable ASCII, at most 998 signs each");
  return new TextEncoder().encode(lines.join("\r\n"));
}
