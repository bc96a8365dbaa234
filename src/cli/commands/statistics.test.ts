import assert from "node:assert/strict";
import { test } from "node:test";
import type { StatisticsDocument } from "../../service/statistics/statistics.ts";
import type { Operator, Outcome, Report } from "../command.ts";
import { statisticsCommands } from "./statistics.ts";

const [command] = statisticsCommands;

const sample: StatisticsDocument = {
  format: "altmail statistics 1",
  from: "2026-11-19",
  to: "2026-11-20",
  by: "day",
  rule: { people: 10, rounding: 10, share: 0.5 },
  days: 2,
  measures: [
    {
      name: "imap-commands",
      summary: "Commands",
      what: "events",
      unit: "MiB",
      labels: ["command", "result"],
      rows: [
        { period: "2026-11-19", labels: { command: "FETCH", result: "OK" }, count: 1200, sum: 10 },
        { period: "2026-11-20", labels: { command: "FETCH", result: "OK" }, count: 600, sum: null },
        { period: "2026-11-20", labels: { command: "other", result: "other" }, count: 300, sum: 20 },
      ],
    },
    { name: "log-ins", summary: "Log-ins", what: "events", unit: null, labels: [], rows: [] },
  ],
};

type Asked = { readonly range: unknown; readonly by: string };

async function run(
  given: Readonly<Record<string, string>>,
): Promise<{ readonly outcome: Outcome; readonly asked: Asked[] }> {
  const asked: Asked[] = [];
  const statistics: Partial<Operator["statistics"]> = {
    async document(range, by) {
      asked.push({ range, by });
      return sample;
    },
  };
  const outcome = await command?.work({ statistics } as Operator, given, {} as Report);
  assert.ok(outcome !== undefined);
  return { outcome, asked };
}

test("L4: the figures as text: totals by period and by label, with a bar, and what is too small by name", () => {
  assert.equal(
    command?.show(sample as never),
    `2026-11-19 to 2026-11-20, UTC: 2 days with figures. At least 10 people behind each number, rounded to 10.

Commands (imap-commands)
  2026-11-19  1,200  ${"█".repeat(24)}  10 MiB
  2026-11-20    900  ${"█".repeat(18)}  20 MiB
  by command and result
  FETCH, OK     1,800  ${"█".repeat(24)}  10 MiB
  other, other    300  ${"█".repeat(4)}  20 MiB

Too small to be shown: log-ins`,
  );
});

test("ranges and periods are passed on; what is none is a sentence", async () => {
  assert.deepEqual((await run({})).asked, [{ range: {}, by: "day" }]);
  assert.deepEqual((await run({ from: "2026-01-01", to: "2026-12-31", by: "month" })).asked, [
    { range: { from: "2026-01-01", to: "2026-12-31" }, by: "month" },
  ]);
  for (const given of [{ by: "week" }, { from: "yesterday" }, { to: "2026-02-30" }, { from: "2026-1-1" }])
    assert.equal((await run(given as Record<string, string>)).outcome.kind, "refused", JSON.stringify(given));
});
