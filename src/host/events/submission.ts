/** Events of submission: sessions on ports 465 and 587, what becomes of the mail, and the keys that sign it. */

export const submissionEvents = {
  "submission.message": {
    level: "info",
    summary: "A submitted message came to its end (DATA or BDAT): the access log's line for it.",
    fields: {
      session: "pseudonymous string",
      client: "personal string",
      helo: "personal string",
      account: "pseudonymous string",
      verb: "public string",
      bytes: "public number",
      recipients: "public number",
      code: "public number",
      enhanced: "public string",
    },
  },
  "submission.refused": {
    level: "info",
    summary: "A command other than DATA and BDAT was refused on a port for submission.",
    fields: {
      session: "pseudonymous string",
      client: "personal string",
      helo: "personal string",
      account: "pseudonymous string",
      verb: "public string",
      code: "public number",
      enhanced: "public string",
    },
  },
  "submission.closed": {
    level: "info",
    summary:
      "A session for submission ended. `reason` is quit, gone, timeout, errors, shutdown, revoked, tls or fault.",
    fields: {
      session: "pseudonymous string",
      client: "personal string",
      helo: "personal string",
      account: "pseudonymous string",
      reason: "public string",
      commands: "public number",
      messages: "public number",
      /** Octets of our replies. */
      bytes: "public number",
      tls: "public boolean",
    },
  },
  "submission.failed": {
    level: "error",
    summary: "A step of submission failed by a fault of ours; the client was told to try again.",
    fields: {
      step: "public string",
      code: "public string",
      account: "pseudonymous string",
      session: "pseudonymous string",
    },
  },
  "submission.limited": {
    level: "warning",
    summary: "An account has reached a limit of what it may send; the client was told when to try again.",
    fields: { account: "pseudonymous string", limit: "public string", waitMs: "public number" },
  },
  "submission.scanned": {
    level: "warning",
    summary: "A scanner refused a submitted message. `why` is spam or virus.",
    fields: { account: "pseudonymous string", why: "public string" },
  },
  "dkim.moved": {
    level: "info",
    summary:
      "A DKIM key came into another state; `made` asks for its record to be published, `gone` lets it be removed.",
    fields: { domain: "public string", selector: "public string", state: "public string" },
  },
  "dkim.missing": {
    level: "error",
    summary: "The record of a DKIM key that signs is not in the DNS: publish it again, for signatures fail meanwhile.",
    fields: { domain: "public string", selector: "public string" },
  },
  "dkim.unsigned": {
    level: "error",
    summary: "A message left without a signature, for its domain has no DKIM key that signs: see altmail dns check.",
    fields: { domain: "public string" },
  },
  "dkim.failed": {
    level: "error",
    summary: "The rotation of DKIM keys failed for a domain and is tried again at its next turn.",
    fields: { domain: "public string", code: "public string" },
  },
} as const;
