/** Events of the figures that are kept for years (promise L4). */

export const statisticsEvents = {
  "statistics.made": {
    level: "info",
    summary: "The figures of a day that is over were made from its log; the day is not counted again.",
    fields: { day: "public string", lines: "public number", figures: "public number" },
  },
} as const;
