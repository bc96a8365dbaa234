/**
 * The command that shows what is kept for years: sums without persons (promise L4). Nothing in it can be read back to
 * anyone, so it needs no gate, and its JSON may be published as it is (docs/statistics.md).
 */
import type { StatisticsDocument } from "../../service/statistics/statistics.ts";
import type { FigurePeriod } from "../../store/figures.ts";
import { done, type StoreCommand, text } from "../command.ts";

const PERIODS: readonly FigurePeriod[] = ["hour", "day", "month", "year"];
const BAR_SIGNS = 24;
const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"] as const;

type Measure = StatisticsDocument["measures"][number];

export const statisticsCommands: readonly StoreCommand[] = [
  {
    name: "statistics",
    where: "stores",
    access: "content-free",
    summary: "Show the figures that are kept for years: sums in which no person can be found",
    description:
      "At least 10 people are behind each number, none of them makes up more than half of it, and it is rounded to 10; what is smaller is not kept. The figures of a day are made from its log shortly after its end. With --json it is a document that may be published: docs/statistics.md describes it.",
    arguments: [],
    options: [
      {
        name: "from",
        value: "YYYY-MM-DD",
        summary: "the first day, UTC; without it 30 days ago, a year ago by months",
      },
      { name: "to", value: "YYYY-MM-DD", summary: "the last day, UTC; without it yesterday" },
      { name: "by", value: "PERIOD", summary: "hour, day, month or year; day without it" },
    ],
    examples: [
      "altmail statistics --home var",
      "altmail statistics --by month --from 2026-01-01 --to 2026-12-31 --json --home var",
    ],
    async work({ statistics }, given) {
      const by = PERIODS.find((period) => period === (text(given, "by") || "day"));
      if (by === undefined) return { kind: "refused", sentence: `--by is one of: ${PERIODS.join(", ")}` };
      const from = text(given, "from");
      const to = text(given, "to");
      for (const day of [from, to])
        if (day !== "" && !isDay(day)) return { kind: "refused", sentence: "a day is written YYYY-MM-DD" };
      const range = { ...(from === "" ? {} : { from }), ...(to === "" ? {} : { to }) };
      return done(await statistics.document(range, by));
    },
    show: (document: StatisticsDocument) => page(document),
  },
];

function isDay(day: string): boolean {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day);
}

function page({ from, to, days, measures, rule }: StatisticsDocument): string {
  const shown = measures.filter(({ rows }) => rows.length > 0);
  const hidden = measures.filter(({ rows }) => rows.length === 0).map(({ name }) => name);
  return [
    `${from} to ${to}, UTC: ${days} ${days === 1 ? "day" : "days"} with figures. At least ${rule.people} people behind each number, rounded to ${rule.rounding}.`,
    ...shown.map(section),
    ...(hidden.length === 0 ? [] : [`Too small to be shown: ${hidden.join(", ")}`]),
  ].join("\n\n");
}

function section(measure: Measure): string {
  const { name, summary, rows, labels, unit, what } = measure;
  const periods = lines(
    total(rows, ({ period }) => period),
    unit,
  );
  const kinds =
    labels.length === 0
      ? []
      : lines(
          total(rows, (row) => Object.values(row.labels).join(", ")),
          unit,
        );
  const mean = what === "people" ? ", a day on average" : "";
  return [
    `${summary}${mean} (${name})`,
    ...periods,
    ...(kinds.length === 0 ? [] : [`  by ${labels.join(" and ")}`, ...kinds]),
  ].join("\n");
}

type Total = { readonly name: string; readonly count: number; readonly sum: number };

function total(rows: Measure["rows"], nameOf: (row: Measure["rows"][number]) => string): readonly Total[] {
  return Map.groupBy(rows, nameOf)
    .entries()
    .map(([name, same]) => ({
      name,
      count: same.reduce((sum, row) => sum + row.count, 0),
      sum: same.reduce((sum, row) => sum + (row.sum ?? 0), 0),
    }))
    .toArray();
}

function lines(totals: readonly Total[], unit: string | null): readonly string[] {
  const width = Math.max(0, ...totals.map(({ name }) => name.length));
  const most = Math.max(1, ...totals.map(({ count }) => count));
  const counts = totals.map(({ count }) => grouped(count));
  const digits = Math.max(0, ...counts.map(({ length }) => length));
  return totals.map(({ name, count, sum }, at) => {
    const amount = unit === null ? "" : `  ${grouped(sum)} ${unit}`;
    return `  ${name.padEnd(width)}  ${counts[at]?.padStart(digits)}  ${bar(count / most)}${amount}`;
  });
}

function bar(part: number): string {
  const eighths = Math.max(1, Math.round(part * BAR_SIGNS * 8));
  return "█".repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? "");
}

const grouped = (count: number): string => count.toLocaleString("en-GB");
