/**
 * MTA-STS policies of domains that mail went to. They must outlive a restart: a policy once seen holds until its time is
 * over, even when somebody keeps newer ones from us (RFC 8461 section 3.3). Domains only, never who wrote to them.
 */

export type CachedPolicy = {
  /** In lower case and A-labels. */
  readonly domain: string;
  /** As the DNS announced it when the file was fetched. */
  readonly id: string;
  /** The policy file, each octet a character. */
  readonly text: string;
  /** Epoch milliseconds. */
  readonly fetchedAt: number;
  readonly expiresAt: number;
};

/** Where a policy stands among others by the time it was fetched. */
export type PolicyPlace = Pick<CachedPolicy, "fetchedAt" | "domain">;

export interface PolicyCache extends AsyncDisposable {
  /** Also one whose time is over, until it was removed. @throws StoreError */
  find(domain: string): Promise<CachedPolicy | undefined>;
  /** Puts a policy in the place of the domain's former one, durably. @throws StoreError */
  keep(policy: CachedPolicy): Promise<void>;
  /**
   * Those fetched before this time and not expired by `now`, the oldest first; behind this one, whether it is still there or
   * not. @throws StoreError
   */
  fetchedBefore(time: number, now: number, most: number, behind?: PolicyPlace): Promise<readonly CachedPolicy[]>;
  /** Returns how many there were. @throws StoreError */
  removeExpired(now: number): Promise<number>;
}
