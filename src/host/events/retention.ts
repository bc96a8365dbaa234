/** Events of the audit of what rests, and of the care of keys. */

export const retentionEvents = {
  "retention.audited": {
    level: "info",
    summary: "The audit of what rests found everything within its limit.",
    fields: { classes: "public number" },
  },
  "retention.red": {
    level: "error",
    summary: "Something rests longer than its limit, or nobody knows what it is; `altmail retention audit` says which.",
    fields: { findings: "public number" },
  },
  "retention.failed": {
    level: "error",
    summary: "The audit itself could not be carried out.",
    fields: { reason: "public string" },
  },
  "keys.rotated": {
    level: "info",
    summary: "An operator made a new epoch: every living key is wrapped anew.",
    fields: {},
  },
  "keys.rekeyed": {
    level: "info",
    summary: "An account's file was rewritten under a new key, and the old key destroyed.",
    fields: { account: "pseudonymous string" },
  },
  "keys.exposed": {
    level: "warning",
    summary: "The machine may write memory to a disk: core dumps, swap. What to do stands in docs/keys.md.",
    fields: { why: "public string" },
  },
} as const;
