/** The schema of `figures.db`: sums without persons. Its checks say again what rule L4 promises of every number. */
import type { Migration } from "../migrate.ts";

export const figuresMigrations: readonly Migration[] = [
  (db) => {
    db.exec(`
      -- Days whose figures were made, also where there was nothing to show.
      CREATE TABLE day (day TEXT PRIMARY KEY CHECK (day GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'))
        STRICT, WITHOUT ROWID;
      CREATE TABLE figure (
        day TEXT NOT NULL REFERENCES day (day),
        measure TEXT NOT NULL,
        hours INTEGER NOT NULL CHECK (hours IN (1, 6, 24)),
        hour INTEGER NOT NULL CHECK (hour BETWEEN 0 AND 23 AND hour % hours = 0),
        -- JSON, the measure's labels in their order.
        labels TEXT NOT NULL,
        count INTEGER NOT NULL CHECK (count >= 10 AND count % 10 = 0),
        sum INTEGER CHECK (sum >= 0 AND sum % 10 = 0),
        PRIMARY KEY (day, measure, labels, hours, hour)
      ) STRICT, WITHOUT ROWID;
    `);
  },
];
