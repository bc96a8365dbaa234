/** MTA-STS policies in memory: for tests and the lab. */
import type { CachedPolicy, PolicyCache } from "../policy-cache.ts";

export function createMemoryPolicyCache(): PolicyCache {
  const policies = new Map<string, CachedPolicy>();
  return {
    find: async (domain) => policies.get(domain),
    keep: async (policy) => void policies.set(policy.domain, policy),
    fetchedBefore: async (time, now, most) =>
      [...policies.values()]
        .filter(({ fetchedAt, expiresAt }) => fetchedAt < time && expiresAt > now)
        .toSorted((a, b) => a.fetchedAt - b.fetchedAt || (a.domain < b.domain ? -1 : 1))
        .slice(0, most),
    removeExpired: async (now) => {
      const over = [...policies.values()].filter(({ expiresAt }) => expiresAt <= now);
      for (const { domain } of over) policies.delete(domain);
      return over.length;
    },
    async [Symbol.asyncDispose]() {},
  };
}
