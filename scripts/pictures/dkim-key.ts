/** A DKIM key's half year, between the key before it and the next: docs/dns.md. The times are those of the rotation. */
import { type RotationTimes, rotationTimes } from "../../src/rules/dkim/rotation.ts";
import { drawn, type Ink, span, WIDTH, words } from "./drawing.ts";

const NAME = "dkim-key";

const LANES = { before: 26, own: 66, next: 106 } as const;
const BAR = 22;
const TEXT_X = 138;
const LINE = 15;

type Look = "made" | "published" | "signs" | "retired";

function bar(lane: keyof typeof LANES, look: Look, from: number, to: number): string {
  const place = `x="${LANES[lane] - BAR / 2}" y="${from}" width="${BAR}" height="${to - from}"`;
  switch (look) {
    case "made":
      return `<rect class="rim" fill="none" stroke-width="1.5" stroke-dasharray="3 3" ${place}/>`;
    case "published":
      return `<rect class="half" ${place}/>`;
    case "signs":
      return `<rect class="full" ${place}/>`;
    case "retired":
      return `<rect class="rim" fill="none" stroke-width="1.5" ${place}/>`;
  }
}

type Event = {
  readonly name: string;
  readonly lines: readonly string[];
  /** What the operator does then. */
  readonly act?: string;
};

/** Renders docs/dkim-key.svg. */
export function dkimKey({ confirmMs, lifetimeMs, overlapMs }: RotationTimes = rotationTimes): string {
  const confirm = span(confirmMs);
  const lifetime = span(lifetimeMs);
  const overlap = span(overlapMs);
  const top = 40;
  const events: readonly Event[] = [
    {
      name: "made",
      lines: [`the key before has signed`, `for ${lifetime}, and signs on`],
      act: "you: publish its record",
    },
    { name: "published", lines: ["the service finds the record", `in the DNS, and waits ${confirm}`] },
    { name: "seen", lines: ["old answers are forgotten", "everywhere: ready to sign"] },
    { name: "signing", lines: [`for ${lifetime}; the key before`, "signs no more"] },
    {
      name: "the next one is made",
      lines: ["this one signs until that is", "published and seen"],
      act: "you: publish its record",
    },
    { name: "retired", lines: ["private key erased; its record", `stays ${overlap}, for late mail`] },
    { name: "not needed", lines: ["the key is forgotten when its", "record is gone"], act: "you: take the record out" },
  ];
  const ys: number[] = [];
  let y = top;
  const texts = events.flatMap(({ name, lines, act }) => {
    ys.push(y);
    const soft = lines.map((line): readonly [string, Ink] => [line, "soft"]);
    const all = act === undefined ? soft : [...soft, [act, "act"] as const];
    const shapes = [
      `<path class="faint" stroke-dasharray="2 3" d="M6 ${y}H${WIDTH - 6}"/>`,
      words(name, { x: TEXT_X, y: y + 18 }, { ink: "ink", isBold: true }),
      ...all.map(([line, ink], n) => words(line, { x: TEXT_X, y: y + 34 + n * LINE }, { ink })),
    ];
    y += 34 + all.length * LINE;
    return shapes;
  });
  const [made = 0, published = 0, , signing = 0, nextMade = 0, retired = 0, out = 0] = ys;
  const bottom = y;
  const nextSeen = nextMade + (retired - nextMade) * 0.55;
  const legend = bottom + 16;
  const looks: readonly (readonly [Look, string])[] = [
    ["made", "waits for its record"],
    ["published", "its record was seen"],
    ["signs", "signs"],
    ["retired", "signs no more, record stays"],
  ];
  return drawn({
    name: NAME,
    title: "A DKIM key's half year",
    description: `A key is made when the one before it has signed for ${lifetime}. The operator publishes its record; as long as that takes, the key before signs on. The service finds the record in the DNS and waits ${confirm}, until old answers are forgotten everywhere. Then the key signs, and the key before signs no more. After ${lifetime} the next key is made, and the operator publishes its record; when that one signs, this one is retired: its private key is erased, and its record stays for ${overlap}, for mail on its way. Then the operator takes the record out, and the key is forgotten.`,
    height: legend + looks.length * 20 + 8,
    shapes: [
      words("before", { x: LANES.before, y: 28 }, { anchor: "middle" }),
      words("this", { x: LANES.own, y: 28 }, { ink: "ink", isBold: true, anchor: "middle" }),
      words("next", { x: LANES.next, y: 28 }, { anchor: "middle" }),
      ...texts,
      bar("before", "signs", made, signing),
      bar("before", "retired", signing + 1, signing + 40),
      bar("own", "made", made, published),
      bar("own", "published", published, signing),
      bar("own", "signs", signing, retired),
      bar("own", "retired", retired + 1, out),
      bar("next", "made", nextMade, nextSeen),
      bar("next", "published", nextSeen, retired),
      bar("next", "signs", retired, bottom),
      `<path class="faint" d="M6 ${bottom}H${WIDTH - 6}"/>`,
      ...looks.flatMap(([look, text], n) => [
        `<g transform="translate(0 ${legend + n * 20})">${bar("before", look, 0, 12)}</g>`,
        words(text, { x: 44, y: legend + n * 20 + 10 }),
      ]),
    ],
  });
}
