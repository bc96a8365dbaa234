/**
 * Counts by fingerprint in sliding windows, in memory that is taken once and never grows. A fingerprint has eight places
 * where it may stand; when all are taken, the one gives way that is farthest from every bound, of several such the one
 * that was idle for longest. So a flood of passers-by forgets other passers-by, not who is near a bound.
 *
 * A window is this stretch of time and the one before, of which as much counts as still lies within the window.
 */
import type { Rate } from "./limits.ts";

/** 64 bits that nobody outside can foresee. */
export type Print = { readonly high: number; readonly low: number };

const PLACES = 8;
const MOST = 0xffff_ffff;

export class CounterTable {
  readonly #columns: readonly Rate[];
  readonly #sets: number;
  readonly #high: Uint32Array;
  readonly #low: Uint32Array;
  /** Seconds since 1970; 0: the row is empty. */
  readonly #touched: Uint32Array;
  readonly #open: Uint16Array;
  /** Of each row and column: the stretch that is counted, its count, and that of the one before. */
  readonly #stretch: Uint32Array;
  readonly #count: Uint32Array;
  readonly #before: Uint32Array;

  /** @param rows rounded up to a power of two */
  constructor(columns: readonly Rate[], rows: number) {
    this.#columns = columns;
    this.#sets = 2 ** Math.max(0, Math.ceil(Math.log2(rows / PLACES)));
    const all = this.#sets * PLACES;
    this.#high = new Uint32Array(all);
    this.#low = new Uint32Array(all);
    this.#touched = new Uint32Array(all);
    this.#open = new Uint16Array(all);
    this.#stretch = new Uint32Array(all * columns.length);
    this.#count = new Uint32Array(all * columns.length);
    this.#before = new Uint32Array(all * columns.length);
  }

  get bytes(): number {
    return this.#arrays.reduce((sum, array) => sum + array.byteLength, 0);
  }

  clear(): void {
    for (const array of this.#arrays) array.fill(0);
  }

  /** The row of a fingerprint; `undefined` when it has none (any more). Good until the next `take`. */
  find({ high, low }: Print): number | undefined {
    const first = (low % this.#sets) * PLACES;
    for (let row = first; row < first + PLACES; row++)
      if (this.#high[row] === high && this.#low[row] === low && this.#touched[row] !== 0) return row;
    return undefined;
  }

  /** The row of a fingerprint, a new one if need be. Good until the next `take`. */
  take(print: Print, now: number): number {
    const row = this.find(print) ?? this.#makeRoom(print, now);
    this.#touched[row] = Math.max(1, Math.floor(now / 1000));
    return row;
  }

  add(row: number, column: number, amount: number, now: number): void {
    const at = row * this.#columns.length + column;
    const stretch = this.#stretchAt(column, now);
    const last = this.#stretch[at] ?? 0;
    if (stretch > last) {
      this.#before[at] = stretch === last + 1 ? (this.#count[at] ?? 0) : 0;
      this.#count[at] = 0;
      this.#stretch[at] = stretch;
    }
    this.#count[at] = Math.min(MOST, (this.#count[at] ?? 0) + amount);
  }

  /** How much lies within the window. */
  used(row: number, column: number, now: number): number {
    const { count, before } = this.#counts(row, column, now);
    return count + before * (1 - this.#elapsed(column, now));
  }

  /** When there is room for one more under `most`, if nothing is added meanwhile. */
  waitMs(row: number, column: number, most: number, now: number): number {
    const { count, before } = this.#counts(row, column, now);
    const windowMs = this.#columns[column]?.windowMs ?? 0;
    const elapsed = this.#elapsed(column, now);
    const room = Math.max(0, most - 1);
    if (count <= room) {
      const part = before === 0 ? 0 : 1 - (room - count) / before;
      return Math.max(0, Math.ceil((part - elapsed) * windowMs));
    }
    return Math.ceil((1 - elapsed + (1 - room / count)) * windowMs);
  }

  opened(row: number): number {
    return this.#open[row] ?? 0;
  }

  /** @param by 1 or -1 */
  addOpen(row: number, by: number): void {
    this.#open[row] = Math.min(0xffff, Math.max(0, this.opened(row) + by));
  }

  #makeRoom({ high, low }: Print, now: number): number {
    const first = (low % this.#sets) * PLACES;
    let weakest = first;
    let least = Infinity;
    for (let row = first; row < first + PLACES; row++) {
      const weight = this.#touched[row] === 0 ? -1 : this.#weight(row, now);
      if (weight > least) continue;
      if (weight === least && (this.#touched[row] ?? 0) >= (this.#touched[weakest] ?? 0)) continue;
      least = weight;
      weakest = row;
    }
    const { length } = this.#columns;
    this.#stretch.fill(0, weakest * length, (weakest + 1) * length);
    this.#count.fill(0, weakest * length, (weakest + 1) * length);
    this.#before.fill(0, weakest * length, (weakest + 1) * length);
    this.#open[weakest] = 0;
    this.#high[weakest] = high;
    this.#low[weakest] = low;
    return weakest;
  }

  /** How near the row is to the nearest of its bounds. */
  #weight(row: number, now: number): number {
    let weight = 0;
    for (const [column, { most }] of this.#columns.entries())
      weight = Math.max(weight, this.used(row, column, now) / most);
    return weight;
  }

  #counts(row: number, column: number, now: number): { readonly count: number; readonly before: number } {
    const at = row * this.#columns.length + column;
    const past = this.#stretchAt(column, now) - (this.#stretch[at] ?? 0);
    if (past > 1) return { count: 0, before: 0 };
    const count = this.#count[at] ?? 0;
    return past === 1 ? { count: 0, before: count } : { count, before: this.#before[at] ?? 0 };
  }

  #stretchAt(column: number, now: number): number {
    return Math.floor(now / (this.#columns[column]?.windowMs ?? 1));
  }

  /** The part of the stretch that has passed. */
  #elapsed(column: number, now: number): number {
    const windowMs = this.#columns[column]?.windowMs ?? 1;
    return (now % windowMs) / windowMs;
  }

  get #arrays(): readonly (Uint32Array | Uint16Array)[] {
    return [this.#high, this.#low, this.#touched, this.#open, this.#stretch, this.#count, this.#before];
  }
}
