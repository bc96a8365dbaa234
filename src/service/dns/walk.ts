/**
 * Walks the way that mail to an address would take now, step by step, and sends nothing: what the DNS says, which policy
 * decides, and at each host a session up to EHLO over TLS. The route is the queue's own; what is asked beside it is for
 * telling why.
 */
import type { Resolver } from "../../host/resolver/answer.ts";
import { type TlsaRecord, tlsaName } from "../../rules/dane/tlsa.ts";
import { readPolicyId } from "../../rules/mta-sts/record.ts";
import { readHostName } from "../../rules/route/host-name.ts";
import type { Recipient, Reply } from "../delivery/inbound.ts";
import type { LeftOut, PolicyFailure, Route, RouteHost, Router, TlsPolicy } from "../queue/route.ts";
import { asciiHostName } from "./a-labels.ts";
import type { Probe, Probed, ProbeStep } from "./probe.ts";

export type WalkStep =
  | { readonly kind: "domain"; readonly domain: string }
  /** All mail to the world goes over this host: the hosts of the domain are not asked. */
  | { readonly kind: "smarthost"; readonly name: string }
  | {
      readonly kind: "mx";
      readonly found: "records" | "nodata" | "nxdomain" | "no-answer";
      readonly exchanges: readonly { readonly preference: number; readonly name: string }[];
      readonly secure: boolean;
    }
  | {
      readonly kind: "mta-sts";
      /** What the DNS announces. */
      readonly id: string | undefined;
      /** There is a record, and it cannot be read or is one of several: it announces nothing. */
      readonly isUnreadable: boolean;
      /** Why the policy that is announced could not be had. */
      readonly failure: PolicyFailure | undefined;
      /** The policy that holds, as lines of its file; it may be one from before. */
      readonly policy: readonly string[] | undefined;
    }
  | { readonly kind: "failure"; readonly failure: PolicyFailure; readonly host: string | undefined }
  | { readonly kind: "left-out"; readonly name: string; readonly why: LeftOut }
  | { readonly kind: "host"; readonly name: string; readonly addresses: readonly string[] }
  /** `records` as a zone file has them. */
  | {
      readonly kind: "tlsa";
      readonly found: "records" | "none" | "no-answer";
      readonly records: readonly string[];
      readonly secure: boolean;
    }
  | {
      readonly kind: "policy";
      readonly tls: Exclude<TlsPolicy["kind"], "mta-sts"> | "mta-sts-enforce" | "mta-sts-testing" | "smarthost";
    }
  | { readonly kind: "address"; readonly address: string }
  | ProbeStep
  | { readonly kind: "result"; readonly address: string; readonly probed: Probed };

export type Walked =
  | { readonly kind: "goes"; readonly host: string; readonly address: string; readonly tls: string | undefined }
  /** The domain is ours. `recipient`: whether one was named, who takes mail then. */
  | { readonly kind: "stays"; readonly recipient: boolean }
  /** It is tried again, for days; or returned at once. `sentence` says why. */
  | { readonly kind: "waits" | "returned"; readonly sentence: string }
  /** Nobody wanted to know any more. */
  | { readonly kind: "broken-off" };

export type WalkOptions = {
  readonly resolver: Resolver;
  /** As mail really goes, over a smarthost where there is one. */
  readonly ways: Pick<Router, "route">;
  /** Ours, in A-labels. */
  readonly domains: readonly string[];
  readonly smarthost: string | undefined;
  /** What is said to mail for an address of ours. */
  readonly recipient: (address: string) => Promise<Recipient | Reply>;
  /** Where mail servers listen. Default 25. */
  readonly port?: number;
  readonly probe: Probe;
};

/**
 * Takes an address or a domain; `tell` hears each step as it is known, and its promise is waited for.
 * @throws StoreError when the cache of policies cannot be read
 */
export type WalkDelivery = (
  address: string,
  tell: (step: WalkStep) => Promise<void>,
  signal: AbortSignal,
) => Promise<Walked>;

const MAIL_PORT = 25;

export function createWalk(options: WalkOptions): WalkDelivery {
  const { resolver, ways, domains, smarthost, recipient, probe, port = MAIL_PORT } = options;
  return async (address, tell, signal) => {
    const domain = domainOf(address);
    await tell({ kind: "domain", domain });
    if (domains.includes(domain))
      return address.includes("@") ? ownRecipient(await recipient(address)) : { kind: "stays", recipient: false };
    if (smarthost !== undefined) await tell({ kind: "smarthost", name: smarthost });
    else if (!domain.startsWith("[")) await tell(await exchanges(resolver, domain));
    const found = await ways.route(domain);
    await tellFindings(found, smarthost ?? domain, resolver, tell);
    if (found.kind !== "hosts") return { kind: REFUSED[found.kind], sentence: found.sentence };
    const tried: Tried[] = [];
    for (const host of found.hosts) {
      if (signal.aborted) return { kind: "broken-off" };
      await tellHost(host, { resolver, port, isSmarthost: smarthost !== undefined }, tell);
      tried.push(...(await probeHost(host, probe, tell, signal)));
    }
    return signal.aborted ? { kind: "broken-off" } : verdictOf(tried);
  };
}

type Tried = { readonly host: string; readonly address: string; readonly probed: Probed };

const REFUSED = { permanent: "returned", temporary: "waits" } as const;

