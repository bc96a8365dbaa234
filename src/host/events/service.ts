/** Events of the service area. */

export const serviceEvents = {
  "login.accepted": {
    level: "info",
    summary: "A name and password were right; `remembered` when a check of the last 15 minutes answered.",
    fields: { account: "pseudonymous string", appPassword: "public boolean", remembered: "public boolean" },
  },
  "login.refused": {
    level: "warning",
    summary: "A log-in was not let in; `account` is known only where one exists.",
    fields: { account: "pseudonymous string", reason: "public string" },
  },
  "account.added": {
    level: "info",
    summary: "Accounts were made; `account` is given when it was one.",
    fields: { account: "pseudonymous string", count: "public number" },
  },
  "account.changed": {
    level: "info",
    summary: "Something of an account was changed: password, state, aliases, app passwords.",
    fields: { account: "pseudonymous string", change: "public string" },
  },
  "account.deleted": {
    level: "info",
    summary: "An account's mail, record and credentials are gone.",
    fields: { account: "pseudonymous string" },
  },
} as const;
