/** Events of mail on its way to the world (promises D6, F2). */

export const queueEvents = {
  "queue.delivered": {
    level: "info",
    summary: "A remote host took a message for a recipient.",
    fields: {
      delivery: "pseudonymous string",
      account: "pseudonymous string",
      recipient: "personal string",
      host: "public string",
      code: "public number",
      tls: "public string",
      attempts: "public number",
      waitedMs: "public number",
    },
  },
  "queue.deferred": {
    level: "info",
    summary: "A recipient could not be served for now; the message is tried again.",
    fields: {
      delivery: "pseudonymous string",
      account: "pseudonymous string",
      recipient: "personal string",
      host: "public string",
      code: "public number",
      enhanced: "public string",
      attempts: "public number",
    },
  },
  "queue.failed": {
    level: "info",
    summary: "A recipient was given up: refused for good, or in vain until the end of the schedule (`end`).",
    fields: {
      delivery: "pseudonymous string",
      account: "pseudonymous string",
      recipient: "personal string",
      host: "public string",
      code: "public number",
      enhanced: "public string",
      end: "public string",
    },
  },
  "queue.held": {
    level: "info",
    summary: "The account may not send at the moment: its message waits until it may.",
    fields: { delivery: "pseudonymous string", account: "pseudonymous string" },
  },
  "queue.resting": {
    level: "info",
    summary: "A destination could not be reached; everything for it waits.",
    fields: {
      destination: "personal string",
      enhanced: "public string",
      failures: "public number",
      forMs: "public number",
    },
  },
  "queue.slowed": {
    level: "info",
    summary:
      "A remote host asked for less (421, 4.7.x, 452 of its own room or too many recipients): fewer connections to it, later.",
    fields: { host: "public string", code: "public number", connections: "public number", forMs: "public number" },
  },
  "queue.reported": {
    level: "info",
    summary: "The sender has a delivery report in the INBOX; `repeated` when it was there before.",
    fields: {
      delivery: "pseudonymous string",
      account: "pseudonymous string",
      recipients: "public number",
      repeated: "public boolean",
    },
  },
  "queue.broken": {
    level: "error",
    summary: "A step of the queue failed and is tried again; nothing is lost.",
    fields: { step: "public string", code: "public string" },
  },
  "queue.policies": {
    level: "warning",
    summary: "MTA-STS policies that are in force could not be fetched anew (`failed`); the ones we know hold on.",
    fields: { failed: "public number" },
  },
  "queue.feedback": {
    level: "info",
    summary: "A report from outside (bounce, complaint) about a message of the account came in.",
    fields: { account: "pseudonymous string", feedback: "public string" },
  },
} as const;
