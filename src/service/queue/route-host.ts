/** One host that takes mail: its addresses, and whether its TLSA records bind us (RFC 7672 section 2.2.2). */
import type { Answer, Resolver } from "../../host/resolver/answer.ts";
import { baseDomains, type TlsaRecord, tlsaName, usableRecords } from "../../rules/dane/tlsa.ts";
import { type FamilyChoice, isPublicAddress, orderAddresses } from "../../rules/route/addresses.ts";
import type { LeftOut, PolicyFailure } from "./route.ts";

export type HostOptions = {
  readonly resolver: Resolver;
  readonly family: FamilyChoice;
  readonly privateAddresses: boolean;
  readonly port: number;
  readonly maxAddresses: number;
};

/** What DANE says of a host; `must-encrypt`: there are records, and none that can be used (RFC 7672 section 2.2). */
export type DaneFinding =
  | { readonly kind: "none" }
  | { readonly kind: "must-encrypt" }
  | { readonly kind: "records"; readonly base: string; readonly records: readonly TlsaRecord[] };

export type HostFinding =
  | {
      readonly kind: "host";
      readonly name: string;
      readonly addresses: readonly string[];
      readonly dane: DaneFinding;
      readonly failure: PolicyFailure | undefined;
    }
  | {
      readonly kind: "left-out";
      readonly name: string;
      readonly why: LeftOut;
      /** Where it is only not known what DANE asks. */
      readonly addresses?: readonly string[];
      readonly failure: PolicyFailure | undefined;
    };

/** `nameIsSecure`: how we came to the name is verified; only then do its TLSA records count (RFC 7672 section 2.2.1). */
export async function findHost(name: string, nameIsSecure: boolean, options: HostOptions): Promise<HostFinding> {
  const { resolver, family, maxAddresses } = options;
  const leftOut = (why: LeftOut): HostFinding => ({ kind: "left-out", name, why, failure: undefined });
  const [ipv4, ipv6] = await Promise.all([
    family === "ipv6-only" ? NOT_ASKED : resolver.resolve(name, "A"),
    family === "ipv4-only" ? NOT_ASKED : resolver.resolve(name, "AAAA"),
  ]);
  const found = [ipv4, ipv6].filter((answer) => answer.kind === "records");
  const [first] = found;
  if (first === undefined) {
    const isUnknown = [ipv4, ipv6].some(({ kind }) => kind === "servfail" || kind === "timeout");
    return leftOut(isUnknown ? "address-lookup-failed" : "no-address");
  }
  const reachable = (answer: Answer<"A" | "AAAA">): readonly string[] =>
    answer.kind === "records" ? answer.records.filter((one) => options.privateAddresses || isPublicAddress(one)) : [];
  const addresses = orderAddresses(reachable(ipv4), reachable(ipv6), family, maxAddresses);
  if (addresses.length === 0) return leftOut("address-not-public");
  const host = { kind: "host", name, addresses } as const;
  if (!nameIsSecure) return { ...host, dane: { kind: "none" }, failure: undefined };

  const daneUnknown: HostFinding = {
    kind: "left-out",
    name,
    why: "tlsa-lookup-failed",
    addresses,
    failure: "dnssec-invalid",
  };
  const secure = found.every((answer) => answer.secure);
  const aliasIsSecure = first.name !== name && !secure ? await isSecureAlias(name, resolver) : false;
  if (aliasIsSecure === undefined) return daneUnknown;
  const dane = await daneOf(baseDomains(name, { name: first.name, secure }, aliasIsSecure), options);
  if (dane === undefined) return daneUnknown;
  return { ...host, dane, failure: dane.kind === "must-encrypt" ? "tlsa-invalid" : undefined };
}

/** The addresses of a host that is no mail server, as that of a policy; none also where the DNS cannot say. */
export async function addressesOf(host: string, options: HostOptions): Promise<readonly string[]> {
  const found = await findHost(host, false, options);
  return found.kind === "host" ? found.addresses : [];
}

const NOT_ASKED: Promise<Answer<"A" | "AAAA">> = Promise.resolve({ kind: "nodata", secure: false });

/** `undefined`: the DNS cannot say. */
async function isSecureAlias(name: string, resolver: Resolver): Promise<boolean | undefined> {
  const answer = await resolver.resolve(name, "CNAME");
  if (answer.kind === "servfail" || answer.kind === "timeout") return undefined;
  return answer.kind === "records" && answer.secure;
}

/** The first base with verified records decides; `undefined` when the DNS cannot say for one before it. */
async function daneOf(bases: readonly string[], { resolver, port }: HostOptions): Promise<DaneFinding | undefined> {
  for (const base of bases) {
    const answer = await resolver.resolve(tlsaName(base, port), "TLSA");
    if (answer.kind === "servfail" || answer.kind === "timeout") return undefined;
    if (answer.kind !== "records" || !answer.secure) continue;
    const records = usableRecords(answer.records);
    return records.length === 0 ? { kind: "must-encrypt" } : { kind: "records", base, records };
  }
  return { kind: "none" };
}
