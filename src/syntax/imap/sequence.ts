/**
 * Sequence sets, RFC 9051 section 9: how a command names messages by number or UID, and what such a set means in a
 * mailbox. Ranges may be written in either order and overlap; `*` is the highest that exists.
 */
import { EMPTY, fromRanges, intersection, max, type NumberSet } from "../bytes/number-set.ts";
import type { SequenceSet } from "./command.ts";
import type { Cursor } from "./cursor.ts";

/** nz-number: the highest message number or UID that can be written. */
const MAX_NUMBER = 4294967295;

function readNumber(cursor: Cursor): number {
  if (cursor.takes("*")) return Number.POSITIVE_INFINITY;
  if (cursor.sees("$")) cursor.fail('The search result variable "$" is not offered; name the messages by number.');
  const value = cursor.number('a message number, a UID or "*"', MAX_NUMBER);
  return value === 0 ? cursor.fail("Expected a message number or UID above 0.") : value;
}

/** Reads `sequence-set`: `2,4:7,9,12:*`. */
export function readSequenceSet(cursor: Cursor): SequenceSet {
  const set: [number, number][] = [];
  do {
    const first = readNumber(cursor);
    const second = cursor.takes(":") ? readNumber(cursor) : first;
    set.push(first <= second ? [first, second] : [second, first]);
  } while (cursor.takes(","));
  return set;
}

/**
 * Gives the members of `existing` (UIDs, or message numbers as `1..count`) that `set` names. `*` is the highest of
 * them, so `5:*` names it even when it is below 5; in an empty mailbox nothing is named.
 */
export function resolve(set: SequenceSet, existing: NumberSet): NumberSet {
  const highest = max(existing);
  if (highest === undefined) return EMPTY;
  const pin = (n: number): number => (n === Number.POSITIVE_INFINITY ? highest : n);
  const pinned = set.map(([low, high]): [number, number] => {
    const [a, b] = [pin(low), pin(high)];
    return a <= b ? [a, b] : [b, a];
  });
  return intersection(fromRanges(pinned), existing);
}

/**
 * Tells whether `set` names message numbers of `1..count` only; RFC 9051 section 9 answers BAD to others. `n:*` passes in
 * any mailbox that is not empty: clients poll with the first number that they do not know yet.
 */
export function isWithin(set: SequenceSet, count: number): boolean {
  return set.every(([, high]) => (high === Number.POSITIVE_INFINITY ? count > 0 : high <= count));
}
