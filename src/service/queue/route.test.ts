import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../../../test/world/fake-clock.ts";
import { createMemoryPolicyCache } from "../../store/memory/policy-cache.ts";
import type { Route, RouteHost } from "./route.ts";
import { createRouter, type RouterOptions } from "./route-maker.ts";
import { type FakeResolver, fakeResolver, type Names } from "./route-names.fixture.ts";
import { createStsPolicies, type FetchedPolicy } from "./route-sts.ts";

const EE = { usage: 3, selector: 1, matchingType: 1, data: new Uint8Array(32) };
const PKIX = { ...EE, usage: 1 };
const a = (...records: readonly string[]): { readonly A: { readonly records: readonly string[] } } => ({
  A: { records },
});
const mx = (...names: readonly string[]): Names[string] => ({
  MX: { records: names.map((exchange, n) => ({ preference: n * 10, exchange })) },
});
const tlsa = (...records: readonly (typeof EE)[]): Names[string] => ({ TLSA: { records } });
const sts = { TXT: { records: ["v=STSv1; id=1"] } };
const policy = (mode: string, ...hosts: readonly string[]): string =>
  ["version: STSv1", `mode: ${mode}`, ...hosts.map((host) => `mx: ${host}`), "max_age: 86400"].join("\n");

type World = {
  readonly insecure?: readonly string[];
  readonly policy?: string | FetchedPolicy;
} & Partial<RouterOptions>;

function router(
  names: Names,
  world: World = {},
): { route: (domain: string) => Promise<Route>; resolver: FakeResolver } {
  const resolver = fakeResolver(names, world.insecure);
  const { policy: file } = world;
  const fetched: FetchedPolicy =
    typeof file === "string" ? { kind: "fetched", text: file } : (file ?? { kind: "failed", why: "fetch" });
  const policies = createStsPolicies({
    resolver,
    fetch: async () => fetched,
    cache: createMemoryPolicyCache(),
    clock: new FakeClock("2026-11-21"),
  });
  const made = createRouter({ resolver, sts: policies, ownNames: ["us.test"], random: () => 0.5, ...world });
  return { route: (domain) => made.route(domain), resolver };
}

async function hosts(names: Names, world: World = {}, domain = "good.test"): Promise<readonly RouteHost[]> {
  const route = await router(names, world).route(domain);
  assert.ok(route.kind === "hosts", JSON.stringify(route));
  return route.hosts;
}

async function refused(names: Names, world: World = {}, domain = "good.test"): Promise<string> {
  const route = await router(names, world).route(domain);
  assert.ok(route.kind !== "hosts", JSON.stringify(route));
  return `${route.kind} ${route.code} ${route.enhanced}`;
}

const ONE: Names = { "good.test": mx("mx.good.test"), "mx.good.test": a("8.8.8.8") };

test("RFC 5321 section 5.1: hosts by preference, with their addresses", async () => {
  const names = {
    "good.test": mx("mx1.good.test", "mx2.good.test"),
    "mx1.good.test": { ...a("8.8.8.1", "8.8.8.2"), AAAA: { records: ["2a00::1"] } },
    "mx2.good.test": { AAAA: { records: ["2a00::2"] } },
  };
  const opportunistic = { tls: { kind: "opportunistic" }, nameIsSure: true } as const;
  const [first, second] = [
    { name: "mx1.good.test", addresses: ["8.8.8.1", "8.8.8.2", "2a00::1"], ...opportunistic },
    { name: "mx2.good.test", addresses: ["2a00::2"], ...opportunistic },
  ];
  assert.deepEqual(await hosts(names), [first, second]);
  const six = await hosts(names, { family: () => "ipv6-only" });
  assert.deepEqual(six, [{ ...first, addresses: ["2a00::1"] }, second]);
  assert.equal((await hosts(names, { limits: { maxHosts: 1, maxAddresses: 1 } }))[0]?.addresses.length, 1);
});

test("RFC 5321 section 5.1: a domain without MX is its own host", async () => {
  const [host] = await hosts({ "good.test": a("8.8.8.8"), "_25._tcp.good.test": tlsa(EE) });
  assert.equal(host?.name, "good.test");
  assert.deepEqual(host?.tls, { kind: "dane", serverName: "good.test", names: ["good.test"], records: [EE] });
});

