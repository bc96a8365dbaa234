/** Makes the route to a domain: MX, addresses, TLSA and the MTA-STS policy together. Where DANE applies, it decides. */
import { isIP } from "node:net";
import type { Resolver } from "../../host/resolver/answer.ts";
import { matchesPolicy } from "../../rules/mta-sts/policy.ts";
import { type FamilyChoice, isPublicAddress } from "../../rules/route/addresses.ts";
import { exchangesOf } from "../../rules/route/exchanges.ts";
import { asciiHostName } from "../dns/a-labels.ts";
import type { Route, RouteFindings, RouteHost, Router } from "./route.ts";
import { findHost, type HostFinding } from "./route-host.ts";
import { REFUSAL, type Refusal } from "./route-refusal.ts";
import type { StsFinding, StsPolicies } from "./route-sts.ts";

export type RouterOptions = {
  readonly resolver: Resolver;
  readonly sts: StsPolicies;
  /** Names by which other servers know us: as MX of a domain that is not ours, they mean a circle. */
  readonly ownNames: readonly string[];
  /** 0 <= n < 1; shuffles hosts of equal preference. */
  readonly random: () => number;
  /** Default: IPv4 first. */
  readonly family?: (domain: string) => FamilyChoice;
  /** Lets mail go to addresses of private networks and of this machine: for labs and tests. Default false. */
  readonly privateAddresses?: boolean;
  /** Default 25. */
  readonly port?: number;
  readonly limits?: Partial<RouteLimits>;
};

export type RouteLimits = {
  /** Tried of one domain. RFC 5321 section 5.1 asks for two at least. */
  readonly maxHosts: number;
  /** Tried of one host. */
  readonly maxAddresses: number;
};

const LIMITS: RouteLimits = Object.freeze({ maxHosts: 10, maxAddresses: 4 });

/** How the hosts were found. */
type Hosts = {
  readonly names: readonly string[];
  readonly leftOut: RouteFindings["leftOut"];
  /** Verified by DNSSEC, or said by the operator. */
  readonly isSecure: boolean;
  /** Whose certificates also count under a trust anchor (RFC 7672 section 3.2.2). */
  readonly alsoNamed: readonly string[];
};

const NOTHING_FOUND: RouteFindings = { stsPolicy: undefined, leftOut: [], failures: [] };

export function createRouter(options: RouterOptions): Router {
  const { resolver, sts, ownNames, random } = options;
  const limits = { ...LIMITS, ...options.limits };

  async function hostsOf(domain: string): Promise<Hosts | Refusal> {
    const answer = await resolver.resolve(domain, "MX");
    switch (answer.kind) {
      case "servfail":
      case "timeout":
        return REFUSAL.dnsCannotSay;
      case "nxdomain":
        return REFUSAL.noSuchDomain;
      case "nodata":
        // RFC 5321 section 5.1: the domain is its own host.
        return { names: [domain], leftOut: [], isSecure: answer.secure, alsoNamed: [domain] };
      case "records":
        break;
    }
    const found = exchangesOf(answer.records, ownNames, random);
    if (found.kind === "null-mx") return REFUSAL.takesNoMail;
    if (found.kind === "ourselves") return REFUSAL.circle;
    const leftOut = found.notNames.map((name) => ({ name, why: "not-a-name" as const }));
    const isSecure = answer.secure;
    return {
      names: found.kind === "hosts" ? found.names : [],
      leftOut,
      isSecure,
      alsoNamed: [domain, answer.name],
    };
  }

  async function over(domain: string, hosts: Hosts): Promise<Route> {
    const tried = hosts.names.slice(0, limits.maxHosts);
    const looking = {
      resolver,
      family: options.family?.(domain) ?? "ipv4",
      privateAddresses: options.privateAddresses ?? false,
      port: options.port ?? 25,
      maxAddresses: limits.maxAddresses,
    };
    const [policy, ...found] = await Promise.all([
      sts.find(domain),
      ...tried.map((name) => findHost(name, hosts.isSecure, looking)),
    ]);
    const beyond = hosts.names.slice(limits.maxHosts).map((name) => ({ name, why: "beyond-limit" as const }));
    const isOneFamily = looking.family.endsWith("-only");
    return together(found, policy, { ...hosts, leftOut: [...hosts.leftOut, ...beyond] }, isOneFamily);
  }

  return {
    async route(domain) {
      if (domain.startsWith("[")) return literalRoute(domain, options.privateAddresses ?? false);
      const name = asciiHostName(domain);
      if (name === undefined) return { ...REFUSAL.noSuchDomain, findings: NOTHING_FOUND };
      const hosts = await hostsOf(name);
      return "sentence" in hosts ? { ...hosts, findings: NOTHING_FOUND } : over(name, hosts);
    },
    async routeOver(host) {
      const name = asciiHostName(host);
      if (name === undefined) return { ...REFUSAL.noSuchDomain, findings: NOTHING_FOUND };
      return over(name, { names: [name], leftOut: [], isSecure: true, alsoNamed: [name] });
    },
  };
}

