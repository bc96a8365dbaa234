/**
 * What the pictures of docs/ share: a frame as narrow as a telephone, so that nothing becomes too small to read; colours for
 * light and dark; a title and a description for who cannot see. Each may stand in a page as it is: its names and its style
 * bear its own name.
 */
import { DAY, HOUR, MINUTE } from "../../src/host/clock.ts";

export type Picture = {
  /** Also its file, and what its style and ids begin with. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly height: number;
  readonly shapes: readonly string[];
};

/** A telephone of 360 has so much between its margins. */
export const WIDTH = 344;
/** As wide as it is shown where there is room. */
const SHOWN_WIDTH = 430;

/** Letters in four strengths, lines, grounds: each as light and as dark. */
const COLOURS = [
  [".ground", "fill", "#ffffff", "#15181d"],
  [".ink", "fill", "#16191d", "#f0f2f5"],
  [".soft", "fill", "#4a5058", "#b8bfc9"],
  [".act", "fill", "#9a3b00", "#ffb078"],
  [".line", "stroke", "#6b727c", "#8d96a3"],
  [".head", "fill", "#6b727c", "#8d96a3"],
  [".faint", "stroke", "#c9ced6", "#3d444f"],
  [".edge", "stroke", "#9a3b00", "#ffb078"],
  [".box", "fill", "#eef1f6", "#262b33"],
  [".way", "fill", "#dbe7f7", "#1d3350"],
  [".good", "fill", "#d9efde", "#1c3d27"],
  [".bad", "fill", "#f8e0d4", "#4a2718"],
  [".full", "fill", "#1f5fa8", "#7fb2ee"],
  [".half", "fill", "#a9c6e9", "#3c6292"],
  [".rim", "stroke", "#1f5fa8", "#7fb2ee"],
  [".other", "fill", "#23702f", "#7fce8c"],
] as const;

/** Renders the file. */
export function drawn({ name, title, description, height, shapes }: Picture): string {
  const shownHeight = Math.round((height * SHOWN_WIDTH) / WIDTH);
  const rules = (column: 2 | 3): string =>
    COLOURS.map((colour) => `.${name} ${colour[0]}{${colour[1]}:${colour[column]}}`).join("\n");
  return `<svg xmlns="http://www.w3.org/2000/svg" class="${name}" viewBox="0 0 ${WIDTH} ${height}" width="${SHOWN_WIDTH}" height="${shownHeight}" role="img" aria-labelledby="${name}-title ${name}-description" font-family="system-ui, sans-serif" font-size="12" style="max-width:100%;height:auto">
<title id="${name}-title">${escaped(title)}</title>
<desc id="${name}-description">${escaped(description)}</desc>
<style>
${rules(2)}
@media (prefers-color-scheme: dark) {
${rules(3)}
}
</style>
<defs><marker id="${name}-head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path class="head" d="M0 0L8 4L0 8z"/></marker></defs>
<rect class="ground" width="${WIDTH}" height="${height}" rx="6"/>
${shapes.join("\n")}
</svg>
`;
}

export type Ink = "ink" | "soft" | "act";
export type Place = { readonly x: number; readonly y: number };
type Lettering = { readonly ink?: Ink; readonly isBold?: boolean; readonly anchor?: "start" | "middle" | "end" };

export function words(
  text: string,
  { x, y }: Place,
  { ink = "soft", isBold = false, anchor = "start" }: Lettering = {},
): string {
  const weight = isBold ? ' font-weight="700" font-size="13"' : "";
  const set = anchor === "start" ? "" : ` text-anchor="${anchor}"`;
  return `<text class="${ink}" x="${x}" y="${y}"${weight}${set}>${escaped(text)}</text>`;
}

/** A way along these points, with a head at its end where `name` of the picture is given. */
export function way(
  points: readonly Place[],
  options: { readonly head?: string; readonly isDashed?: boolean } = {},
): string {
  const path = points.map(({ x, y }, n) => `${n === 0 ? "M" : "L"}${x} ${y}`).join("");
  const dashes = options.isDashed === true ? ' stroke-dasharray="3 3"' : "";
  const head = options.head === undefined ? "" : ` marker-end="url(#${options.head}-head)"`;
  return `<path class="line" fill="none" stroke-width="1.3" d="${path}"${dashes}${head}/>`;
}

/** As people say it: in the largest unit that leaves no rest. */
export function span(ms: number): string {
  if (ms % DAY === 0) return ms === DAY ? "1 day" : `${ms / DAY} days`;
  if (ms % HOUR === 0) return `${ms / HOUR} h`;
  return `${ms / MINUTE} min`;
}

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
