/**
 * The DNS as an operator has to publish it, and as it is: `altmail dns print` and `altmail dns check`. It changes nothing,
 * and says to the world no more than the names it asks for.
 */
import type { Resolver } from "../../host/resolver/answer.ts";
import { type ClientPorts, type DomainZone, domainSection } from "../../rules/dns-zone/domain-zone.ts";
import { hostSection } from "../../rules/dns-zone/host-zone.ts";
import type { ServedSettings } from "../../rules/dns-zone/settings-zone.ts";
import { zoneText } from "../../rules/dns-zone/zone-text.ts";
import type { StsPolicy } from "../../rules/mta-sts/policy.ts";
import { policyText } from "../../rules/mta-sts/policy-text.ts";
import type { DkimKeys } from "../../store/dkim-keys.ts";
import type { FetchPolicy } from "../queue/route-sts.ts";
import { checkDomain } from "./check-domain.ts";
import { addressesInDns, checkHost } from "./check-host.ts";
import { checkPolicyHost } from "./check-policy-host.ts";
import { checkSettings } from "./check-settings.ts";
import { type DnsFinding, right, toDo } from "./finding.ts";
import { type HostCertificate, readHostCertificate } from "./host-certificate.ts";

export interface OperatorDns {
  /** Those that this machine takes mail for, sorted. */
  readonly domains: readonly string[];
  /** The records of all domains and of the machine, or of one domain with the machine, as a zone file. @throws StoreError */
  print(domain?: string): Promise<string>;
  /** Compares what is published with what should be. Nothing of it is kept. @throws StoreError */
  check(domain?: string): Promise<readonly DnsFinding[]>;
}

export type OperatorDnsOptions = {
  /** In A-labels, lower case, as all names here. */
  readonly hostName: string;
  readonly domains: readonly string[];
  readonly ports: ClientPorts;
  /** Left out: no website serves settings for mail programs. */
  readonly settings?: ServedSettings | undefined;
  /** Those that mail leaves from, as the settings say. None: those that the DNS has for the host are taken for true. */
  readonly addresses: readonly string[];
  /** A host that takes all mail to the world. */
  readonly smarthost: string | undefined;
  readonly stsMode: StsPolicy["mode"];
  /** Whether our website serves the policy's file. */
  readonly servesPolicy: boolean;
  readonly dkimKeys: Pick<DkimKeys, "keys">;
  readonly resolver: Resolver;
  readonly fetchPolicy: FetchPolicy;
  /** The PEM file of the certificate; `undefined`: it cannot be read. */
  readonly readCertificate: () => Promise<string | undefined>;
  /** A name whose zone is signed, and known to be. Default: the root. */
  readonly signedName?: string;
};

export function createOperatorDns(options: OperatorDnsOptions): OperatorDns {
  const { hostName, resolver, addresses } = options;
  const domains = options.domains.toSorted();
  const stsPolicy = policyText(options.stsMode, hostName);

  const certificateNow = async (): Promise<HostCertificate | undefined> => {
    const pem = await options.readCertificate();
    return pem === undefined ? undefined : readHostCertificate(pem);
  };
  /** In an order that does not change with each answer. */
  const addressesNow = async (): Promise<readonly string[]> =>
    ((await addressesInDns(resolver, hostName))?.addresses ?? []).toSorted();
  const wanted = (domain: string | undefined): readonly string[] => (domain === undefined ? domains : [domain]);

  async function zoneOf(domain: string): Promise<DomainZone> {
    const { ports, settings, servesPolicy, dkimKeys } = options;
    // What a smarthost sends does not come from our addresses, and with `mx` the record at least names this machine.
    const senders = options.smarthost === undefined ? addresses : [];
    const keys = await dkimKeys.keys(domain);
    return { domain, hostName, addresses: senders, ports, settings, stsPolicy, servesPolicy, keys };
  }

  return {
    domains,
    async print(domain) {
      const certificate = await certificateNow();
      const sections = await Promise.all(wanted(domain).map(async (name) => domainSection(await zoneOf(name))));
      const host = hostSection({
        hostName,
        addresses: addresses.length > 0 ? addresses : await addressesNow(),
        keyDigest: certificate?.keyDigest,
        authority: certificate?.authority,
        isDomain: domains.includes(hostName),
      });
      return zoneText([host, ...sections]);
    },
    async check(domain) {
      const { smarthost, fetchPolicy } = options;
      const trust = await checkResolver(resolver, options.signedName ?? "");
      if (trust.validates === undefined) return [trust.finding];
      const { validates } = trust;
      const certificate = await certificateNow();
      const senders = addresses.length > 0 ? addresses : await addressesNow();
      const found = await Promise.all([
        checkHost({ resolver, hostName, addresses, certificate, validates }),
        ...wanted(domain).map(async (name) => {
          const { ports, keys, settings } = await zoneOf(name);
          const checked = { resolver, domain: name, hostName, addresses: senders, ports, keys, smarthost, validates };
          const policy = { resolver, domain: name, hostName, text: stsPolicy, fetch: fetchPolicy, certificate };
          const served = { resolver, domain: name, hostName, settings, certificate };
          return [
            ...(await checkDomain(checked)),
            ...(await checkPolicyHost(policy)),
            ...(await checkSettings(served)),
          ];
        }),
      ]);
      return [trust.finding, ...found.flat()];
    },
  };
}

/** `validates` is `undefined` where the resolver does not even answer. */
async function checkResolver(
  resolver: Resolver,
  signedName: string,
): Promise<{ readonly finding: DnsFinding; readonly validates: boolean | undefined }> {
  const subject = "resolver";
  const answer = await resolver.resolve(signedName, "NS");
  if (answer.kind === "servfail" || answer.kind === "timeout") {
    const finding = toDo("must", subject, {
      wrong: "the resolver of the settings gives no answer",
      costs: "no mail goes out, and nothing else can be looked at",
      remedy: "start it (unbound), or correct dns.servers",
    });
    return { finding, validates: undefined };
  }
  if (answer.secure) return { finding: right(subject, "answers, and verifies DNSSEC"), validates: true };
  const finding = toDo("should", subject, {
    wrong: "it does not verify DNSSEC, or is not on this machine, and then its word does not count",
    costs: "DANE is off for all mail that goes out: where others publish their keys, they are not looked at",
    remedy: "run a validating resolver here (unbound) and name it in dns.servers",
  });
  return { finding, validates: false };
}
