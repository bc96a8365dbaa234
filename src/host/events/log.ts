/** Events of the log about itself: what it destroyed, and what it could not. */

export const logEvents = {
  "log.destroyed": {
    level: "info",
    summary: "Days of the log were destroyed because their time was over: first their secrets, then their segments.",
    fields: { days: "public number", last: "public string" },
  },
  "log.kept": {
    level: "error",
    summary:
      "Something of the log could not be destroyed, or is none of its files; `name` is that of a file in HOME/data/log or HOME/secret.",
    fields: { name: "public string", reason: "public string" },
  },
} as const;