for (const [title, names, expected] of [
  ["an unknown domain", {}, "permanent 550 5.1.2"],
  ["RFC 7505: null MX", { "good.test": mx("") }, "permanent 556 5.1.10"],
  ["a circle", { "good.test": mx("us.test", "mx.good.test") }, "permanent 550 5.4.6"],
  ["neither MX nor address", { "good.test": {} }, "permanent 550 5.4.4"],
  ["hosts that do not exist", { "good.test": mx("mx.good.test") }, "permanent 550 5.4.4"],
  ["hosts that are no names", { "good.test": mx("192.0.2.1") }, "permanent 550 5.4.4"],
  ["a host in our own network", { ...ONE, "mx.good.test": a("10.0.0.1") }, "permanent 550 5.4.4"],
  ["RFC 7672 section 2.1.2: bogus MX", { "good.test": { MX: "servfail" } }, "temporary 451 4.4.3"],
  ["no answer for MX", { "good.test": { MX: "timeout" } }, "temporary 451 4.4.3"],
  ["bogus addresses", { ...ONE, "mx.good.test": { A: "servfail" } }, "temporary 451 4.4.3"],
  [
    "RFC 7672 section 2.1.2: bogus TLSA",
    { ...ONE, "_25._tcp.mx.good.test": { TLSA: "servfail" } },
    "temporary 451 4.4.3",
  ],
] as const satisfies readonly (readonly [string, Names, string])[])
  test(`no way: ${title}`, async () => assert.equal(await refused(names), expected));

test("a domain whose hosts have no address of the one family that we use is told from one that has none", async () => {
  const names = { ...ONE, "mx.good.test": a("8.8.8.8") };
  for (const [family, expected] of [
    ["ipv6-only", "not-of-family"],
    ["ipv6", undefined],
  ] as const) {
    const route = await router(names, { family: () => family }).route("good.test");
    assert.equal(route.kind === "permanent" ? route.finding?.name : undefined, expected);
  }
  const none = await router({ "good.test": mx("mx.good.test") }).route("good.test");
  assert.equal(none.kind === "permanent" && none.finding?.name, "no-host");
});

test("what cannot be a domain is refused, and address literals are gone to", async () => {
  for (const domain of ["", "a b", "192.0.2.1", "a..b", "[10.0.0.1]", "[x]", "[IPv6:::1]", "\u0000"])
    assert.equal(await refused({}, {}, domain), "permanent 550 5.1.2", domain);
  const [four] = await hosts({}, {}, "[8.8.8.8]");
  const [six] = await hosts({}, {}, "[IPv6:2a00::1]");
  assert.deepEqual(four?.addresses, ["8.8.8.8"]);
  assert.deepEqual([six?.addresses, six?.tls, six?.nameIsSure], [["2a00::1"], { kind: "opportunistic" }, false]);
});

test("RFC 5891 section 4.4: a domain in U-labels", async () => {
  const [host] = await hosts({ "xn--mller-kva.test": a("8.8.8.8") }, {}, "M\u00fcller.test");
  assert.equal(host?.name, "xn--mller-kva.test");
});

test("a host that cannot be found does not keep mail from the others", async () => {
  const names = {
    "good.test": mx("a.test", "b.test", "c.test", "d.test", "e.test"),
    "b.test": { A: "timeout" },
    "c.test": a("8.8.8.8"),
    "_25._tcp.c.test": { TLSA: "timeout" },
    "d.test": { A: "servfail", AAAA: { records: ["2a00::1"] } },
    "e.test": a("8.8.8.8"),
  } as const satisfies Names;
  const route = await router(names, { limits: { maxHosts: 4 } }).route("good.test");
  assert.ok(route.kind === "hosts");
  assert.deepEqual(
    route.hosts.map(({ name }) => name),
    ["d.test"],
  );
  assert.deepEqual(
    route.findings.leftOut.map(({ name, why, addresses }) => [name, why, addresses]),
    [
      ["e.test", "beyond-limit", undefined],
      ["a.test", "no-address", undefined],
      ["b.test", "address-lookup-failed", undefined],
      ["c.test", "tlsa-lookup-failed", ["8.8.8.8"]],
    ],
  );
  assert.deepEqual(route.findings.failures, [{ failure: "dnssec-invalid", host: "c.test" }]);
});