/** `isOneFamily`: of the others nobody asked. */
function together(found: readonly HostFinding[], sts: StsFinding, hosts: Hosts, isOneFamily: boolean): Route {
  const leftOut = [...hosts.leftOut];
  const failures: RouteFindings["failures"][number][] = [];
  if (sts.failure !== undefined) failures.push({ failure: sts.failure, host: undefined });
  const usable: RouteHost[] = [];
  for (const one of found) {
    if (one.failure !== undefined) failures.push({ failure: one.failure, host: one.name });
    const host = one.kind === "host" ? withPolicy(one, sts, hosts) : undefined;
    const { name, addresses } = one;
    if (host !== undefined) usable.push(host);
    else if (one.kind === "host") leftOut.push({ name, why: "not-in-mta-sts-policy", addresses: one.addresses });
    else leftOut.push({ name, why: one.why, ...(addresses !== undefined && { addresses }) });
    if (isOutsidePolicy(one, sts)) failures.push({ failure: "validation-failure", host: one.name });
  }
  const findings: RouteFindings = { stsPolicy: sts.policy?.lines, leftOut, failures };
  if (usable.length > 0) return { kind: "hosts", hosts: usable, findings };
  const why = new Set(leftOut.map((host) => host.why));
  if (why.has("not-in-mta-sts-policy")) return { ...REFUSAL.policyForbids, findings };
  if (why.has("address-lookup-failed") || why.has("tlsa-lookup-failed")) return { ...REFUSAL.dnsCannotSay, findings };
  return { ...(isOneFamily && why.has("no-address") ? REFUSAL.notOfFamily : REFUSAL.noHost), findings };
}

/** `undefined`: the domain's policy is in force and does not name this host. */
function withPolicy(
  { name, addresses, dane }: HostFinding & { readonly kind: "host" },
  { policy }: StsFinding,
  hosts: Hosts,
): RouteHost | undefined {
  const isNamed = policy !== undefined && matchesPolicy(policy, name);
  const isForced = policy?.mode === "enforce";
  const host = { name, addresses, nameIsSure: hosts.isSecure || (isForced && isNamed) };
  if (dane.kind === "records") {
    const names = [...new Set([dane.base, ...hosts.alsoNamed])];
    return { ...host, tls: { kind: "dane", serverName: dane.base, names, records: dane.records } };
  }
  if (isForced) return isNamed ? { ...host, tls: { kind: "mta-sts", mode: "enforce" } } : undefined;
  if (dane.kind === "must-encrypt") return { ...host, tls: { kind: "encrypted" } };
  return { ...host, tls: isNamed ? { kind: "mta-sts", mode: "testing" } : { kind: "opportunistic" } };
}

/** Of what DANE does not decide. */
function isOutsidePolicy(one: HostFinding, { policy }: StsFinding): boolean {
  return one.kind === "host" && one.dane.kind !== "records" && policy !== undefined && !matchesPolicy(policy, one.name);
}

/** Neither DANE nor MTA-STS speaks of addresses (RFC 7672 section 2.2, RFC 8461 section 3.4). */
function literalRoute(literal: string, privateAddresses: boolean): Route {
  const address = literal.slice(1, -1).replace(/^IPv6:/i, "");
  if (isIP(address) === 0 || !(privateAddresses || isPublicAddress(address)))
    return { ...REFUSAL.noSuchDomain, findings: NOTHING_FOUND };
  const host: RouteHost = {
    name: literal,
    addresses: [address],
    tls: { kind: "opportunistic" },
    nameIsSure: false,
  };
  return { kind: "hosts", hosts: [host], findings: NOTHING_FOUND };
}
