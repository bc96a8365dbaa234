/** The DNS of the machine itself: its addresses and back, its key for DANE, who may certify its name. */
import type { Resolver } from "../../host/resolver/answer.ts";
import { isSameAddress, reverseName } from "../../rules/dns-zone/ip-address.ts";
import { keyRecordOfHost } from "../../rules/dns-zone/host-zone.ts";
import { isPublicAddress } from "../../rules/route/addresses.ts";
import type { HostCertificate } from "./host-certificate.ts";
import { cannotSay, type DnsFinding, noAnswer, publish, right, toDo } from "./finding.ts";
import { spfResult } from "./spf-coverage.ts";

export type CheckedHost = {
  readonly resolver: Resolver;
  readonly hostName: string;
  /** As the settings say; none: what the DNS says of the host is taken for true. */
  readonly addresses: readonly string[];
  readonly certificate: HostCertificate | undefined;
  /** Whether the resolver verifies signatures; if not, that something is not verified means nothing. */
  readonly validates: boolean;
};

/** `isAlias`: the addresses stand at another name. */
export type HostAddresses = { readonly addresses: readonly string[]; readonly isAlias: boolean };

/** Which addresses the host has in the DNS; `undefined`: the DNS cannot say. */
export async function addressesInDns(resolver: Resolver, hostName: string): Promise<HostAddresses | undefined> {
  const answers = await Promise.all([resolver.resolve(hostName, "A"), resolver.resolve(hostName, "AAAA")]);
  if (answers.some(({ kind }) => kind === "servfail" || kind === "timeout")) return undefined;
  const found = answers.filter((answer) => answer.kind === "records");
  return {
    addresses: found.flatMap(({ records }) => records),
    isAlias: found.some(({ name }) => name !== hostName),
  };
}

export async function checkHost(host: CheckedHost): Promise<readonly DnsFinding[]> {
  const found = await addressesInDns(host.resolver, host.hostName);
  const addresses = host.addresses.length > 0 ? host.addresses : (found?.addresses ?? []);
  const parts = await Promise.all([
    Promise.all(addresses.map((address) => checkReverse(host, address))),
    Promise.all(addresses.filter(isPublicAddress).map((address) => checkHello(host, address))),
    checkKey(host).then((finding) => [finding]),
    checkAuthority(host).then((finding) => [finding]),
  ]);
  return [checkAddresses(host, found), ...parts.flat()];
}

function checkAddresses({ hostName, addresses }: CheckedHost, inDns: HostAddresses | undefined): DnsFinding {
  const subject = `address of ${hostName}`;
  if (inDns === undefined) return noAnswer(subject, hostName);
  const found = inDns.addresses;
  // RFC 5321 section 5.1: what an MX record names must have addresses of its own.
  if (inDns.isAlias)
    return toDo("must", subject, {
      wrong: "the name is an alias (CNAME)",
      costs: "MX must not lead to an alias: some senders bring no mail, and others refuse its HELO name",
      remedy: "publish A (and AAAA) at the name itself",
    });
  if (found.length === 0)
    return toDo("must", subject, {
      wrong: "the name has no address",
      costs: "nobody can bring mail, and many refuse mail from a machine whose HELO name does not exist",
      remedy: "publish A (and AAAA) for the name",
    });
  const isAmong = (address: string, all: readonly string[]): boolean => all.some((one) => isSameAddress(one, address));
  const missing = addresses.filter((address) => !isAmong(address, found));
  const foreign = addresses.length === 0 ? [] : found.filter((address) => !isAmong(address, addresses));
  if (missing.length > 0)
    return toDo("must", subject, {
      wrong: `${missing.join(", ")} of dns.addresses is not among its addresses`,
      costs:
        "mail that leaves by that address comes from a machine whose name does not lead back to it: many refuse it",
      remedy: "publish it, or take it out of dns.addresses",
    });
  if (foreign.length > 0)
    return toDo("should", subject, {
      wrong: `${foreign.join(", ")} is not in dns.addresses`,
      costs: "if it is another machine's, a part of the mail goes there",
      remedy: "take the record out of the zone, or name the address in dns.addresses",
    });
  return right(subject, found.join(", "));
}

async function checkReverse({ resolver, hostName }: CheckedHost, address: string): Promise<DnsFinding> {
  const subject = `PTR of ${address}`;
  const name = reverseName(address);
  if (name === undefined || !isPublicAddress(address))
    return cannotSay(
      subject,
      "this is no address of the internet: name the ones that mail leaves from in dns.addresses",
    );
  const answer = await resolver.resolve(name, "PTR");
  if (answer.kind === "servfail" || answer.kind === "timeout") return noAnswer(subject, name);
  const names = answer.kind === "records" ? answer.records : [];
  const costs = "the large providers refuse or junk mail from addresses without a matching name";
  if (!names.includes(hostName))
    return toDo("must", subject, {
      wrong:
        names.length === 0
          ? "there is none"
          : `it leads to ${names.slice(0, MAX_SHOWN).join(", ")}, not to ${hostName}`,
      costs,
      remedy: `set it to ${hostName} where the machine, or its network, is rented`,
    });
  if (names.length > 1)
    return toDo("should", subject, {
      wrong: `it leads to ${names.length} names`,
      costs: "some receivers look at one of them only, and not always at the same",
      remedy: `leave ${hostName} alone`,
    });
  const back = await resolver.resolve(hostName, address.includes(":") ? "AAAA" : "A");
  if (back.kind === "servfail" || back.kind === "timeout") return noAnswer(subject, hostName);
  const isConfirmed = back.kind === "records" && back.records.some((one) => isSameAddress(one, address));
  if (!isConfirmed)
    return toDo("must", subject, {
      wrong: `it leads to ${hostName}, whose addresses do not lead back`,
      costs,
      remedy: "publish the address for the name, too",
    });
  return right(subject, `${hostName} and back; HELO bears this name`);
}