const DANE: Names = { ...ONE, "_25._tcp.mx.good.test": tlsa(PKIX, EE) };

test("F2: verified TLSA records bind, those that can be used", async () => {
  const [host] = await hosts(DANE);
  const names = ["mx.good.test", "good.test"];
  assert.deepEqual(host?.tls, { kind: "dane", serverName: "mx.good.test", names, records: [EE] });
});

test("F2: RFC 7672 section 2.2: TLSA records that nobody can use still ask for TLS", async () => {
  const route = await router({ ...ONE, "_25._tcp.mx.good.test": tlsa(PKIX) }).route("good.test");
  assert.ok(route.kind === "hosts");
  assert.deepEqual(route.hosts[0]?.tls, { kind: "encrypted" });
  assert.deepEqual(route.findings.failures, [{ failure: "tlsa-invalid", host: "mx.good.test" }]);
});

test("RFC 7672 section 2.2.1: behind an MX that is not verified no TLSA is asked for", async () => {
  const names = {
    ...DANE,
    "good.test": { MX: { records: [{ preference: 1, exchange: "mx.good.test" }], insecure: true } },
  };
  const { route, resolver } = router(names);
  const found = await route("good.test");
  assert.ok(found.kind === "hosts");
  assert.deepEqual([found.hosts[0]?.tls.kind, found.hosts[0]?.nameIsSure], ["opportunistic", false]);
  assert.ok(!resolver.asked.some((question) => question.endsWith("TLSA")));
});

test("RFC 7672 section 2.2.2: nor where the addresses are not verified", async () => {
  const { route, resolver } = router(
    { "good.test": mx("mx.plain.test"), "mx.plain.test": a("8.8.8.8") },
    { insecure: ["plain.test"] },
  );
  assert.equal((await route("good.test")).kind, "hosts");
  assert.ok(!resolver.asked.some((question) => /TLSA|CNAME/.test(question)));
});

test("RFC 7672 section 3.2.2: an alias of the domain adds its target to the names", async () => {
  const records = [{ preference: 1, exchange: "mx.good.test" }];
  const [host] = await hosts({ ...DANE, "alias.test": { MX: { records, at: "good.test" } } }, {}, "alias.test");
  assert.ok(host?.tls.kind === "dane");
  assert.deepEqual(host.tls.names, ["mx.good.test", "alias.test", "good.test"]);
});

test("RFC 7672 section 2.2.3: the target of a verified alias is the base, and failing that the alias", async () => {
  const alias = { "good.test": mx("mx.good.test"), "mx.good.test": { A: { records: ["8.8.8.8"], at: "b.test" } } };
  const base = async (names: Names, insecure: readonly string[] = []): Promise<string | undefined> => {
    const [host] = await hosts({ ...alias, ...names }, { insecure });
    return host?.tls.kind === "dane" ? host.tls.serverName : undefined;
  };
  assert.equal(await base({ "_25._tcp.b.test": tlsa(EE), "_25._tcp.mx.good.test": tlsa(EE) }), "b.test");
  assert.equal(await base({ "_25._tcp.mx.good.test": tlsa(EE) }), "mx.good.test");
  assert.equal(
    await base({ "_25._tcp.b.test": tlsa(EE), "_25._tcp.mx.good.test": tlsa(EE) }, ["b.test"]),
    "mx.good.test",
  );
  assert.equal(await base({}), undefined);
});

test("RFC 7672 section 2.2.2: an alias that is verified, to a target that is not", async () => {
  const names = (cname: Names[string]["CNAME"]): Names => ({
    "good.test": mx("mx.good.test"),
    "mx.good.test": {
      A: { records: ["8.8.8.8"], at: "b.test", insecure: true },
      ...(cname === undefined ? {} : { CNAME: cname }),
    },
    "_25._tcp.mx.good.test": tlsa(EE),
  });
  assert.equal((await hosts(names({ records: ["b.test"] })))[0]?.tls.kind, "dane");
  assert.equal((await hosts(names({ records: ["b.test"], insecure: true })))[0]?.tls.kind, "opportunistic");
  assert.equal(await refused(names("servfail")), "temporary 451 4.4.3");
});

