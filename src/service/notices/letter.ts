/**
 * What a notice says, before it is a message: a subject and paragraphs, and how these become lines that every mail program
 * shows alike. Words that come from people (a reason, a case) are set in as one line of text.
 */

export type Letter = { readonly subject: string; readonly paragraphs: readonly string[] };

/** What letters need to know of the service. */
export type Sender = {
  /** The domain of the holder's address, or the first of ours. */
  readonly domain: string;
  /** Where questions go; answers to a notice go there too. */
  readonly contact: string;
};

/** How one kind of notice is told, in each language. */
export type Telling<N> = {
  readonly en: (notice: N, sender: Sender) => Letter;
  readonly sv: (notice: N, sender: Sender) => Letter;
};

/** Signs of a line; short enough to be quoted in an answer. */
const WIDTH = 72;

/** Sets paragraphs as lines, an empty one between them. Within a paragraph `\n` keeps its place; what is indented is not broken. */
export function textOf(paragraphs: readonly string[]): string {
  return `${paragraphs.map((paragraph) => paragraph.split("\n").map(wrapped).join("\n")).join("\n\n")}\n`;
}

/** Text that somebody gave, as part of a sentence: in one line, without control signs, at most 500 signs. */
export function given(text: string): string {
  const clean = text
    .toWellFormed()
    .replace(/[\p{C}\s]+/gu, " ")
    .trim();
  return clean.length <= 500 ? clean : `${clean.slice(0, 499).toWellFormed()}…`;
}

/** Breaks text into lines of a letter's width; `first` stands before the first of them, `rest` before each other one. */
export function broken(text: string, first = "", rest: string = first): string {
  const lines: string[] = [];
  let out = "";
  for (const word of text.split(" ")) {
    const margin = lines.length === 0 ? first : rest;
    if (out !== "" && margin.length + out.length + 1 + word.length > WIDTH) {
      lines.push(margin + out);
      out = word;
    } else out = out === "" ? word : `${out} ${word}`;
  }
  return [...lines, (lines.length === 0 ? first : rest) + out].join("\n");
}

/** A heading within a letter, underlined with this sign. */
export const headed = (text: string, sign: "=" | "-"): string =>
  `${text}\n${sign.repeat(Math.min(WIDTH, text.length))}`;

const wrapped = (line: string): string => (line.startsWith(" ") ? line : broken(line));
