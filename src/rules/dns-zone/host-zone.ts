/** What stands in the DNS for the machine itself, whatever domains it serves: its name, its key, its own sender policy. */
import { MATCHING, SELECTOR, tlsaName, USAGE } from "../dane/tlsa.ts";
import { reverseName } from "./ip-address.ts";
import type { ZoneRecord } from "./zone-record.ts";
import type { ZoneEntry, ZoneSection } from "./zone-text.ts";

export type HostZone = {
  readonly hostName: string;
  readonly addresses: readonly string[];
  /** SHA-256 of the public key of the certificate; `undefined`: the certificate cannot be read. */
  readonly keyDigest: Uint8Array | undefined;
  /** As CAA records name the authority that issued the certificate; `undefined`: not known. */
  readonly authority: string | undefined;
  /** The name is a domain with mail of its own, whose SPF record stands there already. */
  readonly isDomain: boolean;
};

const MAIL_PORT = 25;

export function hostSection(zone: HostZone): ZoneSection {
  return {
    title: `${zone.hostName}: this machine, for the zone that its name lies in`,
    entries: [addressEntry(zone), reverseEntry(zone), ...helloEntry(zone), keyEntry(zone), authorityEntry(zone)],
  };
}

/** DANE-EE of the key alone: renewing the certificate changes nothing as long as the key stays (RFC 7672 section 3.1.1). */
export function keyRecordOfHost(hostName: string, keyDigest: Uint8Array): ZoneRecord & { readonly type: "TLSA" } {
  return {
    type: "TLSA",
    name: tlsaName(hostName, MAIL_PORT),
    usage: USAGE.endEntity,
    selector: SELECTOR.publicKey,
    matchingType: MATCHING.sha256,
    data: keyDigest,
  };
}

/** RFC 7208 section 2.3: reports of failed delivery have no sender but the name of the machine. */
export const HELLO_POLICY = "v=spf1 a -all";

function addressEntry({ hostName, addresses }: HostZone): ZoneEntry {
  const why = "A, AAAA: where the machine is. Its MX, its HELO name and its certificate all bear this name.";
  if (addresses.length > 0)
    return {
      why,
      records: addresses.map((address) => ({ type: address.includes(":") ? "AAAA" : "A", name: hostName, address })),
    };
  return {
    why,
    remarks: [
      "The addresses are not known here: give them as dns.addresses in the settings, or write these lines yourself:",
      `${hostName}. 3600 IN A (the IPv4 address)`,
      `${hostName}. 3600 IN AAAA (the IPv6 address, if mail goes out by IPv6 too)`,
    ],
    records: [],
  };
}

const reverseEntry = ({ hostName, addresses }: HostZone): ZoneEntry => ({
  why: "PTR: from the address back to the name. Without it the large providers refuse all mail. It is set where the machine is rented:",
  remarks:
    addresses.length === 0
      ? [`(each address the machine sends from) IN PTR ${hostName}.`]
      : addresses.flatMap((address) => {
          const name = reverseName(address);
          return name === undefined ? [] : [`${name}. 3600 IN PTR ${hostName}.`];
        }),
  records: [],
});

const helloEntry = ({ hostName, isDomain }: HostZone): readonly ZoneEntry[] =>
  isDomain
    ? []
    : [
        {
          why: "SPF of the HELO name: what has no sender, as reports of failed delivery, is judged by it.",
          records: [{ type: "TXT", name: hostName, text: HELLO_POLICY }],
        },
      ];

function keyEntry({ hostName, keyDigest }: HostZone): ZoneEntry {
  const why =
    "TLSA (DANE): which key this machine has, so that nobody can stand between. It counts only in a zone with DNSSEC.";
  if (keyDigest === undefined)
    return { why, remarks: ["The certificate cannot be read: correct tls.certificate and print again."], records: [] };
  return {
    why,
    remarks: [
      "Renew the certificate with the same key. Before another key is used, publish its record beside this one for a day;",
      "a record without its key stops mail from all who look at it.",
    ],
    records: [keyRecordOfHost(hostName, keyDigest)],
  };
}

function authorityEntry({ hostName, authority }: HostZone): ZoneEntry {
  const why = "CAA: only this authority may issue certificates for the name, and for mta-sts names that point to it.";
  if (authority !== undefined)
    return { why, records: [{ type: "CAA", name: hostName, flags: 0, tag: "issue", value: authority }] };
  return {
    why,
    remarks: [
      "The authority of the certificate has no name that is known here. With Let's Encrypt it would be:",
      `${hostName}. 3600 IN CAA 0 issue "letsencrypt.org"`,
    ],
    records: [],
  };
}
