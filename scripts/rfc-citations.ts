/** Finds what the sources cite: `RFC 9051 section 6.4.6`, also with several sections, also across the lines of a comment. */

/** RFC number -> sections cited; an RFC named without section has an empty set. */
export type Citations = Map<number, Set<string>>;

const SECTION = String.raw`(?:\d+|[A-Z](?=\.\d|\b))(?:\.\d+)*`;
const CITATION = new RegExp(
  String.raw`\bRFC (\d{3,5})(?: sections? (${SECTION}(?:(?:, | and | to )${SECTION}(?![\w]))*))?`,
  "g",
);

/** Adds the citations of one source text to `found`. */
export function cite(text: string, found: Citations): void {
  const joined = text.replaceAll(/\n\s*(?:\*(?!\/)|\/\/|#)?[ \t]*/g, " ");
  for (const [, number = "", sections = ""] of joined.matchAll(CITATION)) {
    const cited = found.get(Number(number)) ?? new Set();
    for (const section of sections.split(/, | and | to /)) if (section !== "") cited.add(section);
    found.set(Number(number), cited);
  }
}

/** Sections in the order of a table of contents. */
export function inOrder(sections: Iterable<string>): readonly string[] {
  return [...sections].toSorted((a, b) => a.localeCompare(b, "en", { numeric: true }));
}

/** Whether the text of an RFC has a heading with that number. */
export function hasSection(text: string, section: string): boolean {
  return new RegExp(
    String.raw`^(?:#+ *\[?|\s{0,6})(?:Appendix |APPENDIX )?${RegExp.escape(section)}[.:]?(?:\s|\]|$)`,
    "m",
  ).test(text);
}

/** The title as the head of an RFC's text has it. */
export function titleOf(text: string): string | undefined {
  const lines = text.replaceAll("\r", "").split("\n");
  const number = lines.findIndex((line) => line.startsWith("# RFC "));
  if (number >= 0)
    return lines
      .slice(number + 1)
      .find((line) => line.startsWith("# "))
      ?.slice(2)
      .replace(/ \{#.*$/, "");
  const date = lines.findIndex((line) =>
    /\b(?:January|February|March|April|May|June|July|August|September|October|November|December) \d{4}$/.test(line),
  );
  const title: string[] = [];
  for (const line of lines.slice(date + 1)) {
    if (line.trim() === "" && title.length > 0) break;
    if (line.startsWith("  ")) title.push(line.trim());
  }
  return title.length === 0 ? undefined : title.join(" ");
}
