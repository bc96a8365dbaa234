/** Events of the daily reports on TLS to other domains (promise F5). */

export const tlsReportEvents = {
  "tlsreport.sent": {
    level: "info",
    summary: "A place of a domain's reports has the day's: the queue (`way` mail) or its server (`way` https) took it.",
    fields: {
      destination: "personal string",
      way: "public string",
      attempts: "public number",
      bytes: "public number",
    },
  },
  "tlsreport.deferred": {
    level: "info",
    summary:
      "A report could not be sent for now and is tried again. `why` is dns, unsigned, unreached, refused or store.",
    fields: {
      destination: "personal string",
      why: "public string",
      attempts: "public number",
      code: "public number",
    },
  },
  "tlsreport.failed": {
    level: "info",
    summary:
      "A report was given up: a place refused it for good, or a day of attempts was in vain. `why` as of deferred.",
    fields: {
      destination: "personal string",
      why: "public string",
      attempts: "public number",
      code: "public number",
    },
  },
  "tlsreport.beyond": {
    level: "warning",
    summary: "Results of TLS were beyond what is kept of a day: some domains' reports are not complete, or not made.",
    fields: { results: "public number" },
  },
  "tlsreport.broken": {
    level: "error",
    summary: "A step of the reports on TLS failed and is done again; mail goes on.",
    fields: { step: "public string", code: "public string" },
  },
} as const;
