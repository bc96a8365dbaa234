/** The address of a client in the one form in which it is checked. */
import { addressOctets } from "../dns-zone/ip-address.ts";

const MAPPED = "0,0,0,0,0,0,0,0,0,0,255,255";

/** Makes an IPv4 address of one that comes in the form of IPv6 (RFC 4291 section 2.5.5.2; RFC 7208 section 5). */
export function plainAddress(address: string): string {
  const octets = addressOctets(address);
  return octets?.length === 16 && octets.slice(0, 12).join() === MAPPED ? octets.slice(12).join(".") : address;
}
