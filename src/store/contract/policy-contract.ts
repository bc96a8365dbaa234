/** What every `PolicyCache` must do; each implementation registers these tests with a way to open a fresh one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { CachedPolicy, PolicyCache } from "../policy-cache.ts";

const policy = (more: Partial<CachedPolicy> = {}): CachedPolicy => ({
  domain: "example.com",
  id: "20160831085700Z",
  text: "version: STSv1\nmode: enforce\nmx: mx.example.com\nmax_age: 1\n",
  fetchedAt: 1000,
  expiresAt: 2000,
  ...more,
});

export function policyCacheContract(name: string, open: () => Promise<PolicyCache>): void {
  test(`a policy is found by its domain, and a newer one takes its place (${name})`, async () => {
    await using cache = await open();
    assert.equal(await cache.find("example.com"), undefined);
    await cache.keep(policy());
    await cache.keep(policy({ domain: "example.org", text: "caf\u00e9" }));
    assert.deepEqual(await cache.find("example.com"), policy());
    await cache.keep(policy({ id: "2", expiresAt: 9 }));
    assert.deepEqual(await cache.find("example.com"), policy({ id: "2", expiresAt: 9 }));
    assert.equal((await cache.find("example.org"))?.text, "caf\u00e9");
  });

  test(`policies to be fetched again come oldest first, without those whose time is over (${name})`, async () => {
    await using cache = await open();
    for (const [domain, fetchedAt, expiresAt] of [
      ["a", 30, 100],
      ["b", 10, 100],
      ["c", 20, 100],
      ["d", 5, 40],
      ["e", 50, 100],
    ] as const)
      await cache.keep(policy({ domain, fetchedAt, expiresAt }));
    const domains = async (most: number): Promise<readonly string[]> =>
      (await cache.fetchedBefore(50, 40, most)).map(({ domain }) => domain);
    assert.deepEqual(await domains(9), ["b", "c", "a"]);
    assert.deepEqual(await domains(2), ["b", "c"]);
    await cache.keep(policy({ domain: "bb", fetchedAt: 10, expiresAt: 100 }));
    for (const [behind, rest] of [
      [{ fetchedAt: 10, domain: "b" }, ["bb", "c", "a"]],
      [{ fetchedAt: 10, domain: "gone" }, ["c", "a"]],
      [{ fetchedAt: 30, domain: "a" }, []],
    ] as const)
      assert.deepEqual(
        (await cache.fetchedBefore(50, 40, 9, behind)).map(({ domain }) => domain),
        rest,
      );
  });

  test(`what is over is removed, nothing else (${name})`, async () => {
    await using cache = await open();
    await cache.keep(policy({ domain: "a", expiresAt: 10 }));
    await cache.keep(policy({ domain: "b", expiresAt: 11 }));
    assert.equal(await cache.removeExpired(10), 1);
    assert.equal(await cache.removeExpired(10), 0);
    assert.equal(await cache.find("a"), undefined);
    assert.notEqual(await cache.find("b"), undefined);
  });
}
