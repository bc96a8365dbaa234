/** Events of the watch over accounts (promise A8) and of the notices that holders and the operator get. */

export const watchEvents = {
  "watch.flagged": {
    level: "warning",
    summary: "A rule found something odd about an account: `altmail watch show FLAG` tells what; a person decides.",
    fields: { flag: "public string", account: "pseudonymous string", rule: "public string", pauses: "public boolean" },
  },
  "watch.paused": {
    level: "warning",
    summary: "Two rules of different kind agreed: the account may not send until a person has looked.",
    fields: { flag: "public string", account: "pseudonymous string" },
  },
  "watch.closed": {
    level: "info",
    summary: "A person looked at a flag and closed it; `resumed` when the account may send again.",
    fields: { flag: "public string", account: "pseudonymous string", word: "public string", resumed: "public boolean" },
  },
  "watch.failed": {
    level: "error",
    summary: "A step of the watch failed and is tried again within the hour.",
    fields: { step: "public string", code: "public string" },
  },
  "notice.told": {
    level: "info",
    summary: "A notice lies in the INBOX of its account; `repeated` when it did before.",
    fields: { kind: "public string", account: "pseudonymous string", repeated: "public boolean" },
  },
  "notice.untold": {
    level: "error",
    summary: "A notice has nobody to go to: the holder's account is gone, or that of the operator does not exist.",
    fields: { kind: "public string", reason: "public string" },
  },
} as const;
