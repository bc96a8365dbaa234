/** Events of what judges arriving mail: verification, scanners, the built-in defence with its verdicts, lessons, DNS lists. */

export const defenceEvents = {
  "defence.verdict": {
    level: "info",
    summary:
      "What became of a message for an account. `verdict` is inbox, junk, refuse or greylist; `rule` is the one that decided.",
    fields: {
      session: "pseudonymous string",
      account: "pseudonymous string",
      verdict: "public string",
      rule: "public string",
      reason: "public string",
    },
  },
  "defence.learned": {
    level: "info",
    summary:
      "A holder moved a mail in or out of Junk, answered it or marked it, and its account's memory learned from it.",
    fields: { account: "pseudonymous string", lesson: "public string", result: "public string" },
  },
  "defence.unheard": {
    level: "warning",
    summary:
      "Holders moved or marked mail faster than their memories could learn from it: so many of these acts taught nothing.",
    fields: { acts: "public number" },
  },
  "defence.list": {
    level: "warning",
    summary:
      "A DNS list changed its state: `sound`, `silent` (no answer), `empty` (its test entry is missing) or `all` (it lists everybody); it counts only while sound.",
    fields: { zone: "public string", state: "public string" },
  },
  "arriving.verified": {
    level: "info",
    summary:
      "Where an arriving message comes from was verified. `dkim` is the best result of its signatures; `temperror` says that the DNS gave no answer in time.",
    fields: {
      session: "pseudonymous string",
      spf: "public string",
      dkim: "public string",
      dmarc: "public string",
      ms: "public number",
    },
  },
  "scan.unavailable": {
    level: "warning",
    summary:
      "A scanner gave no answer about a message. `kind` is spam or virus; `action` is defer (the peer comes again) or pass (the message is marked as unscanned).",
    fields: {
      session: "pseudonymous string",
      scanner: "public string",
      kind: "public string",
      why: "public string",
      action: "public string",
    },
  },
  "defence.failed": {
    level: "error",
    summary: "A step of the built-in defence failed; the message went on without it.",
    fields: { step: "public string", code: "public string", account: "pseudonymous string" },
  },
} as const;
