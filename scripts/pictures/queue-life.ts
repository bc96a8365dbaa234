/** The life of one part of a message in the queue to the world: docs/queue.md. The figures are those that the queue works by. */
import { HOUR } from "../../src/host/clock.ts";
import { type RetrySchedule, retrySchedule, type Slowness, slowed, unslowed } from "../../src/rules/retry.ts";
import { type QueueLimits, queueLimits } from "../../src/service/queue/queue-limits.ts";
import { TEN_DAYS } from "../../src/service/retention/classified.ts";
import { drawn, type Place, span, way, WIDTH, words } from "./drawing.ts";

const NAME = "queue-life";

/** Left: what happens to it. Right: where it waits. */
const LEFT = { x: 6, width: 128 } as const;
const RIGHT = { x: 158, width: 180 } as const;
const INSIDE = { x: RIGHT.x + 8, width: RIGHT.width - 16 } as const;
const LINE = 15;

type Box = Place & {
  readonly width: number;
  readonly name: string;
  /** How long; stands behind the name. */
  readonly time?: string;
  readonly lines: readonly string[];
  readonly fill: "way" | "box" | "good" | "bad";
};

const heightOf = ({ lines }: Pick<Box, "lines">): number => 25 + lines.length * LINE;

function box(one: Box): readonly string[] {
  const { x, y, width, name, time, lines, fill } = one;
  return [
    `<rect class="${fill}" x="${x}" y="${y}" width="${width}" height="${heightOf(one)}" rx="5"/>`,
    words(name, { x: x + 7, y: y + 17 }, { ink: "ink", isBold: true }),
    ...(time === undefined ? [] : [words(time, { x: x + width - 7, y: y + 17 }, { ink: "ink", anchor: "end" })]),
    ...lines.map((line, n) => words(line, { x: x + 7, y: y + 33 + n * LINE })),
  ];
}

/** The shortest and the longest pause of a host that asks for less, without the part that chance has in it. */
function slowPauses(): readonly [shortest: number, longest: number] {
  const evenly = 0.5;
  let now = 0;
  let slowness: Slowness = unslowed(queueLimits.perHost);
  const pauses: number[] = [];
  for (let demands = 0; demands < 20; demands++) {
    slowness = slowed(slowness, now, evenly);
    pauses.push(slowness.until - now);
    now = slowness.until;
  }
  return [Math.min(...pauses), Math.max(...pauses)];
}

