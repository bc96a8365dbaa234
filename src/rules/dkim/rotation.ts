/**
 * How keys that sign follow one another, as a rule over values: what is to be done now with the keys of one domain and
 * one algorithm, given what the DNS shows. Whoever carries it out asks again later; every step may be repeated.
 *
 *     made -> published -> seen -> active -> retiring -> gone
 *
 * A key is made when none signs or when the one that does grows old. It is published when the DNS shows its record for
 * the first time, and seen when that has lasted long enough for old answers to be forgotten everywhere. It then takes
 * over, and the one before it signs no more, while its record is needed for mail that is under way. When it is gone, its
 * record may be taken out of the DNS; once that is done the key is forgotten.
 */

export type RotatingKey = {
  readonly selector: string;
  readonly state: "made" | "published" | "seen" | "active" | "retiring" | "gone";
  /** When it came into its state; epoch milliseconds. */
  readonly since: number;
};

/** What the DNS says of the record of a key; `unknown`: nothing reliable, so nothing is decided by it. */
export type Shown = "there" | "absent" | "unknown";

export type RotationTimes = {
  /** A record must have stood so long before its key signs: longer than what resolvers remember. */
  readonly confirmMs: number;
  /** So long a key signs before it is replaced. */
  readonly lifetimeMs: number;
  /** So long the record of a key that signs no more must stay: longer than mail may be under way and be checked. */
  readonly overlapMs: number;
};

const HOUR = 3_600_000;

/** Half a year, as long as an operator may take over a record; ten days are twice the queue's five. */
export const rotationTimes: RotationTimes = Object.freeze({
  confirmMs: 2 * HOUR,
  lifetimeMs: 182 * 24 * HOUR,
  overlapMs: 10 * 24 * HOUR,
});

export type RotationStep =
  | { readonly kind: "make" }
  | {
      readonly kind: "move";
      readonly selector: string;
      readonly from: RotatingKey["state"];
      readonly to: RotatingKey["state"];
    }
  | { readonly kind: "remove"; readonly selector: string }
  /** A key signs whose record is not there: who checks its signatures finds them wrong. */
  | { readonly kind: "missing"; readonly selector: string };

/** In the order in which the steps are to be done: a key becomes active before the one before it retires. */
export function rotate(
  keys: readonly RotatingKey[],
  shown: (selector: string) => Shown,
  now: number,
  times: RotationTimes,
): readonly RotationStep[] {
  const steps: RotationStep[] = [];
  const move = (key: RotatingKey, to: RotatingKey["state"]): void => {
    steps.push({ kind: "move", selector: key.selector, from: key.state, to });
  };
  const actives = keys.filter(({ state }) => state === "active").toSorted((a, b) => b.since - a.since);
  const isOld = (key: RotatingKey): boolean => now - key.since >= times.lifetimeMs;
  // A crash between two steps leaves two that sign: the younger one stays.
  const [active, ...older] = actives;
  for (const key of older) move(key, "retiring");

  let successor: RotatingKey | undefined;
  for (const key of keys) {
    const { state, selector, since } = key;
    const record = shown(selector);
    if (state === "made" && record === "there") move(key, "published");
    else if (state === "published" || state === "seen") {
      if (record === "absent") move(key, "made");
      else if (state === "published" && record === "there" && now - since >= times.confirmMs) move(key, "seen");
      else if (state === "seen" && record === "there") successor ??= key;
    } else if (state === "retiring" && now - since >= times.overlapMs) move(key, "gone");
    else if (state === "gone" && record === "absent") steps.push({ kind: "remove", selector });
    else if (state === "active" && record === "absent") steps.push({ kind: "missing", selector });
  }
  const isDue = active === undefined || isOld(active) || shown(active.selector) === "absent";
  if (successor !== undefined && isDue) {
    move(successor, "active");
    if (active !== undefined) move(active, "retiring");
  }
  const isComing = keys.some(({ state }) => state === "made" || state === "published" || state === "seen");
  if (!isComing && (active === undefined || isOld(active))) steps.push({ kind: "make" });
  return steps;
}

/** A selector for a key that is made now: its day and its kind, and a number when that was used before. */
export function nextSelector(
  algorithm: "rsa-sha256" | "ed25519-sha256",
  now: number,
  isUsed: (selector: string) => boolean,
): string {
  const day = new Date(now).toISOString().slice(0, 10).replaceAll("-", "");
  const base = `${algorithm === "rsa-sha256" ? "r" : "e"}${day}`;
  for (let n = 1; ; n++) {
    const selector = n === 1 ? base : `${base}-${n}`;
    if (!isUsed(selector)) return selector;
  }
}
