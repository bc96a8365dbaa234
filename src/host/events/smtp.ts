/** Events of the smtp area: the sessions on port 25, and what becomes of the mail. */

export const smtpEvents = {
  "smtp.message": {
    level: "info",
    summary: "A message came to its end (DATA or BDAT): the access log's line for it.",
    fields: {
      session: "pseudonymous string",
      client: "personal string",
      helo: "personal string",
      verb: "public string",
      bytes: "public number",
      recipients: "public number",
      /** A class of accounts, one of 64, of the first recipient (service/statistics/account-class.ts). */
      crowd: "pseudonymous number",
      tls: "public boolean",
      code: "public number",
      enhanced: "public string",
    },
  },
  "smtp.refused": {
    level: "info",
    summary: "A command other than DATA and BDAT was refused.",
    fields: {
      session: "pseudonymous string",
      client: "personal string",
      helo: "personal string",
      verb: "public string",
      code: "public number",
      enhanced: "public string",
    },
  },
  "smtp.limited": {
    level: "info",
    summary:
      "A peer, its network or a recipient of its mail had reached a limit on strangers (src/service/peer-limits).",
    fields: {
      session: "pseudonymous string",
      client: "personal string",
      helo: "personal string",
      /** open, connections, messages, kibibytes, unknown, badCommands, recipient (service/peer-limits). */
      limit: "public string",
      /** host, network or recipient. */
      scope: "public string",
    },
  },
  "smtp.closed": {
    level: "info",
    summary: "A session ended. `reason` is quit, gone, timeout, errors, limited, shutdown, tls or fault.",
    fields: {
      session: "pseudonymous string",
      client: "personal string",
      helo: "personal string",
      reason: "public string",
      commands: "public number",
      messages: "public number",
      /** Octets of our replies. */
      bytes: "public number",
      tls: "public boolean",
    },
  },
  "smtp.failed": {
    level: "error",
    summary: "A session ended by a fault of ours.",
    fields: {
      session: "pseudonymous string",
      client: "personal string",
      helo: "personal string",
      error: "public string",
    },
  },
  "delivery.failed": {
    level: "error",
    summary: "A message could not be stored for an account, or not taken at all; the peer or the queue tries again.",
    fields: {
      step: "public string",
      code: "public string",
      account: "pseudonymous string",
      delivery: "pseudonymous string",
    },
  },
  "delivery.deferred": {
    level: "warning",
    summary: "A message was accepted and waits in the queue for some of its recipients' stores.",
    fields: { delivery: "pseudonymous string", recipients: "public number" },
  },
  "delivery.postponed": {
    level: "warning",
    summary: "A waiting message could not be stored yet.",
    fields: {
      delivery: "pseudonymous string",
      account: "pseudonymous string",
      code: "public string",
      attempts: "public number",
      waitedMs: "public number",
    },
  },
  "delivery.overdue": {
    level: "error",
    summary: "Alarm: an accepted message has waited for its recipient's store for more than an hour.",
    fields: {
      delivery: "pseudonymous string",
      account: "pseudonymous string",
      code: "public string",
      attempts: "public number",
      waitedMs: "public number",
    },
  },
} as const;
