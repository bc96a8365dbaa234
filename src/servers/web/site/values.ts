/**
 * What an operator's settings say, put into pages where these name it in double braces: `{{domain}}`. A value is text:
 * whatever signs it has, it never becomes markup. A name that has no value is a fault of the page, with its line.
 */
import type { Fault } from "./site-error.ts";

/** By name. */
export type Values = ReadonlyMap<string, string>;

const PLACE = /\{\{\s*([A-Za-z][A-Za-z0-9]*)\s*\}\}/g;
/** Makes a table of its own; stands on a line of its own. */
export const PLANS = "plans";

/** Puts values into a text of a page; names without one stay as they stand. */
export function fill(text: string, values: Values): string {
  return text.includes("{{") ? text.replace(PLACE, (place, name: string) => values.get(name) ?? place) : text;
}

/** Whether a paragraph is the place of the table of plans. */
export const isPlans = (text: string): boolean => text.replace(/\s/g, "") === `{{${PLANS}}}`;

/** Names every place in the text of a file that no value can fill. */
export function checkPlaces(file: string, text: string, values: Values): readonly Fault[] {
  const faults: Fault[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    const fault = (sentence: string): void => void faults.push({ file, line: index + 1, sentence });
    for (const [place, name = ""] of line.matchAll(PLACE))
      if (name === PLANS) {
        if (!isPlans(line)) fault(`${place} stands on a line of its own`);
      } else if (!values.has(name))
        fault(`nothing is known for ${place}: the settings give ${[...values.keys()].toSorted().join(", ")}`);
    if (line.replaceAll(PLACE, "").includes("{{")) fault("two braces open a value's name, and nothing else");
  }
  return faults;
}
