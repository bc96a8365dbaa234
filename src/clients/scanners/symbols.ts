/** The rules that matched, as a scanner names them, made fit for headers and logs: cleaned, weighed, bounded. */
import type { ScanSymbol } from "../../rules/scan-verdict.ts";

const MAX_NAME = 64;
const MOST_POINTS = 10_000;

/** Orders by weight, the heaviest first and else by name, and gives at most `max`. */
export function heaviest(symbols: readonly ScanSymbol[], max: number): readonly ScanSymbol[] {
  const weight = ({ score }: ScanSymbol): number => Math.abs(score ?? 0);
  return symbols
    .toSorted((a, b) => weight(b) - weight(a) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
    .slice(0, max);
}

/** A name of letters, digits and `_.-`; undefined when nothing is left. */
export function symbolName(text: string): string | undefined {
  const name = text.slice(0, MAX_NAME).replaceAll(/[^A-Za-z0-9_.-]/g, "_");
  return name === "" ? undefined : name;
}

/** A score that is a number, kept within what a message can earn. */
export function boundedScore(score: number): number {
  return Number.isFinite(score) ? Math.max(-MOST_POINTS, Math.min(MOST_POINTS, score)) : 0;
}
