/** What an operator asks of the gate, read from the command line: the same for opening an access and for requesting one. */
import { DAY, HOUR, MINUTE } from "../../host/clock.ts";
import type { Bar, Opening } from "../../service/access/access.ts";
import { DEFAULT_FOR_MS, SCOPES } from "../../service/access/opening.ts";
import { type Argument, type Given, type Option, text } from "../command.ts";
import { OPERATOR } from "../gate.ts";

export const OPENING_ARGUMENTS: readonly Argument[] = [
  { name: "address", summary: "an address of the account; with --all none", optional: true },
];

export const BAR_OPTIONS: readonly Option[] = [
  { name: "bar-until", value: "DATE", summary: "the law forbids telling the holder until the end of this day (UTC)" },
  { name: "bar-basis", value: "TEXT", summary: "the law and the order that forbid it" },
];

export const OPENING_OPTIONS: readonly Option[] = [
  { name: "all", summary: "on all accounts, where no single one can be named" },
  { name: "scope", value: "SCOPE", summary: `what it opens the way to: ${SCOPES.join(", ")}` },
  { name: "reason", value: "TEXT", summary: "why, in words; the holder will read them" },
  { name: "case", value: "ID", summary: "the ticket or file number that it belongs to" },
  { name: "for", value: "TIME", summary: "how long, as 30m or 2h: an hour when left out, 24h at most" },
  ...BAR_OPTIONS,
  OPERATOR,
];

/** @returns the opening, or what is wrong with the command line. Limits are the service's to check. */
export function openingOf(given: Given): Opening | string {
  const address = text(given, "address");
  if ((address === "") === (given["all"] !== true)) return "name the account by its address, or give --all";
  const scope = SCOPES.find((each) => each === text(given, "scope"));
  if (scope === undefined) return `--scope takes one of: ${SCOPES.join(", ")}`;
  const forMs = given["for"] === undefined ? DEFAULT_FOR_MS : durationMs(text(given, "for"));
  if (forMs === undefined) return "--for takes minutes or hours: 30m, 2h";
  const bar = given["bar-until"] === undefined && given["bar-basis"] === undefined ? undefined : barOf(given);
  if (typeof bar === "string") return bar;
  const [reason, operator] = [text(given, "reason"), text(given, "operator")];
  return { address: address || undefined, scope, reason, case: text(given, "case"), forMs, bar, operator };
}

/** @returns the bar, or what is wrong with the command line. */
export function barOf(given: Given): Bar | string {
  const day = text(given, "bar-until");
  const start = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(start)) return "--bar-until takes a day: 2026-12-31";
  return { until: start + DAY, basis: text(given, "bar-basis") };
}

function durationMs(time: string): number | undefined {
  const [, count, unit] = /^(\d{1,4})([mh])$/.exec(time) ?? [];
  return count === undefined ? undefined : Number(count) * (unit === "h" ? HOUR : MINUTE);
}
