/** The option --limit of commands that list: a whole number, bounded, so that a list fits into memory and a terminal. */
import type { Given, Option } from "./command.ts";

const MOST_LISTED = 10_000;

export const limitOption = (summary: string): Option => ({ name: "limit", value: "N", summary });

/** What is wrong with it, if anything. */
export function wrongLimit(given: Given): string | undefined {
  return limitOf(given, 1) === undefined ? `--limit takes a whole number from 1 to ${MOST_LISTED}` : undefined;
}

/** `otherwise` when it is not given; `undefined` when it is wrong. */
export function limitOf({ limit }: Given, otherwise: number): number | undefined {
  if (limit === undefined) return otherwise;
  const most = typeof limit === "string" && /^\d{1,6}$/.test(limit) ? Number(limit) : 0;
  return most >= 1 && most <= MOST_LISTED ? most : undefined;
}
