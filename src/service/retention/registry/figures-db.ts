/** The tables of `figures.db` (src/store/sqlite/figures/schema.ts): sums without persons. */
import { type DatabaseClass, forYears } from "../classified.ts";

const sums = forYears("no number is of fewer than 10 accounts");

export const figuresDb: DatabaseClass = {
  name: "figures.db",
  tables: [
    { table: "day", what: "days that were counted", promise: "L4", limit: sums },
    { table: "figure", what: "sums without persons", promise: "L4", limit: sums },
  ],
};
