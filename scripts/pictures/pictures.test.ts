/** The pictures of docs/: their figures come from the tables, and two of them may stand in one page. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { DAY, HOUR, MINUTE } from "../../src/host/clock.ts";
import { retrySchedule } from "../../src/rules/retry.ts";
import { dkimKey } from "./dkim-key.ts";
import { WIDTH } from "./drawing.ts";
import { queueLife } from "./queue-life.ts";
import { queueSchedule } from "./queue-schedule.ts";

const PICTURES = { "dkim-key": dkimKey(), "queue-life": queueLife(), "queue-schedule": queueSchedule() };

const OTHER = { ...retrySchedule, pausesMs: [7 * MINUTE, 9 * MINUTE], lifeMs: 3 * DAY, delayAfterMs: 2 * HOUR };

function shows(picture: string, text: string): void {
  assert.match(picture, new RegExp(`<text[^>]*>${RegExp.escape(text)}<`), `shown: ${text}`);
  const description = /<desc[^>]*>(.*)<\/desc>/.exec(picture)?.[1] ?? "";
  assert.ok(description.includes(text.replace(/:$/, "")), `told: ${text}`);
}

test("the life of a part shows the pauses and the end of the schedule", () => {
  const life = queueLife(OTHER, { heldLifeMs: 99 * HOUR, leaseMs: 3 * MINUTE });
  for (const text of ["7 min to 9 min", "5 min to 3 h", "1 min to 1 h", "3 days:"]) shows(life, text);
  assert.match(life, />99 h at most</);
  assert.match(life, />3 min and renewed</);
});

test("the schedule shows an attempt for each pause, and who hears of it when", () => {
  const marks = (picture: string): number => picture.match(/<rect [^>]*height="16"/g)?.length ?? 0;
  for (const text of ["2 h", "3 days"]) shows(queueSchedule(OTHER), text);
  const once = { ...OTHER, pausesMs: [2 * DAY], restsMs: [DAY] };
  assert.equal(marks(queueSchedule(once)), 2 + 3);
});

test("the half year of a key shows the times of the rotation", () => {
  const key = dkimKey({ confirmMs: 5 * HOUR, lifetimeMs: 90 * DAY, overlapMs: DAY });
  assert.match(key, /in the DNS, and waits 5 h</);
  assert.match(key, />for 90 days; the key before</);
  assert.match(key, />stays 1 day, for late mail</);
});

for (const [name, picture] of Object.entries(PICTURES))
  test(`${name}: its names are its own, and whoever cannot see it has title and description`, () => {
    const ids = Array.from(picture.matchAll(/ id="([^"]+)"/g), ([, id]) => id);
    assert.deepEqual(ids, [`${name}-title`, `${name}-description`, `${name}-head`]);
    assert.match(picture, new RegExp(`role="img" aria-labelledby="${name}-title ${name}-description"`));
    const style = /<style>([^]*)<\/style>/.exec(picture)?.[1] ?? "";
    const rules = style.split("\n").filter((line) => line.includes("{") && !line.startsWith("@media"));
    assert.ok(rules.length > 20);
    for (const rule of rules) assert.ok(rule.startsWith(`.${name} .`), rule);
    assert.match(picture, new RegExp(`viewBox="0 0 ${WIDTH} `));
  });