function ownRecipient(said: Recipient | Reply): Walked {
  if (!("code" in said)) return { kind: "stays", recipient: true };
  return { kind: said.code < 500 ? "waits" : "returned", sentence: `${said.code} ${said.enhanced} ${said.text}` };
}

/** What is behind the last @ sign; U-labels as A-labels (RFC 5891 section 4.4). */
function domainOf(address: string): string {
  const domain = address
    .slice(address.lastIndexOf("@") + 1)
    .replace(/\.$/, "")
    .toLowerCase();
  return domain.startsWith("[") ? domain : (asciiHostName(domain) ?? domain);
}

async function exchanges(resolver: Resolver, domain: string): Promise<WalkStep> {
  const answer = readHostName(domain) === undefined ? undefined : await resolver.resolve(domain, "MX");
  if (answer === undefined) return { kind: "mx", found: "nxdomain", exchanges: [], secure: false };
  if (answer.kind === "servfail" || answer.kind === "timeout")
    return { kind: "mx", found: "no-answer", exchanges: [], secure: false };
  const records = answer.kind === "records" ? answer.records : [];
  const sorted = records
    .map(({ preference, exchange }) => ({ preference, name: exchange }))
    .toSorted((a, b) => a.preference - b.preference || (a.name < b.name ? -1 : 1));
  return { kind: "mx", found: answer.kind, exchanges: sorted, secure: answer.secure };
}

/** What the route has found on its way; the policy is that of the domain, or of the smarthost. */
async function tellFindings(
  { findings, ...route }: Route,
  policyDomain: string,
  resolver: Resolver,
  tell: (step: WalkStep) => Promise<void>,
): Promise<void> {
  // Where there is no host, no policy was looked for.
  const hasPolicy = route.kind === "hosts" || findings.leftOut.length > 0;
  if (hasPolicy && readHostName(policyDomain) !== undefined) {
    const answer = await resolver.resolve(`_mta-sts.${policyDomain}`, "TXT");
    const records = answer.kind === "records" ? answer.records : [];
    const id = readPolicyId(records);
    const isUnreadable = id === undefined && records.some((text) => /^v=STSv1\b/i.test(text));
    const failure = findings.failures.find((one) => one.failure.startsWith("sts-"))?.failure;
    await tell({ kind: "mta-sts", id, isUnreadable, failure, policy: findings.stsPolicy });
  }
  for (const { failure, host } of findings.failures) await tell({ kind: "failure", failure, host });
  for (const { name, why } of findings.leftOut) await tell({ kind: "left-out", name, why });
}

async function tellHost(
  { name, addresses, tls }: RouteHost,
  {
    resolver,
    port,
    isSmarthost,
  }: { readonly resolver: Resolver; readonly port: number; readonly isSmarthost: boolean },
  tell: (step: WalkStep) => Promise<void>,
): Promise<void> {
  await tell({ kind: "host", name, addresses });
  const base = tls.kind === "dane" ? tls.serverName : readHostName(name);
  if (base !== undefined) await tell(await keysOf(base, port, resolver));
  await tell({
    kind: "policy",
    tls: tls.kind === "mta-sts" ? (isSmarthost ? "smarthost" : `mta-sts-${tls.mode}`) : tls.kind,
  });
}

async function keysOf(base: string, port: number, resolver: Resolver): Promise<WalkStep> {
  const answer = await resolver.resolve(tlsaName(base, port), "TLSA");
  if (answer.kind === "servfail" || answer.kind === "timeout")
    return { kind: "tlsa", found: "no-answer", records: [], secure: false };
  const records = answer.kind === "records" ? answer.records.map(tlsaText) : [];
  return { kind: "tlsa", found: answer.kind === "records" ? "records" : "none", records, secure: answer.secure };
}

const tlsaText = ({ usage, selector, matchingType, data }: TlsaRecord): string =>
  `${usage} ${selector} ${matchingType} ${Buffer.from(data).toString("hex")}`;

/** All addresses of a host at one time, told one after the other in their order. */
async function probeHost(
  host: RouteHost,
  probe: Probe,
  tell: (step: WalkStep) => Promise<void>,
  signal: AbortSignal,
): Promise<readonly Tried[]> {
  const looks = host.addresses.map((address) => {
    const steps: ProbeStep[] = [];
    return { address, steps, probing: probe(host, address, (step) => steps.push(step), signal) };
  });
  const tried: Tried[] = [];
  for (const { address, steps, probing } of looks) {
    const probed = await probing;
    await tell({ kind: "address", address });
    for (const step of steps) await tell(step);
    await tell({ kind: "result", address, probed });
    tried.push({ host: host.name, address, probed });
  }
  return tried;
}

/** The first that takes part gets the mail. Where one may do later what others never will, it waits. */
function verdictOf(tried: readonly Tried[]): Walked {
  let waits: string | undefined;
  let returned: string | undefined;
  for (const { host, address, probed } of tried) {
    if (probed.kind === "open") return { kind: "goes", host, address, tls: probed.tls };
    if (probed.kind === "unreached") waits ??= probed.reply.words;
    else returned ??= probed.reply.words;
  }
  if (waits !== undefined || returned === undefined)
    return { kind: "waits", sentence: waits ?? "No host has an address" };
  return { kind: "returned", sentence: returned };
}
