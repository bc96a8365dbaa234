/** The network that an address belongs to, by which a holder's place is known again: /24 of IPv4, /48 of IPv6. */
import { plainAddress } from "../../host/listener-peers.ts";
import { addressOctets } from "../../rules/dns-zone/ip-address.ts";
import { networkName } from "../../rules/dns-zone/network.ts";

const IPV4_OCTETS = 4;

/** As `192.0.2.0/24`; empty where the text is no address. */
export function networkOf(address: string): string {
  const octets = addressOctets(plainAddress(address));
  if (octets === undefined) return "";
  return `${networkName(octets)}${octets.length === IPV4_OCTETS ? ".0/24" : "::/48"}`;
}
