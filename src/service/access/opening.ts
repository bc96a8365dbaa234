/** What an access may be: the limits of reason, case, time and bar, each with a sentence for who is outside. */
import { DAY, HOUR, MINUTE } from "../../host/clock.ts";
import type { AccessScope } from "../notices/notices.ts";
import type { Bar, Opening } from "./access.ts";

export const SCOPES: readonly AccessScope[] = ["mail", "log-in", "logs", "all"];
export const DEFAULT_FOR_MS: number = HOUR;
const MAX_FOR_MS: number = 24 * HOUR;
const MAX_BAR_MS: number = 366 * DAY;
const MIN_REASON_WORDS = 3;
const MAX_REASON_SIGNS = 500;
const MAX_CASE_SIGNS = 64;

/** @returns what is wrong, or `undefined`. */
export function checkOpening(opening: Opening, now: number): string | undefined {
  const { scope, reason, forMs, operator, bar } = opening;
  if (!SCOPES.includes(scope)) return `There is no scope of this name. Use one of: ${SCOPES.join(", ")}.`;
  if (reason.trim().split(/\s+/).length < MIN_REASON_WORDS || !isLine(reason, MAX_REASON_SIGNS))
    return `Give the reason in ${MIN_REASON_WORDS} words or more on one line of at most ${MAX_REASON_SIGNS} signs: the holder will read it.`;
  if (!isLine(opening.case, MAX_CASE_SIGNS))
    return `Name the case that this belongs to, a ticket or a file number, in at most ${MAX_CASE_SIGNS} signs.`;
  if (!isLine(operator, MAX_CASE_SIGNS)) return "Say who you are: --operator NAME.";
  if (!(forMs >= MINUTE && forMs <= MAX_FOR_MS)) return "An access lasts from 1m to 24h; open another when it is over.";
  return bar === undefined ? undefined : checkBar(bar, now);
}

/** @returns what is wrong, or `undefined`. */
export function checkBar({ until, basis }: Bar, now: number): string | undefined {
  if (!isLine(basis, MAX_REASON_SIGNS)) return "Name the law and the order that forbid telling the holder.";
  if (!(until > now && until <= now + MAX_BAR_MS))
    return "A bar needs an end within the next 12 months; it can be renewed before it ends.";
  return undefined;
}

/** Text on one line, not empty, without control characters. */
const isLine = (text: string, most: number): boolean =>
  text.trim() !== "" && text.length <= most && !/\p{Cc}/u.test(text);
