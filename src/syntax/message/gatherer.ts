/**
 * Holds one stretch of octets of a stream whose chunks come in any size: a view where it lies within one chunk, a
 * copy where it does not, and never more than a given number of octets.
 */
export class Gatherer {
  #start = 0;
  /** The first octet not yet held. */
  #from = 0;
  /** The first octet not wanted any more. */
  #stop = 0;
  #held = new Uint8Array(0);

  /** Begins a stretch at `start` (octets from the start of the stream) of at most `maxBytes`. */
  begin(start: number, maxBytes: number): void {
    this.#start = start;
    this.#from = start;
    this.#stop = start + maxBytes;
  }

  /** Copies what belongs to the stretch, because `octets` (which begin at `base`) will be gone; those from `used` on come again. */
  keep(octets: Uint8Array, base: number, used: number): void {
    const to = Math.min(base + used, this.#stop);
    if (to <= this.#from) return;
    const length = to - this.#start;
    if (length > this.#held.length) {
      const larger = new Uint8Array(Math.min(Math.max(length, this.#held.length * 2, 4096), this.#stop - this.#start));
      larger.set(this.#held.subarray(0, this.#from - this.#start));
      this.#held = larger;
    }
    this.#held.set(octets.subarray(this.#from - base, to - base), this.#from - this.#start);
    this.#from = to;
  }

  /** Ends the stretch at `end`: all its octets, valid until the next call. */
  take(octets: Uint8Array, base: number, end: number): Uint8Array {
    const stop = Math.max(this.#start, Math.min(end, this.#stop));
    if (this.#from === this.#start) {
      this.#stop = this.#start;
      return octets.subarray(this.#start - base, stop - base);
    }
    if (stop > this.#from) this.keep(octets, base, stop - base);
    const length = stop - this.#start;
    this.#stop = this.#start;
    return this.#held.subarray(0, length);
  }
}
