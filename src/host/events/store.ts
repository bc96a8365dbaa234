/** Events of the stores. */

export const storeEvents = {
  "store.suspect": {
    level: "error",
    summary: "An account's file failed (I/O error, damage); it is reopened and checked before it is used again.",
    fields: { account: "pseudonymous string", code: "public string", step: "public string" },
  },
} as const;