const MAX_SHOWN = 3;

async function checkHello({ resolver, hostName }: CheckedHost, address: string): Promise<DnsFinding> {
  const subject = `SPF of the HELO name for ${address}`;
  const result = await spfResult(resolver, hostName, address);
  if (result === "pass") return right(subject, `${hostName} may send`);
  if (result === "temperror") return noAnswer(subject, hostName);
  if (result === "unknown") return cannotSay(subject, "the record has macros, which are not unfolded here");
  return toDo(result === "fail" ? "must" : "should", subject, {
    wrong: result === "none" ? `${hostName} has no SPF record` : `the record of ${hostName} says ${result}`,
    costs: "reports of failed delivery have no other sender, and more of them are refused",
    remedy: publish,
  });
}

async function checkKey({ resolver, hostName, certificate, validates }: CheckedHost): Promise<DnsFinding> {
  const subject = `TLSA of ${hostName}`;
  if (certificate === undefined)
    return cannotSay(subject, "the certificate file cannot be read: correct tls.certificate");
  const record = keyRecordOfHost(hostName, certificate.keyDigest);
  const answer = await resolver.resolve(record.name, "TLSA");
  if (answer.kind === "servfail" || answer.kind === "timeout")
    return toDo("must", subject, {
      wrong: `there is no usable answer for ${record.name}`,
      costs: "senders that look for DANE hold their mail back until there is one",
      remedy: "look at the name servers of the zone and at its DNSSEC signatures",
    });
  const records = answer.kind === "records" ? answer.records : [];
  const isOurs = records.some(
    ({ usage, selector, matchingType, data }) =>
      usage === record.usage &&
      selector === record.selector &&
      matchingType === record.matchingType &&
      Buffer.from(data).equals(record.data),
  );
  if (records.length > 0 && !isOurs)
    return toDo("must", subject, {
      wrong: "none of its records names the key of our certificate as 3 1 1",
      costs: "where the zone has DNSSEC, senders that use DANE bring no mail, and return it after some days",
      remedy: 'publish the record that "altmail dns print" shows, or use the key that the zone names',
    });
  if (!answer.secure && !validates)
    return cannotSay(subject, "whether DNSSEC covers it; the resolver that is asked here does not verify");
  if (!answer.secure)
    return toDo("should", subject, {
      wrong: "the zone of the host has no DNSSEC",
      costs: "DANE is off: who stands between can read mail to us, unless its sender knows MTA-STS",
      remedy: "sign the zone and give its DS record to the registry; then TLSA counts",
    });
  if (isOurs) return right(subject, `names the key of our certificate, verified by DNSSEC (${records.length} in all)`);
  return toDo("should", subject, {
    wrong: "there is none, though the zone has DNSSEC",
    costs: "senders that use DANE cannot know our key",
    remedy: publish,
  });
}

async function checkAuthority({ resolver, hostName, certificate }: CheckedHost): Promise<DnsFinding> {
  const subject = `CAA of ${hostName}`;
  // The closest name that has records decides, up to the one below the top.
  const labels = hostName.split(".");
  for (let skip = 0; skip < Math.max(1, labels.length - 1); skip++) {
    const name = labels.slice(skip).join(".");
    const answer = await resolver.resolve(name, "CAA");
    if (answer.kind === "servfail" || answer.kind === "timeout")
      return toDo("must", subject, {
        wrong: `there is no usable answer for CAA at ${name}`,
        costs: "authorities refuse to issue while it is so: the next renewal fails",
        remedy: "look at the name servers of the zone and at its DNSSEC signatures",
      });
    if (answer.kind !== "records") continue;
    const allowed = answer.records.filter(({ tag }) => tag === "issue").map(({ value }) => value.split(";")[0]?.trim());
    const authority = certificate?.authority;
    if (authority === undefined)
      return cannotSay(subject, `${name} has records, and the authority of our certificate is none that is known here`);
    if (allowed.length === 0 || allowed.includes(authority)) return right(subject, `${authority} may issue (${name})`);
    return toDo("must", subject, {
      wrong: `the records at ${name} do not name ${authority}, which issued our certificate`,
      costs: "the next renewal fails, and with it TLS",
      remedy: publish,
    });
  }
  return toDo("should", subject, {
    wrong: "there is none",
    costs: "every authority in the world may issue certificates for the name",
    remedy: publish,
  });
}
