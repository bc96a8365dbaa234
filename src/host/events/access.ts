/** Events of the gate for staff (promise A7). What was done to whom stands in the sealed record, not here. */

export const accessEvents = {
  "access.opened": {
    level: "warning",
    summary:
      "An operator opened an access; `all` when it is not for one account, `barred` when its holder must not be told yet.",
    fields: {
      access: "pseudonymous string",
      scope: "public string",
      all: "public boolean",
      barred: "public boolean",
    },
  },
  "access.used": {
    level: "warning",
    summary: "A command went through the gate with an access.",
    fields: { access: "pseudonymous string", command: "public string", scope: "public string" },
  },
  "access.refused": {
    level: "warning",
    summary: "A command was turned away at the gate.",
    fields: { command: "public string", reason: "public string" },
  },
  "access.told": {
    level: "info",
    summary: "Holders were told of an access, or need not be: `how` is told, gone, everyone or numbers.",
    fields: { access: "pseudonymous string", how: "public string" },
  },
  "access.untold": {
    level: "warning",
    summary: "A holder could not be told of an access yet; it is tried again.",
    fields: { access: "pseudonymous string", code: "public string" },
  },
  "access.erased": {
    level: "info",
    summary: "The records of accesses are gone, as their holders were told a year ago.",
    fields: { count: "public number" },
  },
  "access.head-kept": {
    level: "error",
    summary: "The head of the record could not leave the machine; it is tried again.",
    fields: { at: "public string" },
  },
} as const;
