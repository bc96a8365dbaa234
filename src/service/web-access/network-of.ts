/** The network that an address belongs to, by which a holder's place is known again: /24 of IPv4, /48 of IPv6. */
import { plainAddress } from "../../host/listener-peers.ts";
import { addressOctets } from "../../rules/dns-zone/ip-address.ts";

const IPV4_OCTETS = 4;

/** As `192.0.2.0/24`; empty where the text is no address. */
export function networkOf(address: string): string {
  const octets = addressOctets(plainAddress(address));
  if (octets === undefined) return "";
  if (octets.length === IPV4_OCTETS) return `${octets.slice(0, 3).join(".")}.0/24`;
  const groups = [0, 2, 4].map((at) => (((octets[at] ?? 0) << 8) | (octets[at + 1] ?? 0)).toString(16));
  return `${groups.join(":")}::/48`;
}
