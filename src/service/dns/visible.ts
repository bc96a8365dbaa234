/** Words that strangers put into the DNS or into a dialogue, as they may come to a terminal. */

/** Leaves visible ASCII; whatever could move a cursor or colour a line becomes a question mark. */
export const visible = (text: string): string => text.replace(/[^\x20-\x7e]/g, "?");
