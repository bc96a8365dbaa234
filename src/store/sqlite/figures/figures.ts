/** Figures in `figures.db`. A day is one commit, durable when `keep` fulfils (synchronous FULL). */
import { type Clock, systemClock } from "../../../host/clock.ts";
import type { Figure, FigurePeriod, FigureRange, Figures, FigureSum } from "../../figures.ts";
import { StoreError } from "../../store-error.ts";
import { APPLICATION, type Database } from "../database.ts";
import { immediate, retried } from "../immediate.ts";
import { figuresMigrations } from "./schema.ts";
import { openSystemDatabase, type SystemDatabaseOptions } from "../system-database.ts";

export type SqliteFiguresOptions = SystemDatabaseOptions;

/** @throws StoreError "key", "io", "full", "busy". */
export async function openSqliteFigures(options: SqliteFiguresOptions): Promise<Figures> {
  const clock = options.clock ?? systemClock;
  const db = await openSystemDatabase(options, APPLICATION.figures, figuresMigrations);
  return new SqliteFigures(db, clock);
}

const PERIOD: Readonly<Record<FigurePeriod, string>> = {
  year: "substr(day, 1, 4)",
  month: "substr(day, 1, 7)",
  day: "day",
  hour: `CASE hours WHEN 24 THEN day WHEN 1 THEN printf('%sT%02d', day, hour)
    ELSE printf('%sT%02d/%dh', day, hour, hours) END`,
};

type SumRow = Pick<FigureSum, "period" | "measure" | "count" | "days"> & {
  readonly labels: string;
  readonly sum: number | null;
};

class SqliteFigures implements Figures {
  readonly #db: Database;
  readonly #clock: Clock;

  constructor(db: Database, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  async keep(day: string, figures: readonly Figure[]): Promise<"kept" | "known"> {
    this.#assertOpen();
    return immediate(this.#db, { clock: this.#clock }, () => {
      if (this.#db.prepare("INSERT OR IGNORE INTO day (day) VALUES (?)").run(day).changes === 0) {
        if (this.#db.prepare("SELECT 1 FROM day WHERE day = ?").get(day) !== undefined) return "known";
        throw new RangeError("a day is written YYYY-MM-DD");
      }
      const insert = this.#db.prepare(
        "INSERT INTO figure (day, measure, hours, hour, labels, count, sum) VALUES (?, ?, ?, ?, ?, ?, ?)",
      );
      for (const { measure, hours, hour, labels, count, sum } of figures)
        insert.run(day, measure, hours, hour, JSON.stringify(labels), count, sum ?? null);
      return "kept";
    });
  }

  async days({ from, to }: FigureRange): Promise<readonly string[]> {
    return this.#read(() =>
      this.#db.prepare("SELECT day FROM day WHERE day BETWEEN ? AND ? ORDER BY day").pluck().all(from, to),
    ) as Promise<readonly string[]>;
  }

  async sums({ from, to }: FigureRange, by: FigurePeriod): Promise<readonly FigureSum[]> {
    const rows = await this.#read(() =>
      this.#db
        .prepare(
          `SELECT ${PERIOD[by]} AS period, measure, labels, sum(count) AS count, sum(sum) AS sum,
            count(DISTINCT day) AS days FROM figure
            WHERE day BETWEEN ? AND ? GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
        )
        .all(from, to),
    );
    return (rows as readonly SumRow[]).map(({ period, measure, labels, count, sum, days }) => ({
      period,
      days,
      measure,
      labels: JSON.parse(labels) as Readonly<Record<string, string>>,
      count,
      sum: sum ?? undefined,
    }));
  }

  async check(): ReturnType<Figures["check"]> {
    return this.#read(() => {
      const integrity = this.#db.pragma("integrity_check", { simple: true });
      const orphans = this.#db.pragma("foreign_key_check") as readonly unknown[];
      return [
        ...(integrity === "ok" ? [] : [{ rule: "the file is whole", detail: "figures.db is damaged" }]),
        ...(orphans.length === 0 ? [] : [{ rule: "a figure has its day", detail: `${orphans.length} have none` }]),
      ];
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#db.open) this.#db.close();
  }

  #read<T>(step: () => T): Promise<T> {
    this.#assertOpen();
    return retried({ clock: this.#clock }, step);
  }

  #assertOpen(): void {
    if (!this.#db.open) throw new StoreError("closed", "The figures are closed.");
  }
}