/** Renders docs/queue-life.svg. */
export function queueLife(
  schedule: RetrySchedule = retrySchedule,
  { heldLifeMs, leaseMs }: Pick<QueueLimits, "heldLifeMs" | "leaseMs"> = queueLimits,
): string {
  const range = (pauses: readonly number[]): string => `${span(Math.min(...pauses))} to ${span(Math.max(...pauses))}`;
  const pauses = range(schedule.pausesMs);
  const rests = range(schedule.restsMs);
  const slow = range(slowPauses());
  const life = span(schedule.lifeMs);
  // Whole days would hide that what is held goes an hour before ten of them are over.
  const held = `${heldLifeMs / HOUR} h`;
  const kept = span(TEN_DAYS * HOUR);

  const taken: Box = { ...LEFT, y: 6, name: "taken", lines: ["sealed, durable;", "then 250 is said"], fill: "way" };
  const due: Box = { ...LEFT, y: 88, name: "due", lines: ["senders, domains", "take turns"], fill: "way" };
  const claimed: Box = {
    ...LEFT,
    y: 175,
    name: "claimed",
    lines: ["by one worker, for", `${span(leaseMs)} and renewed`],
    fill: "way",
  };
  const tried: Box = {
    ...LEFT,
    y: 262,
    name: "tried",
    lines: ["the domain's hosts,", "one after another"],
    fill: "way",
  };

  const waits = { x: RIGHT.x, y: due.y, height: 352 };
  const waiting = (name: string, y: number, time: string, lines: readonly string[]): Box => ({
    ...INSIDE,
    y,
    name,
    time,
    lines,
    fill: "box",
  });
  const waitings = [
    waiting("held", 167, `${held} at most`, ["account may not send,", "or an operator said so"]),
    waiting("put off", 236, pauses, ["the host said 4xx; the", "part waits by itself"]),
    waiting("resting", 305, rests, ["no host answers; all mail", "for the domain waits"]),
    waiting("slowed", 374, slow, ["a host asks for less; all", "that it serves waits"]),
  ];

  const endY = 472;
  const endWidth = 80;
  const endings = [
    { name: "delivered", lines: ["the host", "said 2xx"], fill: "good" },
    { name: "refused", lines: ["5xx:", "a report"], fill: "bad" },
    { name: "given up", lines: [`${life}:`, "a report"], fill: "bad" },
    { name: "dropped", lines: ["by hand:", "no report"], fill: "bad" },
  ] as const;
  const endBoxes = endings.map((end, n): Box => ({ ...end, x: 6 + n * (endWidth + 4), y: endY, width: endWidth }));
  const [delivered, refused, givenUp] = endBoxes.map(({ x, width }) => x + width / 2);
  const endBottom = endY + heightOf({ lines: endings[0].lines });
  const gatherY = endBottom + 12;

  const content: Box = {
    ...LEFT,
    y: gatherY + 16,
    name: "content gone",
    lines: ["key destroyed with", "the last recipient"],
    fill: "way",
  };
  const record: Box = {
    ...RIGHT,
    y: content.y,
    name: "record",
    time: kept,
    lines: ["who, when, which host,", "its words, TLS; no content"],
    fill: "box",
  };
  const gone: Box = { ...RIGHT, y: content.y + 81, name: "gone", lines: [], fill: "way" };
  const height = gone.y + heightOf(gone) + 8;

  const middle = LEFT.x + LEFT.width / 2;
  const down = (from: Box, to: Box, x: number): string =>
    way(
      [
        { x, y: from.y + heightOf(from) + 1 },
        { x, y: to.y - 1 },
      ],
      { head: NAME },
    );
  const half = (one: Box): number => one.y + heightOf(one) / 2;
  const leftEnd = LEFT.x + LEFT.width + 1;
  const triedBottom = tried.y + heightOf(tried) + 1;
  const forkY = endY - 16;
  const forkX = LEFT.x + 18;
  const fork = (x = forkX): string =>
    way(
      [
        { x: forkX, y: triedBottom },
        { x: forkX, y: forkY },
        { x, y: forkY },
        { x, y: endY - 1 },
      ],
      { head: NAME },
    );

  return drawn({
    name: NAME,
    title: "The life of one part of a message",
    description: `A part, which is a message for one domain, is taken: it is sealed and durable before 250 is said. It is due, and senders and domains take turns. One worker claims it, for ${span(leaseMs)} and renewed; when the worker dies, it is due again. If its account may not send, it is held, as when an operator says so, ${held} at most. It is tried at the domain's hosts one after another. A recipient that a host takes with 2xx is delivered; one that is refused with 5xx is done, and the sender hears of it. What is left waits: put off by a host with 4xx, ${pauses}; resting with all mail for a domain where no host answers, ${rests}; slowed with all that a host serves which asks for less, ${slow}. Then, or by queue retry, it is due again; what is held is due when it is released. After ${life} it is given up, and the sender hears of it; queue drop ends it without a word. With the last recipient of the message its key is destroyed and its content is gone. A record without content, who, when, which host, its words and TLS, is kept for ${kept} and then gone too.`,
    height,
    shapes: [
      ...[taken, due, claimed, tried].flatMap(box),
      down(taken, due, middle),
      down(due, claimed, middle - 40),
      down(claimed, tried, middle - 40),
      way(
        [
          { x: middle + 50, y: claimed.y - 1 },
          { x: middle + 50, y: due.y + heightOf(due) + 1 },
        ],
        {
          head: NAME,
          isDashed: true,
        },
      ),
      words("worker died", { x: middle + 45, y: claimed.y - 12 }, { anchor: "end" }),
      `<rect class="faint" fill="none" stroke-width="1.3" x="${waits.x}" y="${waits.y}" width="${RIGHT.width}" height="${waits.height}" rx="7"/>`,
      words("waits", { x: waits.x + 10, y: waits.y + 19 }, { ink: "ink", isBold: true }),
      words("due again in time, or by", { x: waits.x + 10, y: waits.y + 37 }),
      words("queue retry; what is held,", { x: waits.x + 10, y: waits.y + 52 }),
      words("when it is released", { x: waits.x + 10, y: waits.y + 67 }),
      ...waitings.flatMap(box),
      way(
        [
          { x: waits.x - 1, y: half(due) },
          { x: leftEnd, y: half(due) },
        ],
        { head: NAME },
      ),
      way(
        [
          { x: leftEnd, y: half(claimed) },
          { x: INSIDE.x - 1, y: half(claimed) },
        ],
        { head: NAME },
      ),
      way(
        [
          { x: leftEnd, y: half(tried) },
          { x: waits.x - 1, y: half(tried) },
        ],
        { head: NAME },
      ),
      ...["each recipient ends", "by itself; those left", "over wait as one"].map((line, n) =>
        words(line, { x: forkX + 10, y: 370 + n * LINE }),
      ),
      fork(delivered),
      fork(refused),
      way(
        [
          { x: givenUp ?? middle, y: waits.y + waits.height + 1 },
          { x: givenUp ?? middle, y: endY - 1 },
        ],
        { head: NAME },
      ),
      ...endBoxes.flatMap(box),
      ...endBoxes.map(({ x }) =>
        way([
          { x: x + endWidth / 2, y: endBottom + 1 },
          { x: x + endWidth / 2, y: gatherY },
        ]),
      ),
      way([
        { x: endWidth / 2 + 6, y: gatherY },
        { x: WIDTH - 6 - endWidth / 2, y: gatherY },
      ]),
      way(
        [
          { x: middle, y: gatherY },
          { x: middle, y: content.y - 1 },
        ],
        { head: NAME },
      ),
      way(
        [
          { x: RIGHT.x + RIGHT.width / 2, y: gatherY },
          { x: RIGHT.x + RIGHT.width / 2, y: content.y - 1 },
        ],
        { head: NAME },
      ),
      ...[content, record, gone].flatMap(box),
      down(record, gone, RIGHT.x + RIGHT.width / 2),
    ],
  });
}
