/** When mail to the world is tried again, on a logarithmic scale: docs/queue.md. The marks are those of the schedule, without the part that chance has in it. */
import { DAY, HOUR, MINUTE } from "../../src/host/clock.ts";
import { pauseAfter, restAfter, type RetrySchedule, retrySchedule } from "../../src/rules/retry.ts";
import { drawn, span, words } from "./drawing.ts";

const NAME = "queue-schedule";

const LEFT = 14;
const RIGHT = 322;
/** Where the scale begins to be logarithmic. */
const LEAST_MS: number = 3 * MINUTE;
const EVENLY = 0.5;
const TICKS: readonly number[] = [6 * MINUTE, 30 * MINUTE, 2 * HOUR, DAY];
/** Ticks nearer than this would write over one another. */
const APART = 42;
const TOP = 52;
const BOTTOM = 208;

/** Times of the attempts within the life of a message, the first at 0. */
function attempts(lifeMs: number, pauseMs: (failures: number) => number): readonly number[] {
  const times = [0];
  for (let at = pauseMs(1); at < lifeMs; at += pauseMs(times.length)) times.push(at);
  return times;
}

/** Renders docs/queue-schedule.svg. */
export function queueSchedule(schedule: RetrySchedule = retrySchedule): string {
  const { lifeMs, delayAfterMs } = schedule;
  const scale = (RIGHT - LEFT) / Math.log(lifeMs / LEAST_MS);
  const xOf = (ms: number): number =>
    Math.round((LEFT + Math.log(Math.max(ms, LEAST_MS) / LEAST_MS) * scale) * 10) / 10;
  const puts = attempts(lifeMs, (failures) => pauseAfter(schedule, failures, EVENLY));
  const rests = attempts(lifeMs, (failures) => restAfter(schedule, failures, EVENLY));
  const marked = [delayAfterMs, lifeMs];
  const isFree = (tick: number): boolean => [0, ...marked].every((mark) => Math.abs(xOf(mark) - xOf(tick)) >= APART);
  const ticks = TICKS.filter((tick) => tick < lifeMs && isFree(tick));
  const row = (y: number, times: readonly number[], color: "full" | "other"): readonly string[] => [
    ...ticks.map((tick) => `<path class="faint" d="M${xOf(tick)} ${y - 12}V${y + 12}"/>`),
    `<path class="line" d="M${LEFT} ${y}H${RIGHT}"/>`,
    `<g class="${color}">${times.map((ms) => `<rect x="${xOf(ms) - 1}" y="${y - 8}" width="2" height="16"/>`).join("")}</g>`,
  ];
  return drawn({
    name: NAME,
    title: "When mail to the world is tried again",
    description: `On a logarithmic scale of time since submission: a message that a host puts off is tried at once and ${puts.length - 1} times more in ${span(lifeMs)}, a destination that does not answer ${rests.length - 1} times more; the sender hears of the delay after ${span(delayAfterMs)}, and gets the report after ${span(lifeMs)}.`,
    height: 268,
    shapes: [
      ...ticks.map((tick) => words(span(tick), { x: xOf(tick), y: BOTTOM + 17 }, { anchor: "middle" })),
      ...marked.flatMap((mark) => [
        `<path class="edge" stroke-dasharray="4 3" d="M${xOf(mark)} ${TOP}V${BOTTOM}"/>`,
        words(span(mark), { x: xOf(mark), y: BOTTOM + 17 }, { ink: "act", anchor: "middle" }),
      ]),
      words("sender hears of the delay", { x: xOf(delayAfterMs), y: 42 }, { ink: "act", anchor: "middle" }),
      words("given up, report", { x: RIGHT + 12, y: 24 }, { ink: "act", anchor: "end" }),
      words("a host puts it off (4xx)", { x: LEFT - 4, y: 94 }, { ink: "ink", isBold: true }),
      ...row(114, puts, "full"),
      words("no host answers", { x: LEFT - 4, y: 160 }, { ink: "ink", isBold: true }),
      ...row(180, rests, "other"),
      words("at once", { x: LEFT - 4, y: BOTTOM + 17 }),
      words("time since submission, logarithmic; chance moves", { x: LEFT - 4, y: BOTTOM + 38 }),
      words("each pause by up to a fifth, to both sides", { x: LEFT - 4, y: BOTTOM + 53 }),
    ],
  });
}
