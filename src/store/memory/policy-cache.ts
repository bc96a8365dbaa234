/** MTA-STS policies in memory: for tests and the lab. */
import type { CachedPolicy, PolicyCache, PolicyPlace } from "../policy-cache.ts";

export function createMemoryPolicyCache(): PolicyCache {
  const policies = new Map<string, CachedPolicy>();
  return {
    find: async (domain) => policies.get(domain),
    keep: async (policy) => void policies.set(policy.domain, policy),
    fetchedBefore: async (time, now, most, behind) =>
      [...policies.values()]
        .filter(({ fetchedAt, expiresAt }) => fetchedAt < time && expiresAt > now)
        .filter((policy) => behind === undefined || order(policy, behind) > 0)
        .toSorted(order)
        .slice(0, most),
    removeExpired: async (now) => {
      const over = [...policies.values()].filter(({ expiresAt }) => expiresAt <= now);
      for (const { domain } of over) policies.delete(domain);
      return over.length;
    },
    async [Symbol.asyncDispose]() {},
  };
}

function order(a: PolicyPlace, b: PolicyPlace): number {
  if (a.fetchedAt !== b.fetchedAt) return a.fetchedAt - b.fetchedAt;
  return a.domain === b.domain ? 0 : a.domain < b.domain ? -1 : 1;
}
