/** The examples in docs/prometheus against the metrics that there are. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { counterRows, cpuRow, gaugeRows, histogramRows, processRows } from "./table.ts";

const folder = join(import.meta.dirname, "../../../docs/prometheus");
const read = (name: string): string => readFileSync(join(folder, name), "utf8");

const labels = new Map<string, ReadonlyMap<string, readonly string[] | undefined>>([
  ...counterRows.map((row) => [row.name, new Map(row.labels?.map(({ name, values }) => [name, values]))] as const),
  ...histogramRows.flatMap(({ name }) => [
    [`${name}_bucket`, new Map([["le", undefined]])] as const,
    [`${name}_sum`, new Map()] as const,
    [`${name}_count`, new Map()] as const,
  ]),
  ...[...Object.values(gaugeRows), ...Object.values(processRows)].map(
    ({ name, label }) => [name, new Map(label === undefined ? [] : [[label, undefined]])] as const,
  ),
  [cpuRow.name, new Map()],
]);

for (const file of ["alerts.yml", "dashboard.json"])
  test(`every metric, label and value that ${file} names exists`, () => {
    const used = read(file)
      .replaceAll('\\"', '"')
      .matchAll(/\b(altmail_\w+)(?:\{([^}]*)\})?/g);
    let count = 0;
    for (const [, name = "", selectors = ""] of used) {
      count += 1;
      const known = labels.get(name);
      assert.ok(known !== undefined, `there is no metric ${name}`);
      for (const [, label = "", value = ""] of selectors.matchAll(/(\w+)(?:=~|!=|=)"([^"]*)"/g)) {
        assert.ok(known.has(label), `${name} has no label ${label}`);
        const values = known.get(label);
        for (const one of value.split("|")) assert.ok(values?.includes(one) ?? true, `${name}: ${label}=${one}`);
      }
    }
    assert.ok(count > 10);
  });

test("every alert says what it means and what to do, and names its urgency", () => {
  const alerts = read("alerts.yml").split("- alert: ").slice(1);
  assert.ok(alerts.length > 10);
  for (const alert of alerts) {
    assert.match(alert, /\n +expr: \S/);
    assert.match(alert, /urgency: (?:page|look) /);
    assert.match(alert, /\n +summary: "[A-Z].*\."\n/);
    assert.match(alert, /\n +action: ".*\."\n/);
  }
});

test("dashboard.json is JSON whose panels have queries, and every metric is on it or in an alert", () => {
  const { panels } = JSON.parse(read("dashboard.json")) as {
    readonly panels: readonly { readonly type: string; readonly targets?: readonly object[] }[];
  };
  for (const panel of panels) if (panel.type !== "row") assert.ok((panel.targets?.length ?? 0) > 0);
  const all = read("dashboard.json") + read("alerts.yml");
  for (const { name } of [...counterRows, ...histogramRows, ...Object.values(gaugeRows)])
    assert.ok(all.includes(name), name);
});

test("L2: the example keeps metrics for nine days", () => {
  assert.match(read("prometheus.yml"), /--storage\.tsdb\.retention\.time=9d/);
});
