/** The events of coming in, beside `login.accepted` and `login.refused`. */

export const webAccessEvents = {
  "login.held": {
    level: "info",
    summary: "A log-in was put off because too much failed before: for its name, or from its network.",
    fields: { scope: "public string", waits: "public number" },
  },
  "login.unrecorded": {
    level: "error",
    summary: "The list of log-ins could not be written, or a holder not be told of a new kind of client; tried again.",
    fields: { code: "public string", waiting: "public number" },
  },
} as const;
