/** The Subject of mail that carries a daily report (RFC 9990 section 3.5.2, RFC 8460 section 5.3). */

/** Whether a mail says that it is a report: then there is none about it, or reports would go to and fro for ever. */
export const isReportSubject = (subject: string): boolean =>
  /^\s{0,9}Report[ \t]{1,9}Domain:\s{1,9}\S{1,255}\s{1,9}Submitter:/i.test(subject);
