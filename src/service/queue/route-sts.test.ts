import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../../../test/world/fake-clock.ts";
import { DAY, MINUTE } from "../../host/clock.ts";
import { createMemoryPolicyCache } from "../../store/memory/policy-cache.ts";
import type { PolicyCache } from "../../store/policy-cache.ts";
import { type FakeResolver, fakeResolver, type Names } from "./route-names.fixture.ts";
import { createStsPolicies, type FetchedPolicy, type StsFinding, type StsPolicies } from "./route-sts.ts";

const file = (more = "mode: enforce\nmx: mx.good.test", maxAgeS = 7 * 86_400): FetchedPolicy => ({
  kind: "fetched",
  text: `version: STSv1\n${more}\nmax_age: ${maxAgeS}\n`,
});
const FAILED: FetchedPolicy = { kind: "failed", why: "fetch" };
const announces = (id: string): Names => ({ "_mta-sts.good.test": { TXT: { records: [`v=STSv1; id=${id}`] } } });

type Scene = {
  readonly policies: StsPolicies;
  readonly resolver: FakeResolver;
  readonly clock: FakeClock;
  readonly cache: PolicyCache;
  readonly fetched: string[];
  gives: FetchedPolicy;
  find(): Promise<StsFinding["policy"]>;
};

function scene(gives: FetchedPolicy = file()): Scene {
  const resolver = fakeResolver(announces("1"));
  const clock = new FakeClock("2026-11-21");
  const cache = createMemoryPolicyCache();
  const fetched: string[] = [];
  const made: Scene = {
    resolver,
    clock,
    cache,
    fetched,
    gives,
    policies: createStsPolicies({
      resolver,
      cache,
      clock,
      fetch: async (domain) => {
        fetched.push(domain);
        return made.gives;
      },
    }),
    find: async () => (await made.policies.find("good.test")).policy,
  };
  return made;
}

test("RFC 8461 section 5.1: a policy is fetched once, and anew when its id changes", async () => {
  const s = scene();
  assert.equal((await s.find())?.mode, "enforce");
  assert.equal((await s.find())?.mode, "enforce");
  assert.deepEqual(s.fetched, ["good.test"]);
  s.resolver.names = announces("2");
  s.gives = file("mode: none");
  assert.equal(await s.find(), undefined);
  assert.equal(await s.find(), undefined);
  assert.equal(s.fetched.length, 2, "mode none is known as well");
});

test("F2: RFC 8461 section 3.3: who holds back DNS or HTTPS does not get rid of a policy", async () => {
  const s = scene();
  await s.find();
  for (const names of [{}, { "_mta-sts.good.test": { TXT: "servfail" } }, announces("2")] as const) {
    s.resolver.names = names;
    s.gives = FAILED;
    assert.equal((await s.find())?.mode, "enforce");
  }
  await s.clock.advance(7 * DAY);
  assert.equal(await s.find(), undefined, "until its time is over");
});

test("RFC 8461 section 3.3: after a failure, five minutes without another attempt for this version", async () => {
  const s = scene(FAILED);
  assert.equal((await s.policies.find("good.test")).failure, "sts-policy-fetch-error");
  s.gives = file();
  assert.deepEqual(await s.policies.find("good.test"), { policy: undefined, failure: "sts-policy-fetch-error" });
  assert.equal(s.fetched.length, 1);
  await s.clock.advance(5 * MINUTE);
  assert.equal((await s.find())?.mode, "enforce");
  assert.equal((await s.policies.find("good.test")).failure, undefined);
});

test("mails that come together wait for one fetch", async () => {
  const s = scene();
  const found = await Promise.all([s.find(), s.find(), s.find()]);
  assert.deepEqual(
    found.map((policy) => policy?.mode),
    ["enforce", "enforce", "enforce"],
  );
  assert.equal(s.fetched.length, 1);
});

test("a policy without age holds for the mail at hand", async () => {
  const s = scene(file("mode: enforce\nmx: mx.good.test", 0));
  assert.equal((await s.find())?.mode, "enforce");
  assert.equal((await s.find())?.mode, "enforce");
  assert.equal(s.fetched.length, 2);
});

test("a domain without record is not asked for a file", async () => {
  const s = scene();
  s.resolver.names = {};
  assert.deepEqual(await s.policies.find("good.test"), { policy: undefined, failure: undefined });
  assert.deepEqual(s.fetched, []);
});

test("RFC 8461 section 3.3: policies are fetched again each day, also when the id was not changed", async () => {
  const s = scene();
  await s.find();
  assert.deepEqual(await s.policies.refresh(), { renewed: 0, failed: 0, removed: 0 });
  await s.clock.advance(DAY + 1);
  assert.deepEqual(await s.policies.refresh(), { renewed: 1, failed: 0, removed: 0 });
  assert.equal((await s.cache.find("good.test"))?.fetchedAt, s.clock.now());
  await s.clock.advance(DAY + 1);
  s.gives = FAILED;
  s.resolver.names = {};
  assert.deepEqual(await s.policies.refresh(), { renewed: 0, failed: 1, removed: 0 }, "the operator is to know");
  assert.equal((await s.find())?.mode, "enforce");
  await s.clock.advance(7 * DAY);
  assert.deepEqual(await s.policies.refresh(), { renewed: 0, failed: 0, removed: 1 });
  assert.equal(await s.cache.find("good.test"), undefined);
});

test("that a policy of mode none cannot be had again concerns nobody", async () => {
  const s = scene(file("mode: none"));
  await s.find();
  await s.clock.advance(DAY + 1);
  s.gives = FAILED;
  assert.deepEqual(await s.policies.refresh(), { renewed: 0, failed: 0, removed: 0 });
});

test("policies that nobody can get any more do not keep the others from their turn", async () => {
  const s = scene(FAILED);
  const { text } = file() as FetchedPolicy & { readonly kind: "fetched" };
  const domains = Array.from({ length: 1001 }, (_none, n) => `d${String(n).padStart(4, "0")}.test`);
  const fetchedAt = s.clock.now();
  for (const domain of domains)
    await s.cache.keep({ domain, id: "1", text, fetchedAt, expiresAt: fetchedAt + 9 * DAY });
  await s.clock.advance(DAY + 1);
  assert.equal((await s.policies.refresh()).failed, 1000);
  assert.equal((await s.policies.refresh()).failed, 1);
  assert.deepEqual(s.fetched.toSorted(), domains);
  assert.equal((await s.policies.refresh()).failed, 1000, "and then from the beginning");
});
