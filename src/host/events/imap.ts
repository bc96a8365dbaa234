/**
 * Events of the IMAP server. `imap.command` is the access log of promise L1: who asked for what kind of thing, how much
 * was served and how it ended; never an argument, a mailbox name or a search word.
 */

export const imapEvents = {
  "imap.command": {
    level: "info",
    summary: "A client's command was answered.",
    fields: {
      session: "pseudonymous string",
      account: "pseudonymous string",
      address: "personal string",
      /** What the client says it is (RFC 2971). */
      client: "personal string",
      command: "public string",
      /** Octets of the answer. */
      bytes: "public number",
      /** OK, NO, BAD or BYE. */
      result: "public string",
      /** The response code of the tagged answer, without its arguments. */
      code: "public string",
    },
  },
  "imap.closed": {
    level: "info",
    summary: "An IMAP connection ended.",
    fields: {
      session: "pseudonymous string",
      account: "pseudonymous string",
      address: "personal string",
      tls: "public string",
      reason: "public string",
      commands: "public number",
      bytes: "public number",
    },
  },
  "imap.bug": {
    level: "error",
    summary: "A command ended in an error that nobody expected; the client got the incident's number.",
    fields: {
      session: "pseudonymous string",
      account: "pseudonymous string",
      address: "personal string",
      incident: "public string",
      command: "public string",
      error: "public string",
      stack: "public string",
    },
  },
  "imap.store": {
    level: "warning",
    summary: "A command was refused because the account's store did not answer.",
    fields: {
      session: "pseudonymous string",
      account: "pseudonymous string",
      address: "personal string",
      command: "public string",
      code: "public string",
      step: "public string",
    },
  },
} as const;
