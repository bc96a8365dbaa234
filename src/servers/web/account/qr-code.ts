/** A text as a QR code, drawn within the page: black on white in every scheme, for cameras. */
import { encode } from "uqr";
import { type Html, html } from "../markup.ts";

/** ISO/IEC 18004 wants a quiet zone of four modules. */
const QUIET = 4;
const MODULE_PIXELS = 5;

/** @param label said instead of the picture */
export function qrCode(text: string, label: string): Html {
  const { data, size } = encode(text, { ecc: "M", border: QUIET });
  const path = data
    .map((row, y) =>
      runs(row)
        .map(([x, length]) => `M${x} ${y}h${length}v1h-${length}z`)
        .join(""),
    )
    .join("");
  const width = size * MODULE_PIXELS;
  return html`<svg role="img" aria-label="${label}" width="${width}" height="${width}" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges"><rect width="${size}" height="${size}" fill="#fff"/><path fill="#000" d="${path}"/></svg>`;
}

/** Dark modules that stand together: where they begin, and how many. */
function runs(row: readonly boolean[]): readonly (readonly [from: number, length: number])[] {
  const found: [number, number][] = [];
  for (const [at, isDark] of row.entries()) {
    const last = found.at(-1);
    if (!isDark) continue;
    if (last !== undefined && last[0] + last[1] === at) last[1] += 1;
    else found.push([at, 1]);
  }
  return found;
}
