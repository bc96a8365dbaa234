/**
 * The network that an address belongs to, as networks are given out: the first 24 bits of IPv4, the first 48 of IPv6. What
 * these make rests in places as it is or as a fingerprint, so it must stay as it is, octet for octet.
 */

const IPV4_BYTES = 4;
const IPV4_NETWORK_BYTES = 3;
const IPV6_NETWORK_BYTES = 6;

/** Takes what the network has of the octets of an address. */
export function networkOctets(address: readonly number[]): readonly number[] {
  return address.slice(0, address.length === IPV4_BYTES ? IPV4_NETWORK_BYTES : IPV6_NETWORK_BYTES);
}

/** Writes the network of an address as the address itself would begin: `192.0.2`, or three groups of IPv6. */
export function networkName(address: readonly number[]): string {
  const octets = networkOctets(address);
  if (octets.length === IPV4_NETWORK_BYTES) return octets.join(".");
  return [0, 2, 4].map((at) => (((octets[at] ?? 0) << 8) | (octets[at + 1] ?? 0)).toString(16)).join(":");
}
