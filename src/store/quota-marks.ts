/**
 * Where an account stands against its quota, and since when: what every commit that changes its octets keeps true. Both
 * lines have a way back that lies below them, so that who stands on a line is not told again with each mail.
 *
 * Full is an account with less room than an ordinary mail takes: mail that declares its size never fills the last octets.
 * An empty one is not, even without any room.
 */

/** Percent of the quota. 100 stands for full. */
export type QuotaLine = 0 | 90 | 100;

export type QuotaMarks = {
  /** The highest line that was crossed upwards: 100 is left below 90 percent, 90 below 80. */
  readonly line: QuotaLine;
  /** When that line was crossed, epoch milliseconds, while its holder has not been told; another mark each time. */
  readonly crossedAt: number | undefined;
  /** Since when the account is full; `undefined`: it is not. */
  readonly fullSince: number | undefined;
};

export const NO_MARKS: QuotaMarks = Object.freeze({ line: 0, crossedAt: undefined, fullSince: undefined });

/** Room for one ordinary mail; of a small quota a hundredth. */
const ORDINARY_MAIL_BYTES: number = 1024 * 1024;

/** Octets from which on an account is full. */
export function fullFrom(quotaBytes: number): number {
  return quotaBytes - Math.min(Math.floor(quotaBytes / 100), ORDINARY_MAIL_BYTES);
}

/** Returns the marks of an account that has come to `octets`; `before` itself when they hold still. */
export function quotaMarks(before: QuotaMarks, octets: number, quotaBytes: number, now: number): QuotaMarks {
  const isFull = octets > 0 && octets >= fullFrom(quotaBytes);
  const line = lineAt(before.line, isFull, octets, quotaBytes);
  if (line === before.line && isFull === (before.fullSince !== undefined)) return before;
  const fullSince = isFull ? (before.fullSince ?? now) : undefined;
  if (line === before.line) return { ...before, fullSince };
  // Two crossings are told apart by their time, also within one millisecond, or when the clock was set back.
  const crossedAt = line > before.line ? Math.max(now, (before.crossedAt ?? 0) + 1) : undefined;
  return { line, crossedAt, fullSince };
}

function lineAt(before: QuotaLine, isFull: boolean, octets: number, quotaBytes: number): QuotaLine {
  const isAbove = (percent: number): boolean => octets > 0 && octets * 100 >= quotaBytes * percent;
  if (isFull || (before === 100 && isAbove(90))) return 100;
  return isAbove(90) || (before >= 90 && isAbove(80)) ? 90 : 0;
}
