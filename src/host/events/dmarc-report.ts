/** Events of the daily reports on DMARC to other domains, and of daily reports that others send us (promises F2, F5). */

export const dmarcReportEvents = {
  "dmarcreport.sent": {
    level: "info",
    summary: "The queue took the day's report for one of a domain's addresses.",
    fields: { destination: "personal string", attempts: "public number", bytes: "public number" },
  },
  "dmarcreport.deferred": {
    level: "info",
    summary: "A report could not be sent for now and is tried again. `why` is dns or unsigned.",
    fields: {
      destination: "personal string",
      why: "public string",
      attempts: "public number",
      code: "public number",
    },
  },
  "dmarcreport.failed": {
    level: "info",
    summary:
      "A report was given up: it is larger than an address takes (`why` size), or a day of attempts was in vain (`why` as of deferred).",
    fields: {
      destination: "personal string",
      why: "public string",
      attempts: "public number",
      code: "public number",
    },
  },
  "dmarcreport.beyond": {
    level: "warning",
    summary: "Results of DMARC were beyond what is kept of a day: some domains' reports are not complete, or not made.",
    fields: { results: "public number" },
  },
  "dmarcreport.broken": {
    level: "error",
    summary: "A step of the reports on DMARC failed and is done again; mail goes on.",
    fields: { step: "public string", code: "public string" },
  },
  "report.received": {
    level: "info",
    summary: "A daily report about a domain of ours arrived and was added to the sums. `kind` is dmarc or tls.",
    fields: { kind: "public string", domain: "public string", count: "public number" },
  },
  "report.ignored": {
    level: "info",
    summary:
      "A daily report that arrived was not counted; its mail is delivered all the same. `why` is foreign (about no domain of ours), time (about a day long ago or to come), known (it was counted before), beyond (too many of that day), busy (too many at once) or store.",
    fields: { why: "public string" },
  },
} as const;
