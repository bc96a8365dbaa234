/**
 * Goes over the text of a message, octets as DATA carries them (RFC 5321 section 4.5.2), and stops only where the transparency
 * of dots or a wrong line end may be: sixteen octets at a look. Whether an octet matters depends on its neighbours alone.
 * The lines that it passes are counted and measured on the way.
 */
import { BLOCK, firstOf } from "../bytes/sixteen.ts";
import type { TextLines } from "./data-lines.ts";

const NUL = 0;
const CR = 13;
const LF = 10;
const DOT = 46;

/**
 * Returns where the next octet stands, from `from` on, that is more than text: a CR or LF that is bare, or a CR whose line
 * is followed by a dot or by the chunk's end; else the chunk's length. `from` lies inside a line, not behind a CR.
 * @param view `viewOf(chunk)`
 * @param lines hear of each line that ends before that place, and of a NUL
 */
export function nextMark(chunk: Uint8Array, view: DataView, from: number, lines: TextLines): number {
  const length = chunk.length;
  const { maxBytes } = lines;
  let { start, ended } = lines;
  let at = from;
  for (;;) {
    while (at <= length - BLOCK) {
      const a = belowSixteen(view.getInt32(at, true));
      const b = belowSixteen(view.getInt32(at + 4, true));
      const c = belowSixteen(view.getInt32(at + 8, true));
      const d = belowSixteen(view.getInt32(at + 12, true));
      if ((a | b | c | d) === 0) {
        at += BLOCK;
        continue;
      }
      at += a !== 0 ? firstOf(a) : b !== 0 ? 4 + firstOf(b) : c !== 0 ? 8 + firstOf(c) : 12 + firstOf(d);
      break;
    }
    if (at === length || isMarked(chunk, at)) break;
    if (chunk[at] === CR) {
      ended++;
      if (at - start > maxBytes) lines.note(ended);
      at += 2;
      start = at;
    } else {
      if (chunk[at] === NUL) lines.hasNul = true;
      at++;
    }
  }
  lines.start = start;
  lines.ended = ended;
  return at;
}

/** Marks those of four octets that lie below 16, as CR and LF do; what is marked above the lowest one may be wrong. */
function belowSixteen(word: number): number {
  return (word - 0x10101010) & ~word & 0x80808080;
}

function isMarked(chunk: Uint8Array, at: number): boolean {
  const octet = chunk[at];
  if (octet === CR) return chunk[at + 1] !== LF || at + 2 >= chunk.length || chunk[at + 2] === DOT;
  return octet === LF && chunk[at - 1] !== CR;
}
