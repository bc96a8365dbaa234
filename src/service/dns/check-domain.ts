/** The DNS of a domain whose mail ends here: where its mail goes, who may send for it, what receivers are told. */
import { type ClientPorts, serviceRecords } from "../../rules/dns-zone/domain-zone.ts";
import { readTagged } from "../../rules/dns-zone/tagged-text.ts";
import { type CheckedAuthors, checkAuthors } from "./check-authors.ts";
import { checkService } from "./check-service.ts";
import { cannotSay, type DnsFinding, noAnswer, publish, right, toDo } from "./finding.ts";

export type CheckedDomain = CheckedAuthors & {
  readonly hostName: string;
  readonly ports: ClientPorts;
  readonly validates: boolean;
};

export async function checkDomain(domain: CheckedDomain): Promise<readonly DnsFinding[]> {
  const parts = await Promise.all([
    checkExchanges(domain),
    checkAuthors(domain),
    checkReports(domain),
    Promise.all(serviceRecords(domain).map((record) => checkService(domain.resolver, record))),
    checkSignatures(domain),
  ]);
  return parts.flat();
}

async function checkExchanges({ resolver, domain, hostName }: CheckedDomain): Promise<readonly DnsFinding[]> {
  const subject = `MX of ${domain}`;
  const answer = await resolver.resolve(domain, "MX");
  if (answer.kind === "servfail" || answer.kind === "timeout") return [noAnswer(subject, domain)];
  const records = answer.kind === "records" ? answer.records : [];
  const others = records.map(({ exchange }) => exchange).filter((exchange) => exchange !== hostName);
  if (others.length === records.length)
    return [
      toDo("must", subject, {
        wrong: records.length === 0 ? "there is none" : `it leads to ${others.slice(0, MAX_SHOWN).join(", ")}`,
        costs: "mail for the domain does not come here",
        remedy: publish,
      }),
    ];
  if (others.length === 0) return [right(subject, hostName)];
  return [
    toDo("should", subject, {
      wrong: `besides ${hostName} it names ${others.slice(0, MAX_SHOWN).join(", ")}`,
      costs: "whatever goes there is out of our hands: nothing that is promised here holds for it, and spam prefers it",
      remedy: "leave one MX; senders wait for days when it is down",
    }),
  ];
}

const MAX_SHOWN = 3;

async function checkReports({ resolver, domain }: CheckedDomain): Promise<readonly DnsFinding[]> {
  const subject = `TLS-RPT of ${domain}`;
  const name = `_smtp._tls.${domain}`;
  const answer = await resolver.resolve(name, "TXT");
  if (answer.kind === "servfail" || answer.kind === "timeout") return [noAnswer(subject, name)];
  const found = readTagged(answer.kind === "records" ? answer.records : [], "TLSRPTv1");
  if (found.kind === "tags" && found.tags.get("rua") !== undefined)
    return [right(subject, found.tags.get("rua") ?? "")];
  return [
    toDo("should", subject, {
      wrong: found.kind === "none" ? "there is none" : "there is none that can be read",
      costs: "you do not hear of it when others cannot reach us over TLS",
      remedy: publish,
    }),
  ];
}

async function checkSignatures({ resolver, domain, validates }: CheckedDomain): Promise<readonly DnsFinding[]> {
  const subject = `DNSSEC of ${domain}`;
  const answer = await resolver.resolve(domain, "SOA");
  if (answer.kind === "servfail" || answer.kind === "timeout")
    return [
      toDo("must", subject, {
        wrong: "the resolver gives no usable answer: the name servers are down, or the signatures are wrong",
        costs: "for all who verify, the domain does not exist: its mail is neither taken nor brought",
        remedy: "look at the name servers, the age of the signatures and the DS record at the registry",
      }),
    ];
  if (answer.secure) return [right(subject, "verified")];
  if (!validates) return [cannotSay(subject, "the resolver that is asked here does not verify")];
  return [
    toDo("should", subject, {
      wrong: "the zone is not signed",
      costs: "DANE is off for the domain: whoever can forge its MX can lead its mail elsewhere",
      remedy: "sign the zone and give its DS record to the registry",
    }),
  ];
}
