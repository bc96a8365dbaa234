/** What somebody else's daily report says of our domains, brought to sums: of DMARC (RFC 9990) and of TLS (RFC 8460). */

export type ReadReport = {
  readonly kind: "dmarc" | "tls";
  /** As it names itself: anything. */
  readonly organisation: string;
  readonly id: string;
  /** Epoch milliseconds of the time that it is about. */
  readonly from: number;
  readonly until: number;
  readonly results: readonly ReportedResult[];
};

export type ReportedResult = {
  /** Whose policy was applied, in lower case and A-labels; of DANE it may be a host. */
  readonly domain: string;
  /** In words of ours: there are some dozens. */
  readonly result: string;
  /** Messages, or TLS sessions. */
  readonly count: number;
};

/** Beyond what anybody counts in a day; keeps sums exact. */
const MAX_COUNT = 1e12;

/** Adds up what is reported, by domain and result. */
export class ResultSums {
  readonly #sums = new Map<string, ReportedResult>();

  add(domain: string, result: string, count: number): void {
    if (count === 0) return;
    const key = `${domain} ${result}`;
    const before = this.#sums.get(key)?.count ?? 0;
    this.#sums.set(key, { domain, result, count: Math.min(before + count, MAX_COUNT) });
  }

  /** By domain, then result. */
  all(): readonly ReportedResult[] {
    return [...this.#sums].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum);
  }
}

/** A count as a stranger wrote it; 0 when it is none. */
export const readCount = (value: unknown): number =>
  typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? Math.min(value, MAX_COUNT) : 0;
