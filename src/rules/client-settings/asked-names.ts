/** Where mail programs ask for settings: the labels below a domain at which they look, and nowhere else. */
export const ASKED_LABELS: Readonly<Record<"autoconfig" | "autodiscover" | "pacc", string>> = Object.freeze({
  /** Thunderbird, K-9 and those that learned from them. */
  autoconfig: "autoconfig",
  /** Outlook. */
  autodiscover: "autodiscover",
  /** The draft on provider configuration, see pacc.ts. */
  pacc: "ua-auto-config",
});
