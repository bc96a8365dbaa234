/** Events of backup sets, their ledger and what comes back from them. */

export const backupEvents = {
  "backup.made": {
    level: "info",
    summary: "A set is whole: every account is in it that could be read.",
    fields: {
      set: "public string",
      accounts: "public number",
      unchanged: "public number",
      skipped: "public number",
      sentOctets: "public number",
      seconds: "public number",
    },
  },
  "backup.failed": {
    level: "error",
    summary: "A set could not be made, or what should be gone is still there; it is tried again.",
    fields: { at: "public string", sentence: "public string" },
  },
  "backup.account-skipped": {
    level: "error",
    summary: "An account could not be read and is not in the set.",
    fields: { account: "pseudonymous string", reason: "public string" },
  },
  "backup.expired": {
    level: "info",
    summary: "Sets whose hours are over were made unreadable, and what no living set names was deleted.",
    fields: { sets: "public number", objects: "public number" },
  },
  "backup.ledger-told": {
    level: "info",
    summary: "Deletions were noted at the escrow place, so that no restore undoes them.",
    fields: { entries: "public number" },
  },
  "backup.ledger-late": {
    level: "warning",
    summary: "The escrow place does not take notes of deletions; they wait and are tried again.",
    fields: { waiting: "public number", sentence: "public string" },
  },
  "backup.restored": {
    level: "warning",
    summary: "Mail came back from a set: everything, one account, or a folder of a living one.",
    fields: { account: "pseudonymous string", set: "public string", what: "public string", messages: "public number" },
  },
} as const;
