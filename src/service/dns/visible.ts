/** Words that strangers put into the DNS or into a dialogue, as they may come to a terminal. */

/** More than a person reads; an answer of the DNS may have 64 KiB. */
const MAX_SIGNS = 2000;

/** Leaves visible ASCII, and not too much of it; whatever could move a cursor or colour a line becomes a question mark. */
export function visible(text: string): string {
  const shown = text.slice(0, MAX_SIGNS).replace(/[^\x20-\x7e]/g, "?");
  return text.length > MAX_SIGNS ? `${shown}...` : shown;
}
