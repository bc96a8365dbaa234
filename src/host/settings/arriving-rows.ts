/** The settings of mail that comes in from the world: where it is from, DNS lists, what accounts learn, who is not counted. */
import { decimal, dnsLists, domainNamesOrNone, networks } from "./arriving-values.ts";
import type { RowsOf } from "./row.ts";
import type { Settings } from "./settings.ts";
import { yesOrNo } from "./values.ts";

type Arriving = Extract<keyof Settings, `arriving${string}` | "smtpTrustedNetworks">;

export const arrivingRows: RowsOf<Arriving> = {
  smtpTrustedNetworks: {
    name: "smtp.trusted-networks",
    form: () => networks,
    unit: "addresses or networks",
    otherwise: '["127.0.0.0/8", "::1/128"]',
    example: '["127.0.0.0/8", "::1/128", "192.0.2.0/24"]',
    sentence:
      "Hosts of your own that bring mail to port 25: the limits on strangers do not count them. They may send to other domains no more than strangers may.",
  },
  arrivingVerify: {
    name: "arriving.verify",
    form: () => yesOrNo,
    unit: "true or false",
    otherwise: "true",
    example: "true",
    sentence:
      "Whether SPF, DKIM, DMARC and ARC of arriving mail are looked at, and reported to the domains that ask for it; the resolvers of `dns.servers` must answer then. Only for machines without a resolver is it false.",
  },
  arrivingTrustedSealers: {
    name: "arriving.trusted-sealers",
    form: () => domainNamesOrNone,
    unit: "domains",
    otherwise: "[]",
    example: '["lists.example.net"]',
    sentence:
      "Domains whose word counts on mail that they pass on (ARC): mailing lists and forwarders that check what they get. What they seal keeps its author's DMARC result.",
  },
  arrivingMemory: {
    name: "arriving.memory",
    form: () => yesOrNo,
    unit: "true or false",
    otherwise: "true",
    example: "true",
    sentence:
      "Whether accounts learn from mail that is moved in and out of Junk, know whom they have written to, and let doubtful first contacts come twice; every account can switch its own off.",
  },
  arrivingDnsLists: {
    name: "arriving.dns-lists",
    form: () => dnsLists,
    unit: "lists",
    otherwise: "[]",
    example: '["dnsbl.example*1", "other.example=127.0.0.[2..4]*0.5"]',
    sentence:
      "DNS lists of hosts that send spam, in the form that Postfix's postscreen has, with answers that count and a weight. Each list hears the address of every peer: ask its terms, and tell your users.",
  },
  arrivingDnsListJunk: {
    name: "arriving.dns-list-junk",
    form: () => decimal(0.1, 1000),
    unit: "weight",
    otherwise: "1",
    example: "1",
    sentence: "From which sum of weights on mail goes to Junk.",
  },
  arrivingDnsListRefuse: {
    name: "arriving.dns-list-refuse",
    form: () => decimal(0, 1000),
    unit: "weight",
    otherwise: "0",
    example: "3",
    sentence: "From which sum of weights on mail is refused; 0: never for that alone.",
  },
};