const STS: Names = {
  "good.test": mx("mx.good.test", "other.test"),
  "mx.good.test": a("8.8.8.8"),
  "other.test": a("8.8.4.4"),
  "_mta-sts.good.test": sts,
};
const insecure = ["good.test"];

test("F2: RFC 8461 section 5: a policy in force leaves out hosts it does not name, and checks the others", async () => {
  const route = await router(STS, { insecure, policy: policy("enforce", "*.good.test") }).route("good.test");
  assert.ok(route.kind === "hosts");
  const [host, ...more] = route.hosts;
  assert.deepEqual(host?.tls, { kind: "mta-sts", mode: "enforce" });
  assert.equal(host?.nameIsSure, true, "RFC 8689 section 4.2.1");
  assert.deepEqual(more, []);
  assert.deepEqual(route.findings, {
    stsPolicy: ["version: STSv1", "mode: enforce", "mx: *.good.test", "max_age: 86400"],
    leftOut: [{ name: "other.test", why: "not-in-mta-sts-policy", addresses: ["8.8.4.4"] }],
    failures: [{ failure: "validation-failure", host: "other.test" }],
  });
  assert.equal(await refused(STS, { policy: policy("enforce", "new.test") }), "temporary 451 4.7.5");
});

test("RFC 8461 section 5: a policy in test says only what it would do", async () => {
  const found = await hosts(STS, { insecure, policy: policy("testing", "mx.good.test") });
  assert.deepEqual(
    found.map(({ tls, nameIsSure }) => [tls, nameIsSure]),
    [
      [{ kind: "mta-sts", mode: "testing" }, false],
      [{ kind: "opportunistic" }, false],
    ],
  );
  assert.equal((await hosts(STS, { policy: policy("none") }))[0]?.tls.kind, "opportunistic");
});

test("F2: RFC 8461 section 2: DANE comes before MTA-STS", async () => {
  const names = { ...STS, "_25._tcp.mx.good.test": tlsa(EE), "_25._tcp.other.test": tlsa(PKIX) };
  const kinds = async (file: string): Promise<readonly string[]> =>
    (await hosts(names, { policy: file })).map(({ tls }) => tls.kind);
  assert.deepEqual(await kinds(policy("enforce", "other.test")), ["dane", "mta-sts"]);
  assert.deepEqual(await kinds(policy("enforce", "new.test")), ["dane"]);
  assert.deepEqual(await kinds(policy("testing", "other.test")), ["dane", "encrypted"]);
});

test("RFC 8461 section 3.3: a policy that cannot be had is none, and is told of", async () => {
  for (const [file, failure] of [
    [{ kind: "failed", why: "fetch" }, "sts-policy-fetch-error"],
    [{ kind: "failed", why: "webpki" }, "sts-webpki-invalid"],
    ["hello", "sts-policy-invalid"],
  ] as const) {
    const route = await router(STS, { policy: file }).route("good.test");
    assert.ok(route.kind === "hosts");
    assert.equal(route.hosts[0]?.tls.kind, "opportunistic");
    assert.deepEqual(route.findings.failures, [{ failure, host: undefined }]);
  }
});

test("a smarthost is gone to without MX, with its own policies", async () => {
  const names = {
    ...DANE,
    "mx.good.test": { ...a("8.8.8.8"), ...mx("other.test") },
    "_465._tcp.mx.good.test": tlsa(EE),
  };
  const made = createRouter({
    resolver: fakeResolver(names),
    sts: { find: async () => ({ policy: undefined, failure: undefined }), refresh: () => Promise.reject(new Error()) },
    ownNames: [],
    random: () => 0,
    port: 465,
  });
  const route = await made.routeOver("MX.good.test");
  assert.ok(route.kind === "hosts");
  assert.deepEqual(
    route.hosts.map(({ name, tls, nameIsSure }) => [name, tls.kind, nameIsSure]),
    [["mx.good.test", "dane", true]],
  );
  assert.equal((await made.routeOver("not a name")).kind, "permanent");
});
