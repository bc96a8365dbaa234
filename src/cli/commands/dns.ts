/** The commands for the operator's DNS: what to publish, and whether it stands there. They show no account and no mail. */
import { aLabels } from "../../service/dns/a-labels.ts";
import { findingLines } from "../../service/dns/finding-text.ts";
import type { OperatorDns } from "../../service/dns/operator-dns.ts";
import { done, type Given, type Option, type Outcome, type StoreCommand, text } from "../command.ts";

const domainOption: Option = {
  name: "domain",
  value: "NAME",
  summary: "one domain of the settings; without it, all",
};

const refused = (sentence: string): Outcome => ({ kind: "refused", sentence });

export const dnsCommands: readonly StoreCommand[] = [
  {
    name: "dns print",
    where: "stores",
    access: "content-free",
    summary: "Print the DNS records to publish, as lines of a zone file, each with a word why",
    description:
      "All names are absolute, so the lines fit into any zone file. Print again after a DKIM key was made or has gone, and whenever the certificate's key changes; docs/dns.md explains each record.",
    arguments: [],
    options: [domainOption],
    examples: ["altmail dns print --home var", "altmail dns print --domain example.org --home var"],
    async work({ dns }, given) {
      const domain = domainOf(dns, given);
      return domain === false ? unknown(dns) : done(await dns.print(domain));
    },
    show: (page: string) => page.trimEnd(),
  },
  {
    name: "dns check",
    where: "stores",
    access: "content-free",
    summary: "Compare the DNS with what should be published: what is wrong, what it costs, what to do",
    description:
      "Asks the resolver of the settings, and the web server of MTA-STS. The exit code is 1 when something costs mail. What a zone changed lately may take an hour to be seen. With --json, each finding is a line. Whether port 25 is open to the outside is not looked at.",
    arguments: [],
    options: [domainOption],
    examples: ["altmail dns check --home var", "altmail dns check --domain example.org --json --home var"],
    async work({ dns }, given, report) {
      const domain = domainOf(dns, given);
      if (domain === false) return unknown(dns);
      const findings = await dns.check(domain);
      const lines =
        given["json"] === true ? findings.map((finding) => JSON.stringify(finding)) : findingLines(findings);
      for (const line of lines) await report.line(line);
      const urgent = findings.filter((finding) => finding.kind === "to-do" && finding.weight === "must").length;
      if (urgent === 0) return done(undefined);
      return refused(`${urgent} ${urgent === 1 ? "thing costs" : "things cost"} mail: see TO DO above`);
    },
    show: () => "",
  },
];

/** `undefined`: all; `false`: none of ours. */
function domainOf({ domains }: OperatorDns, given: Given): string | undefined | false {
  const named = aLabels(text(given, "domain"));
  if (named === "") return undefined;
  return named !== undefined && domains.includes(named) ? named : false;
}

const unknown = ({ domains }: OperatorDns): Outcome =>
  refused(`the settings do not name this domain; they name ${domains.join(", ")}`);
