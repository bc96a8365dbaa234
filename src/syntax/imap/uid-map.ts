/**
 * Which message number belongs to which UID: message numbers are the ranks of the UIDs of a mailbox (RFC 9051 section
 * 2.3.1.2). Immutable; look-ups are logarithmic in the number of ranges, translations of sets linear in the ranges that
 * they touch.
 */
import { type NumberSet, range, SetBuilder } from "../bytes/number-set.ts";

export class UidMap {
  /** The UIDs, of which the n-th has message number n. */
  readonly uids: NumberSet;
  /** How many UIDs come before each range; last, how many there are. */
  readonly #before: Float64Array;

  constructor(uids: NumberSet) {
    this.uids = uids;
    const { ends } = uids;
    this.#before = new Float64Array(ends.length / 2 + 1);
    for (let at = 0; at < ends.length / 2; at++)
      this.#before[at + 1] = this.#count(at) + (ends[at * 2 + 1] as number) - (ends[at * 2] as number) + 1;
  }

  /** Gives the UID of a message number; undefined when there are not so many messages. */
  uidAt(seq: number): number | undefined {
    if (seq < 1 || seq > this.uids.size) return undefined;
    const at = this.#rangeOfSeq(seq, 0);
    return this.#low(at) + seq - this.#count(at) - 1;
  }

  /** Gives the message number of a UID; undefined when no message has it. */
  seqOf(uid: number): number | undefined {
    const at = this.#rangeOfUid(uid, 0);
    return uid >= this.#low(at) ? this.#count(at) + uid - this.#low(at) + 1 : undefined;
  }

  /** Gives the UIDs of message numbers; numbers that no message has are passed over. */
  uidsOf(seqs: NumberSet): NumberSet {
    const found = new SetBuilder();
    let at = 0;
    for (let i = 0; i < seqs.ends.length; i += 2) {
      const last = Math.min(seqs.ends[i + 1] as number, this.uids.size);
      for (let seq = Math.max(1, seqs.ends[i] as number); seq <= last; ) {
        at = this.#rangeOfSeq(seq, at);
        const end = Math.min(last, this.#count(at + 1));
        const shift = this.#low(at) - this.#count(at) - 1;
        found.add(seq + shift, end + shift);
        seq = end + 1;
      }
    }
    return found.done();
  }

  /** Gives the message numbers of UIDs; UIDs that no message has are passed over. */
  seqsOf(uids: NumberSet): NumberSet {
    const found = new SetBuilder();
    const { ends } = this.uids;
    let at = 0;
    for (let i = 0; i < uids.ends.length; i += 2) {
      const last = uids.ends[i + 1] as number;
      at = this.#rangeOfUid(uids.ends[i] as number, at);
      for (let uid = uids.ends[i] as number; at * 2 < ends.length && this.#low(at) <= last; at++) {
        const from = Math.max(uid, this.#low(at));
        const to = Math.min(last, ends[at * 2 + 1] as number);
        const shift = this.#count(at) - this.#low(at) + 1;
        found.add(from + shift, to + shift);
        uid = to + 1;
        if (to === last) break;
      }
    }
    return found.done();
  }

  /** All message numbers. */
  get seqs(): NumberSet {
    return range(1, this.uids.size);
  }

  #count(at: number): number {
    return this.#before[at] as number;
  }

  /** The low end of a range; beyond the last, more than any UID. */
  #low(at: number): number {
    return this.uids.ends[at * 2] ?? Number.POSITIVE_INFINITY;
  }

  /** The range, not before `from`, that holds a message number which exists. */
  #rangeOfSeq(seq: number, from: number): number {
    return search(from, this.#before.length - 2, (at) => this.#count(at + 1) < seq);
  }

  /** The first range, not before `from`, whose high end is at least `uid`; beyond the last when there is none. */
  #rangeOfUid(uid: number, from: number): number {
    const { ends } = this.uids;
    return search(from, ends.length / 2, (at) => (ends[at * 2 + 1] as number) < uid);
  }
}

/** The first place from `low` to `high` where `isBefore` is false; it looks near `low` first, for callers go forward. */
function search(low: number, high: number, isBefore: (at: number) => boolean): number {
  let from = low;
  let to = high;
  for (let stride = 1; from + stride < to; stride *= 2) {
    if (!isBefore(from + stride - 1)) {
      to = from + stride - 1;
      break;
    }
    from += stride;
  }
  while (from < to) {
    const middle = (from + to) >> 1;
    if (isBefore(middle)) from = middle + 1;
    else to = middle;
  }
  return from;
}
