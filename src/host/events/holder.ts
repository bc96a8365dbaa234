/** Events of what is done for holders without their being there: folders emptied, notices of their room. */

export const holderEvents = {
  "holder.emptied": {
    level: "info",
    summary: "Mail older than its holder wants to keep was taken out of Junk or Trash and erased.",
    fields: { account: "pseudonymous string", folder: "public string", messages: "public number" },
  },
  "holder.failed": {
    level: "warning",
    summary: "A step for a holder failed; it is done again: emptying the next day, a notice in ten minutes.",
    fields: { account: "pseudonymous string", step: "public string", code: "public string" },
  },
} as const;
