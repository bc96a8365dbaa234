/** What stands in the DNS for a domain whose mail ends here: where its mail goes, and who may send in its name. */
import { keyRecord, keyRecordName, type PublicKey } from "../dkim/key-record.ts";
import type { RotatingKey } from "../dkim/rotation.ts";
import { policyId, policyRecord } from "../mta-sts/policy-text.ts";
import { type SettingsZone, settingsEntries } from "./settings-zone.ts";
import { type ZoneRecord, zoneLine } from "./zone-record.ts";
import type { ZoneEntry, ZoneSection } from "./zone-text.ts";

/** Where mail clients connect; `undefined`: that service is not offered. */
export type ClientPorts = {
  readonly imaps: number | undefined;
  readonly submissions: number | undefined;
  readonly submission: number | undefined;
};

export type ZoneKey = PublicKey & Pick<RotatingKey, "selector" | "state">;

/** `hostName`: MX, and target of all that clients look for. */
export type DomainZone = SettingsZone & {
  /** Those that mail leaves from; none: not known. */
  readonly addresses: readonly string[];
  readonly ports: ClientPorts;
  readonly keys: readonly ZoneKey[];
  /** The file behind the policy record. */
  readonly stsPolicy: string;
  /** Whether our website serves that file. */
  readonly servesPolicy: boolean;
};

/** Who reads what other servers report: an address of the domain itself, so that nobody else must consent to it. */
export const reportAddress = (domain: string): string => `postmaster@${domain}`;

export function domainSection(zone: DomainZone): ZoneSection {
  return {
    title: `${zone.domain}: for the zone of this domain`,
    entries: [
      mailExchange(zone),
      senderPolicy(zone),
      signatureKeys(zone),
      domainPolicy(zone),
      transportPolicy(zone),
      tlsReports(zone),
      clientServices(zone),
      ...settingsEntries(zone),
    ].filter((entry) => entry !== undefined),
  };
}

const mailExchange = ({ domain, hostName }: DomainZone): ZoneEntry => ({
  why: "MX: mail for the domain comes here. Without it, it goes to whatever machine the domain's own address names.",
  records: [{ type: "MX", name: domain, preference: 10, exchange: hostName }],
});

/**
 * `~all` and not `-all`: a forwarder's address is never in the list, and receivers that refuse for SPF alone would not
 * look at the DKIM signature that such mail still bears; DMARC judges by both (RFC 7489 section 10.1).
 */
export function spfText(addresses: readonly string[]): string {
  const terms = addresses.map((address) => `${address.includes(":") ? "ip6" : "ip4"}:${address}`);
  return `v=spf1 ${terms.length === 0 ? "mx" : terms.join(" ")} ~all`;
}

const senderPolicy = ({ domain, addresses }: DomainZone): ZoneEntry => ({
  why: "SPF: which machines send in the name of the domain. Without it most receivers treat its mail as spam.",
  remarks: ["If others send for the domain too (a newsletter, a smarthost), add their include: before ~all."],
  records: [{ type: "TXT", name: domain, text: spfText(addresses) }],
});

function signatureKeys({ domain, keys }: DomainZone): ZoneEntry {
  const bySelector = keys.toSorted((a, b) => (a.selector < b.selector ? -1 : 1));
  const gone = bySelector.filter(({ state }) => state === "gone");
  const needed = bySelector.filter(({ state }) => state !== "gone");
  return {
    why: "DKIM: the keys that sign our mail. A key signs once its record has stood for two hours; nothing else is to do.",
    remarks: [
      ...(needed.length === 0 ? ["There is no key yet: the service makes them when it runs. Print again then."] : []),
      ...needed.map(({ selector, state, algorithm }) => `${selector}: ${algorithm}, ${KEY_WORDS[state]}`),
      ...gone.map(({ selector }) => `${selector}: signs no more and is not needed; take its record out of the zone`),
    ],
    records: needed.map((key) => ({
      type: "TXT",
      name: keyRecordName(domain, key.selector),
      text: keyRecord(key),
    })),
  };
}

export const KEY_WORDS: Readonly<Record<ZoneKey["state"], string>> = Object.freeze({
  made: "new, waits for this record",
  published: "its record was seen, it signs soon",
  seen: "ready to sign",
  active: "signs now",
  retiring: "signs no more; its record must stay until mail under way has arrived",
  gone: "not needed any more",
});

const domainPolicy = ({ domain }: DomainZone): ZoneEntry => ({
  why: "DMARC: what receivers do with mail that only claims to be from the domain, and where they report to.",
  remarks: [
    "p=none only watches. When a few weeks of reports show nothing of yours failing, make it p=quarantine, then p=reject.",
  ],
  records: [{ type: "TXT", name: `_dmarc.${domain}`, text: `v=DMARC1; p=none; rua=mailto:${reportAddress(domain)}` }],
});

/** Where nobody serves the file its records are comments: a policy that is announced and not there is an error to senders. */
function transportPolicy({ domain, hostName, stsPolicy, servesPolicy }: DomainZone): ZoneEntry {
  const policyHost = `mta-sts.${domain}`;
  const announced: ZoneRecord = {
    type: "TXT",
    name: `_mta-sts.${domain}`,
    text: policyRecord(policyId(stsPolicy)),
  };
  const alias = policyHost === hostName ? [] : [{ type: "CNAME" as const, name: policyHost, target: hostName }];
  const records: readonly ZoneRecord[] = [announced, ...alias];
  return {
    why: "MTA-STS: mail for the domain comes only over TLS with the right certificate. The id is made from the policy's text.",
    remarks: [
      `Publish it when https://${policyHost}/.well-known/mta-sts.txt answers with a certificate for that name and this text:`,
      ...stsPolicy
        .trimEnd()
        .split("\n")
        .map((line) => `    ${line}`),
      ...(servesPolicy
        ? []
        : [
            "Nothing here serves it now: set web.listen and print again; or, where another web server has it, take the signs ; away:",
            ...records.map(zoneLine),
          ]),
    ],
    records: servesPolicy ? records : [],
  };
}

const tlsReports = ({ domain }: DomainZone): ZoneEntry => ({
  why: "TLS-RPT: senders report once a day where TLS to us failed. It is the only way to hear of it.",
  records: [{ type: "TXT", name: `_smtp._tls.${domain}`, text: `v=TLSRPTv1; rua=mailto:${reportAddress(domain)}` }],
});

/** RFC 6186 section 3, RFC 8314 section 5.1. */
export function serviceRecords({
  domain,
  hostName,
  ports,
}: Pick<DomainZone, "domain" | "hostName" | "ports">): readonly (ZoneRecord & { readonly type: "SRV" })[] {
  const offered = [
    ["_imaps", ports.imaps, 0],
    ["_submissions", ports.submissions, 0],
    ["_submission", ports.submission, 10],
  ] as const;
  return offered.flatMap(([service, port, priority]) =>
    port === undefined
      ? []
      : [{ type: "SRV" as const, name: `${service}._tcp.${domain}`, priority, weight: 1, port, target: hostName }],
  );
}

function clientServices(zone: DomainZone): ZoneEntry | undefined {
  const records = serviceRecords(zone);
  if (records.length === 0) return undefined;
  return {
    why: "SRV: mail clients find their server from the address alone. Without it people type names in.",
    records,
  };
}
